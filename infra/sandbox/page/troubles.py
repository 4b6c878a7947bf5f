"""Trouble to start from the page. Each ends by itself."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from infra.sandbox.ghes.faults import ServerError
from infra.sandbox.page.parts import Parts
from infra.sandbox.slack import breakage
from infra.sandbox.slack.faults import AnswerLost, Down, Limited

DOWN_S = 10
LIMITED_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One row of the list; `start` returns when it is over."""

    title: str
    start: Callable[[Parts], Coroutine[None, None, None]]


async def _down(parts: Parts) -> None:
    parts.slack.faults.add(Down(), times=None)
    await parts.clock.sleep(DOWN_S)
    parts.slack.faults.clear()


async def _limited(parts: Parts) -> None:
    parts.slack.faults.add(Limited(retry_after_s=LIMITED_S), method="chat.postMessage")


async def _lost(parts: Parts) -> None:
    parts.slack.faults.add(AnswerLost(), method="chat.postMessage")


async def _refreshed(parts: Parts) -> None:
    await breakage.refresh(parts.slack)


async def _reset(parts: Parts) -> None:
    breakage.reset(parts.slack)


async def _ghes_fails(parts: Parts) -> None:
    parts.ghes.faults.append(ServerError(times=3))


TROUBLES = {
    "slack-down": Trouble(title=f"Slack is down for {DOWN_S} s", start=_down),
    "slack-limited": Trouble(title=f"The next post is told to wait {LIMITED_S} s (429)", start=_limited),
    "slack-lost": Trouble(title="The answer to the next post is lost", start=_lost),
    "sockets-refreshed": Trouble(title="Slack refreshes all sockets", start=_refreshed),
    "sockets-reset": Trouble(title="All sockets break", start=_reset),
    "ghes-fails": Trouble(title="GHES answers 502 three times", start=_ghes_fails),
}
