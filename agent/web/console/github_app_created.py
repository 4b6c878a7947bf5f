"""`/setup/app-created`: GHES has made the App, and sends the browser back with a code for its values.

the same browser, still signed in ──▶ state spent ──▶ conversion ──▶ all six values kept ──▶ settings page
              └─▶ a page that says what is wrong: nothing is kept, not even a part
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import assert_never
from urllib.parse import urlencode

import structlog
from aiohttp import web

from agent.ghes.answers import Unreachable
from agent.setup.github_app import converted
from agent.setup.github_calls import GithubCalls
from agent.setup.github_values import Made, by_environment, is_there, keep_made
from agent.setup.trouble import Trouble
from agent.store.port import StoreUnavailableError
from agent.store.round_trips import Back, Kind, Lost
from agent.web.console.github_app import CREATED
from agent.web.console.page import Drawn, Wrong
from agent.web.console.parts import Console
from agent.web.console.sessions import session_of, signed_in
from agent.web.parts import parts_of

log = structlog.get_logger()
_DELETE = "If GHES has just made an App, delete it there, under Developer settings, GitHub Apps."
_SIGNED_OUT = (
    "This browser isn't signed in to the console, or isn't the one in which the App was begun: nothing was kept. Open "
    f"{{agent_url}}/setup/settings, sign in, and create the App from there, staying in that browser. {_DELETE}"
)
_LOST: Mapping[Lost, str] = {
    Lost.UNKNOWN: (
        "This address was used already, or never given out: nothing was changed now. Look at the settings whether the "
        f"App is there; if it isn't, create it again. {_DELETE}"
    ),
    Lost.TOO_OLD: (
        "More than an hour has passed since the App was begun, and the code that GHES gave is worth nothing any more: "
        f"create it again. {_DELETE}"
    ),
    Lost.OTHER_BROWSER: _SIGNED_OUT,
}
_FIXED = f"{{fixed}}, so nothing of the new App was kept. {_DELETE}"
_ANOTHER = f"There is the App {{name}} meanwhile, so nothing of another one was kept. {_DELETE}"
_TOO_LATE = (
    "Another administrator has set up an App at the same moment: nothing of {name} was kept. Delete it at {page}."
)
_AWAY = "{reason} Nothing was kept yet: the code that GHES gave is good for an hour from when the App was made."
_STORE_AWAY = f"The store doesn't answer at the moment, so nothing was kept. Create it again in a minute. {_DELETE}"
_LOST_VALUES = (
    "The store didn't take the values of {name}, and GHES hands them out only once: delete the App at {page}, and "
    "create it again when the store answers."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stopped:
    """Nothing was kept. `again`: where the browser may try it once more."""

    says: str
    status: HTTPStatus
    again: str = ""


async def created(request: web.Request) -> web.StreamResponse:
    """Take the App over, or say why not."""
    console = parts_of(request).console
    if console is None:
        raise web.HTTPNotFound
    session, query = await session_of(request), request.query
    admin, browser = await signed_in(session, console), session["browser"]
    found: Made | _Stopped
    try:
        found = (
            await _lost(console, browser if admin else "", query.get("state", ""))
            or await _taken(console)
            or await _fetched(console, browser, query.get("code", ""))
        )
    except StoreUnavailableError:
        found = _Stopped(says=_STORE_AWAY, status=HTTPStatus.SERVICE_UNAVAILABLE)
    if isinstance(found, Made):
        found = await _not_kept(console, found, admin) or found
    if isinstance(found, _Stopped):
        return _drawn(request, console, found)
    session["flash"] = f"{CREATED}: {found.name}. Install it where its events are wanted, by the link below."
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "settings#github-app"})


async def _lost(console: Console, browser: str, state: str) -> _Stopped | None:
    """Spend the state; why it isn't good, or None. `browser` is empty for one that isn't signed in."""
    back = await console.round_trips.end(Kind.GITHUB_APP, state, browser) if browser else Lost.OTHER_BROWSER
    if isinstance(back, Back):
        return None
    says = _LOST[back].format(agent_url=console.settings.agent_url)
    return _Stopped(says=says, status=HTTPStatus.FORBIDDEN)


async def _taken(console: Console) -> _Stopped | None:
    """Why no App can be kept, found out before the code is spent; None when one can."""
    if fixed := by_environment(console.fixed):
        return _Stopped(says=_FIXED.format(fixed=fixed), status=HTTPStatus.CONFLICT)
    settings = await console.as_stored()
    if is_there(settings):
        says = _ANOTHER.format(name=settings.ghes_app_slug or settings.ghes_app_id)
        return _Stopped(says=says, status=HTTPStatus.CONFLICT)
    return None


async def _fetched(console: Console, browser: str, code: str) -> Made | _Stopped:
    match await converted(GithubCalls(console.settings, console.inside, console.clock), code):
        case Made() as made:
            return made
        case Trouble() as trouble:
            return _Stopped(says=trouble.says, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        case Unreachable() as unreachable:
            # The code isn't spent: the same browser may come once more, with a state of its own.
            state = await console.round_trips.begin(Kind.GITHUB_APP, browser)
            return _Stopped(
                says=_AWAY.format(reason=unreachable.reason),
                status=HTTPStatus.BAD_GATEWAY,
                again=f"app-created?{urlencode({'code': code, 'state': state})}",
            )
        case never:
            assert_never(never)


async def _not_kept(console: Console, made: Made, admin: str) -> _Stopped | None:
    """Why the values weren't kept; None when they were."""
    try:
        kept = await keep_made(console.configuration, made, by=admin)
    except StoreUnavailableError:
        log.warning("a new github app's values are lost, since the store is away")
        says = _LOST_VALUES.format(name=made.name, page=made.page)
        return _Stopped(says=says, status=HTTPStatus.SERVICE_UNAVAILABLE)
    console.look()
    return None if kept else _Stopped(says=_TOO_LATE.format(name=made.name, page=made.page), status=HTTPStatus.CONFLICT)


def _drawn(request: web.Request, console: Console, stopped: _Stopped) -> web.StreamResponse:
    from agent.web.console.frame import drawn  # it knows this module's route

    context = {"again": stopped.again, "wrong": Wrong(says=stopped.says), "ghes": console.settings.ghes_url}
    return drawn(request, Drawn(template="github_app_stopped.html", context=context), {}, status=stopped.status)
