"""Trouble to start from the page. Each ends by itself; that of the relay is there where one is."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass

from infra.sandbox.ghes.faults import ServerError
from infra.sandbox.page.parts import Parts
from infra.sandbox.slack import breakage
from infra.sandbox.slack.faults import AnswerLost, Down, Limited, Slow
from infra.sandbox.slack.feed import Change

DOWN_S = 10
LIMITED_S = 10
CUT_OFF_S = 30
"""Longer than this `deliver` doesn't live after its post."""
POST = "chat.postMessage"


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
    parts.slack.faults.add(Limited(retry_after_s=LIMITED_S), method=POST)


async def _lost(parts: Parts) -> None:
    parts.slack.faults.add(AnswerLost(), method=POST)


async def _refreshed(parts: Parts) -> None:
    await breakage.refresh(parts.slack)


async def _reset(parts: Parts) -> None:
    breakage.reset(parts.slack)


async def _ghes_fails(parts: Parts) -> None:
    parts.ghes.faults.append(ServerError(times=3))


async def _relay_away(parts: Parts) -> None:
    if parts.relay:
        async with parts.relay.away():
            await parts.clock.sleep(DOWN_S)


async def _relay_limited(parts: Parts) -> None:
    for team_id in parts.relay.ways if parts.relay else ():
        parts.slack.faults.add(Limited(retry_after_s=LIMITED_S), method=POST, team_id=team_id)


async def _relay_killed(parts: Parts) -> None:
    """Slack has the post and doesn't answer, so that nothing of it is in the relay's ledger yet."""
    relayed = parts.relay.ways if parts.relay else {}
    for team_id in list(relayed)[:1]:
        parts.slack.faults.add(Slow(seconds=CUT_OFF_S), method=POST, team_id=team_id)
        with parts.slack.feed.subscribe() as queue:
            while not _is_post(parts, await queue.get(), team_id):
                pass
        if parts.relay:
            await parts.relay.kill()


def _is_post(parts: Parts, change: Change, team_id: str) -> bool:
    if change.kind != "message" or change.team_id != team_id:
        return False
    channel = parts.slack.team(team_id).channels[change.channel_id or ""]
    return channel.messages[change.ts or ""].metadata is not None


TROUBLES: Mapping[str, Trouble] = {
    "slack-down": Trouble(title=f"Slack is down for {DOWN_S} s", start=_down),
    "slack-limited": Trouble(title=f"The next post is told to wait {LIMITED_S} s (429)", start=_limited),
    "slack-lost": Trouble(title="The answer to the next post is lost", start=_lost),
    "sockets-refreshed": Trouble(title="Slack refreshes all sockets", start=_refreshed),
    "sockets-reset": Trouble(title="All sockets break", start=_reset),
    "ghes-fails": Trouble(title="GHES answers 502 three times", start=_ghes_fails),
}
RELAY_TROUBLES: Mapping[str, Trouble] = {
    "relay-away": Trouble(title=f"The relay can't be reached for {DOWN_S} s", start=_relay_away),
    "relay-limited": Trouble(title=f"The relay's next post is told to wait {LIMITED_S} s (429)", start=_relay_limited),
    "relay-killed": Trouble(
        title="The relay is killed after its next post (and looks for it 3 min later)", start=_relay_killed
    ),
}


def troubles_of(parts: Parts) -> Mapping[str, Trouble]:
    """Those that can be started here."""
    return {**TROUBLES, **RELAY_TROUBLES} if parts.relay else TROUBLES
