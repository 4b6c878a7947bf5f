"""The page of `make sandbox`: Slack as people see it, GHES as a menu, and how the agent between them is.

    browser ──POST /api/say, /click, /happen, /trouble──▶ the two worlds ──▶ agent
       ▲          /api/view/…, /suggest, /shortcut, /home     │
       └──────── GET /api/events (Server-Sent Events) ◀───────┘

The page knows nothing of the agent but its `/status`: what it shows is what the agent made of its stand-ins.
"""
