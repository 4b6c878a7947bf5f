"""What is new, to every open page: Server-Sent Events, the first of which is the whole picture."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from infra.sandbox.page import shown
from infra.sandbox.page.parts import Parts
from infra.sandbox.page.watching import Watched
from infra.sandbox.slack.feed import Change


class Stream:
    """Hands every event to every page, in order."""

    def __init__(self) -> None:
        self._queues: list[asyncio.Queue[bytes]] = []

    def publish(self, name: str, data: Any) -> None:
        """Tell every page; never waits."""
        for queue in self._queues:
            queue.put_nowait(_event(name, data))

    @contextmanager
    def subscribe(self) -> Iterator[asyncio.Queue[bytes]]:
        """A queue of the events from now on."""
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._queues.append(queue)
        try:
            yield queue
        finally:
            self._queues.remove(queue)


async def events(parts: Parts, stream: Stream, watched: Watched) -> AsyncIterator[bytes]:
    """Yield the picture as it is, then what changes, for ever; nothing that happens in between is missed."""
    with stream.subscribe() as queue:
        yield _event("snapshot", shown.snapshot(parts))
        yield _event("watched", watched.now)
        while True:
            yield await queue.get()


async def relay_slack(parts: Parts, stream: Stream) -> None:
    """Pass on what changes in Slack, for ever."""
    with parts.slack.feed.subscribe() as queue:
        while True:
            change = await queue.get()
            if data := _changed(parts, change):
                stream.publish(change.kind if change.kind in {"channel", "view"} else "message", data)


def _changed(parts: Parts, change: Change) -> dict[str, Any] | None:
    if change.kind == "view":
        return {"team": change.team_id, "view": shown.view(parts.slack, parts.slack.views[change.what])}
    team = parts.slack.teams.get(change.team_id or "")
    channel = team and team.channels.get(change.channel_id or "")
    if not team or not channel:
        return None
    where = {"team": team.team_id, "channel": channel.channel_id}
    match change.kind:
        case "message" | "update" | "deletion" | "ephemeral" | "reaction":
            return where | {"message": shown.message(team, channel.messages[change.ts or ""])}
        case "channel":
            return {"team": team.team_id, "channel": shown.channel(team, channel)}
        case _:
            return None


def _event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
