"""The optional relay on AWS: carries signed, finished cards to Slack at the pace that Slack allows.

It never imports the agent; both stand on `shared`.
"""
