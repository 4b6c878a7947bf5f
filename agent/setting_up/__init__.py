"""`ghe-slack setup`: what the console does, without a browser.

    file ──reading──▶ declared ──checked at GHES and Slack──▶ kept, all of it or nothing ──▶ workspaces
    prompts ─────────▲ one section after the other

Only making the GitHub App takes a browser, since GHES asks a person: the console's page is named instead.
"""
