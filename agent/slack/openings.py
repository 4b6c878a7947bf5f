"""Forms, opened before anything is asked: a trigger lives three seconds, and a question to GHES may take twenty.

    envelope kept ──▶ begin ──▶ views.open "Loading…" ─┐
         └─▶ acknowledged ──▶ (a worker) the form is made ──▶ show: views.update of that view, by its hash

Where nothing is open (the trigger died while we were down, or Slack refused), `show` says so and the person gets a
button with a trigger of its own.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

import structlog

from agent.people.ports import People
from agent.slack.web_api import Answer, Answered, WebApi
from agent.slash.asked import Asked
from agent.slash.click import Click
from agent.slash.dispatch import opens
from agent.slash.tables import Opening
from agent.slash.view import View, loading
from shared.event import text
from shared.outcome import Refused

log = structlog.get_logger()
REMEMBERED = 1000
"""Openings of which the latest are known; what is older has been answered long ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A view on somebody's screen."""

    view_id: str
    hash: str
    """Empty where it may be overwritten however it looks."""


class Openings:
    """`run` goes on until it is cancelled."""

    def __init__(self, api: WebApi, people: People) -> None:
        self._api, self._people = api, people
        self._waiting: asyncio.Queue[tuple[Asked, Opening]] = asyncio.Queue()
        self._opened: OrderedDict[str, asyncio.Future[Opened | None]] = OrderedDict()

    def begin(self, asked: Asked) -> None:
        """Open a form for this gesture, if it leads to one."""
        opening = opens(asked)
        if opening and asked.id not in self._opened:
            self._opened[asked.id] = asyncio.get_running_loop().create_future()
            while len(self._opened) > REMEMBERED:
                self._opened.popitem(last=False)
            self._waiting.put_nowait((asked, opening))

    async def run(self) -> None:
        """Open what is begun, many at a time."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                asked, opening = await self._waiting.get()
                tasks.create_task(self._open(asked, opening))

    async def show(self, asked: Asked, view: View) -> bool:
        """Put `view` where the form was opened for this gesture; False when nothing is open there.

        What was used inside a modal and opens nothing changes that modal.
        """
        found = self._opened.get(asked.id)
        opened = await found if found else _used_in(asked)
        if opened is None:
            return False
        at = {"view_id": opened.view_id, **({"hash": opened.hash} if opened.hash else {})}
        answer = await self._api.call(asked.team_id, "views.update", **at, view=_body(view, asked))
        if isinstance(answer, Refused) and answer.reason == "not_found":
            log.info("a form was closed before it was filled", team_id=asked.team_id)
            return True
        if not isinstance(answer, Answer):
            log.warning("a form can't be shown", team_id=asked.team_id, reason=answer.reason)
        return isinstance(answer, Answer)

    async def is_open(self, asked: Asked) -> bool:
        """Whether a form was opened for this gesture."""
        found = self._opened.get(asked.id)
        return found is not None and await found is not None

    async def _open(self, asked: Asked, opening: Opening) -> None:
        opened: Opened | None = None
        try:
            if opening.for_anyone or await self._people.of(asked.team_id, asked.user_id):
                opened = _opened(await self._asked(asked, loading(opening.title)))
        except Exception:  # the edge of one gesture: it is answered without a form, and the others go on
            log.exception("a form can't be opened", team_id=asked.team_id)
        finally:
            if found := self._opened.get(asked.id):
                found.set_result(opened)

    async def _asked(self, asked: Asked, view: View) -> Answered:
        """From within a modal the form goes on top of it."""
        in_view = isinstance(asked, Click) and asked.view_kind == "modal"
        method = "views.push" if in_view else "views.open"
        return await self._api.call(asked.team_id, method, trigger_id=asked.id, view=_body(view, asked))


def _used_in(asked: Asked) -> Opened | None:
    """The modal around what somebody used; without its hash, since the newest choice in it is what counts."""
    in_modal = isinstance(asked, Click) and asked.view_kind == "modal" and opens(asked) is None
    return Opened(view_id=asked.view_id, hash="") if isinstance(asked, Click) and in_modal else None


def _opened(answer: Answered) -> Opened | None:
    if isinstance(answer, Answer):
        return Opened(view_id=text(answer.fields, "view", "id"), hash=text(answer.fields, "view", "hash"))
    log.info("Slack opens no form", reason=answer.reason)
    return None


def _body(view: View, asked: Asked) -> dict[str, object]:
    return view.body(channel=asked.channel_id, response_url=asked.response_url)
