"""What people see of Slack in a browser outside of Slack itself: their apps, an app's settings, and the consent page.

    /signin                        who sits at the browser
    /apps, /apps/new               `SLACK_APPS_URL`: apps and app configuration tokens
    /apps/<app id>/…               an app's settings
    /oauth/v2/authorize            `SLACK_AUTHORIZE_URL`: may it be installed?
    /app_redirect, /manage/…       where an installation ends

What stands before another row has a path that the other would take, too.
"""

from aiohttp import web

from infra.sandbox.slack.app_pages import app_tokens, authorize, in_slack, pages, sections, sign_in, your_apps
from infra.sandbox.slack.world import World


def add_app_pages(application: web.Application, world: World) -> None:
    """Add the pages to the stand-in's server."""
    rows = (*sign_in.ROWS, *your_apps.ROWS, *app_tokens.ROWS, *sections.ROWS, *authorize.ROWS, *in_slack.ROWS)
    pages.mount(application, world, rows)
