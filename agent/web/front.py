"""`/`: where a person who opens the agent's address ends up; relative links, for proxies that serve it below a path."""

from html import escape

from aiohttp import web

from agent.web.parts import parts_of

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>GHE-Slack</title>
<link rel="stylesheet" href="link/static/link.css">
</head>
<body>
<main>
<h1>GHE-Slack</h1>
{body}
<p>More: the <a href="setup/settings">console</a>, the <a href="status">status of every part</a>,
<a href="metrics">metrics</a>.</p>
</main>
</body>
</html>
"""
_RUNNING = "<p>The agent is set up. It brings what happens on this GitHub Enterprise Server to Slack.</p>"
_SETTING_UP = """<p>The agent is in set-up mode: it posts nothing until these settings are there.</p>
<ul id="missing">
{items}
</ul>
<p>Set them in the environment or in <code>.env</code> and start the agent again, or enter what the console
takes.</p>"""


async def front(request: web.Request) -> web.Response:
    """Says what is missing while something is."""
    missing = parts_of(request).missing
    items = "\n".join(f"<li><code>{escape(name)}</code></li>" for name in missing)
    body = _SETTING_UP.format(items=items) if missing else _RUNNING
    return web.Response(text=_PAGE.format(body=body), content_type="text/html")
