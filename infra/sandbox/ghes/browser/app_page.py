"""`/github-apps/SLUG`: what everybody may see of an App, and the way to install it."""

from html import escape

from aiohttp import web

from infra.sandbox.ghes.browser import pages
from infra.sandbox.ghes.browser.app_parts import app_of, bullets, permissions_list
from infra.sandbox.ghes.browser.pages import Row

PATH = "/github-apps/{slug}"


async def show(request: web.Request) -> web.StreamResponse:
    """The page."""
    app = app_of(request)
    if app is None:
        return pages.problem("There is no App of this name.", status=404)
    body = (
        f"<p>{escape(app.description)}</p>"
        f'<p>By {escape(app.owner.login)}. <a href="{escape(app.external_url)}" rel="nofollow">Its own page</a></p>'
        f'<p><a class="button" href="/github-apps/{escape(app.slug)}/installations/new">Install</a></p>'
        f"<h2>What it asks for</h2>{permissions_list(app.permissions)}"
        f"<h2>What it hears of</h2>{bullets(app.events)}"
    )
    if not app.public:
        body = f"<p>Only {escape(app.owner.login)} can install it.</p>{body}"
    return pages.page(app.name, body)


ROWS: tuple[Row, ...] = (("GET", PATH, show),)
