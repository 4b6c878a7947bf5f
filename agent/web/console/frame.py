"""The routes of the console: who may see a page, and the page around it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, assert_never

import aiohttp_jinja2
import structlog
from aiohttp import web
from aiohttp_session import Session, session_middleware

from agent.store.port import StoreUnavailableError
from agent.web import console_pages
from agent.web.console import forms, github_app_created
from agent.web.console.page import Act, Away, Done, Drawn, File, Page, Visit, Wrong
from agent.web.console.parts import Console
from agent.web.console.sessions import is_ours, session_of, signed_in, storage
from agent.web.console.signing_in import add_sign_in
from agent.web.origin import elsewhere
from agent.web.parts import parts_of

log = structlog.get_logger()
HOME = "settings"
_STATIC = {"console.css": "text/css"}
_FOLDER = Path(str(files("agent.web"))) / "static"
_STALE = "This page was open too long, or in another browser: nothing was changed. Look at it again, then send it anew."
_FRAMES = frozenset({"act", "csrf"})
_AWAY = "The store doesn't answer at the moment, so nothing was changed. Try again in a minute."


def pages() -> list[Page]:
    """The plug-ins, in their order."""
    found = [
        import_module(each.name).PAGE for each in iter_modules(console_pages.__path__, f"{console_pages.__name__}.")
    ]
    return sorted(found, key=lambda page: (page.order, page.path))


def add_console(app: web.Application, console: Console) -> None:
    """Add the console's routes; `agent.web.linking` has set the templates up."""
    app.middlewares.append(session_middleware(storage(console)))
    table = pages()
    app.router.add_get("/setup", _home)
    app.router.add_get("/setup/", _home)
    app.router.add_get("/setup/static/{name}", _static)
    add_sign_in(app, table)
    app.router.add_get("/setup/app-created", github_app_created.created)
    for page in table:
        app.router.add_get(f"/setup/{page.path}", _shown(page, table))
        app.router.add_post(f"/setup/{page.path}", _acted(page, table))


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seat:
    """Somebody who is signed in, before a page."""

    request: web.Request
    page: Page
    table: Sequence[Page]
    visit: Visit
    session: Session

    def around(self) -> dict[str, Any]:
        """What the frame of the page is given."""
        return {
            "page": self.page,
            "pages": self.table,
            "admin": self.visit.admin,
            "csrf": self.session["csrf"],
            "ghes": self.visit.console.settings.ghes_url,
            "says": "",
            "wrong": Wrong(),
            "form": None,
        }


def _shown(page: Page, table: Sequence[Page]) -> Handler:
    async def shown(request: web.Request) -> web.StreamResponse:
        seat = await _seat(request, page, table)
        return await _draw(seat, says=seat.session.pop("flash", "")) if seat else _to_sign_in(page)

    return shown


def _acted(page: Page, table: Sequence[Page]) -> Handler:
    async def acted(request: web.Request) -> web.StreamResponse:
        seat = await _seat(request, page, table)
        if seat is None:
            return _to_sign_in(page)
        form = await forms.fields(request)
        if isinstance(form, HTTPStatus):
            return await _draw(seat, wrong=Wrong(says=form.phrase), status=form)
        act = page.acts.get(form.get("act", ""))
        if act is None or not is_ours(seat.session, form.get("csrf", "")):
            return await _draw(seat, wrong=Wrong(says=_STALE), status=HTTPStatus.FORBIDDEN)
        return await _carried_out(seat, act, {name: value for name, value in form.items() if name not in _FRAMES})

    return acted


async def _carried_out(seat: _Seat, act: Act, form: Mapping[str, str]) -> web.StreamResponse:
    try:
        outcome = await act(seat.visit, form)
    except StoreUnavailableError:
        outcome = Wrong(says=_AWAY)
    match outcome:
        case Done():
            seat.session["flash"] = outcome.says
            return _see(outcome.to or seat.page.path)
        case Away():
            return _see(outcome.url)
        case File():
            kept = {"Content-Disposition": f'attachment; filename="{outcome.name}"'}
            return web.Response(body=outcome.text.encode(), content_type="application/octet-stream", headers=kept)
        case Drawn():
            return drawn(seat.request, outcome, seat.around())
        case Wrong():
            return await _draw(seat, wrong=outcome, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        case never:
            assert_never(never)


async def _seat(request: web.Request, page: Page, table: Sequence[Page]) -> _Seat | None:
    """None for who isn't signed in."""
    console, session = parts_of(request).console, await session_of(request)
    admin = await signed_in(session, console) if console else ""
    if console is None or not admin:
        return None
    visit = Visit(console=console, admin=admin, browser=session["browser"], query=dict(request.query))
    return _Seat(request=request, page=page, table=table, visit=visit, session=session)


async def _draw(
    seat: _Seat,
    *,
    says: str = "",
    wrong: Wrong | None = None,
    form: Mapping[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> web.StreamResponse:
    """`form`: what was entered, for the fields of a page that is shown once more."""
    try:
        found = await seat.page.draw(seat.visit)
    except StoreUnavailableError:
        found, wrong, status = Drawn(template="away.html"), wrong or Wrong(says=_AWAY), HTTPStatus.SERVICE_UNAVAILABLE
    around = seat.around() | {"says": says, "wrong": wrong or Wrong(), "form": form}
    return drawn(seat.request, found, around, status=status)


def drawn(
    request: web.Request, found: Drawn, around: Mapping[str, Any], *, status: HTTPStatus = HTTPStatus.OK
) -> web.StreamResponse:
    """A page of the console, with headers that let nothing run and nothing in."""
    context = {"elsewhere": elsewhere(request), **around, **found.context}
    response = aiohttp_jinja2.render_template(f"console/{found.template}", request, context, status=status)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {found.forms_go}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return response


def _to_sign_in(page: Page) -> web.Response:
    return _see("sign-in" if page.path == HOME else f"sign-in?to={page.path}")


def _see(url: str) -> web.Response:
    """Relative addresses, since a proxy may serve the agent below a path."""
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": url})


async def _home(request: web.Request) -> web.StreamResponse:
    return _see(HOME if request.path.endswith("/") else f"setup/{HOME}")


async def _static(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in _STATIC:
        raise web.HTTPNotFound
    headers = {"Content-Type": f"{_STATIC[name]}; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(_FOLDER / name, headers=headers)
