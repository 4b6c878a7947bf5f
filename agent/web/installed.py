"""`/setup/installed`: where GHES sends a browser after the App was installed, asked for, or given more repositories.

Anybody may call it with any number: it shows nothing of the installation, and what it sets going asks GHES anew.
"""

import re
from http import HTTPStatus

from aiohttp import web

from agent.store.port import StoreUnavailableError
from agent.web.parts import parts_of

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="../link/static/link.css">
</head>
<body>
<main>
<h1>{title}</h1>
<p id="says">{says}</p>
</main>
</body>
</html>
"""
_ID = re.compile(r"[0-9]{1,18}")
_INSTALLED = (
    "The GitHub App is installed",
    "What you asked for in Slack within the last 30 minutes goes on by itself. You can close this page.",
)
_REQUESTED = (
    "The owners have been asked",
    (
        "The GitHub App is installed as soon as one of them agrees. If that is within 30 minutes, what you asked for "
        "in Slack goes on by itself; later than that, ask for it once more."
    ),
)
_UNCONFIRMED = (
    "GitHub Enterprise didn't confirm it",
    (
        "I couldn't see this installation of the GitHub App just now. Go back to Slack: if what you asked for doesn't "
        "go on within a minute, ask for it once more."
    ),
)


async def installed(request: web.Request) -> web.Response:
    """Have what waited for this installation go on."""
    if request.query.get("setup_action") == "request":
        return _drawn(_REQUESTED)
    installation_id = request.query.get("installation_id", "")
    try:
        done = _ID.fullmatch(installation_id) and await parts_of(request).on_installed(int(installation_id))
    except StoreUnavailableError:
        done = False
    return _drawn(_INSTALLED) if done else _drawn(_UNCONFIRMED, HTTPStatus.BAD_GATEWAY)


def _drawn(texts: tuple[str, str], status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    title, says = texts
    return web.Response(text=_PAGE.format(title=title, says=says), content_type="text/html", status=status)
