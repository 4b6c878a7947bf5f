"""The stand-ins for Slack and GHES in a process of their own, with what a bench wants to know of them.

Spoken to by lines of JSON on standard input, each answered by one on standard output. The first says how to be set up;
the others: `arrivals` (messages so far: delivery id, number of notifications, moment by the monotonic clock, which is
one for all processes), `count` (notifications so far), `calls` (of a method), `forget` (begin anew), `slow` (have every
post answered `seconds` after the deed from now on), `commands` (type so many, `per_s` or all at once, and say how long
each acknowledgement took).
"""

import asyncio
import gc
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.clock import SystemClock
from infra.sandbox.installing import install
from infra.sandbox.slack.faults import Slow
from infra.sandbox.slack.feed import Change
from infra.sandbox.slack.people import slash
from infra.sandbox.slack.population import add_channel
from infra.sandbox.slack.world import World
from infra.sandbox.system import Standins, standins

clock = SystemClock()
SETTLE_S = 120.0


class Ear:
    """Notes every message when it has arrived."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.arrivals: list[tuple[str, int, float]] = []
        self.count = 0

    async def listen(self) -> None:
        with self._world.feed.subscribe() as changes:
            while True:
                self._note(await changes.get(), clock.monotonic())

    def _note(self, change: Change, at: float) -> None:
        if change.kind != "message" or change.team_id is None or change.channel_id is None:
            return
        message = self._world.teams[change.team_id].channels[change.channel_id].messages[str(change.ts)]
        told: Mapping[str, Any] = (message.metadata or {}).get("event_payload", {})
        members = 1 + len(told.get("also", ()))
        self.arrivals.append((told.get("delivery", ""), members, at))
        self.count += members

    def forget(self) -> None:
        self.arrivals.clear()
        self.count = 0


async def main() -> None:
    gc.disable()  # an instrument that stops to tidy up would measure itself
    asked = await _lines()
    given = json.loads(await asked.readline())
    async with standins(clock, workspaces=given["workspaces"], limits=given["limits"]) as system:
        ear = Ear(system.slack)
        listening = asyncio.create_task(ear.listen())
        _say(await _ready(system, given))
        while line := await asked.readline():
            _say(await _answer(json.loads(line), system.slack, ear))
        listening.cancel()


async def _ready(system: Standins, given: Mapping[str, Any]) -> dict[str, Any]:
    world, folder = system.slack, Path(given["folder"])
    channels = [
        (team.team_id, add_channel(world, team.team_id, f"bench-{number}", members=["ghe"]).channel_id)
        for number in range(given["channels"])
        for team in world.teams.values()
    ]
    await install(system.settings(folder), world.teams.values(), clock)
    return {
        "variables": system.variables(folder),
        "channels": channels,
        "app_token": world.app.token,
        "bot_tokens": {team.team_id: team.bot_token for team in world.teams.values()},
    }


async def _answer(asked: Mapping[str, Any], world: World, ear: Ear) -> Any:
    match asked["what"]:
        case "arrivals":
            return ear.arrivals
        case "count":
            return ear.count
        case "calls":
            return sum(method == asked["method"] for method, _ in world.calls)
        case "sockets":
            return len(world.line.open_sockets())
        case "forget" | "slow":
            return _arranged(asked, world, ear)
        case "commands":
            return await _commands(world, total=asked["total"], per_s=asked["per_s"])
        case other:
            raise ValueError(other)


def _arranged(asked: Mapping[str, Any], world: World, ear: Ear) -> None:
    if asked["what"] == "slow":
        world.faults.add(Slow(seconds=asked["seconds"]), method="chat.postMessage", times=None)
    else:
        world.calls.clear()
        ear.forget()


async def _commands(world: World, *, total: int, per_s: float | None) -> dict[str, Any]:
    team = next(iter(world.teams.values()))
    channel = next(iter(team.channels.values()))
    delays_s: list[float] = []
    shown: list[str] = []

    async def one(at: float) -> None:
        delivery = slash(world, team.team_id, channel.channel_id, "mona", "help")
        await delivery.settled.wait()
        delays_s.append(clock.monotonic() - at)
        if delivery.shown:
            shown.append(delivery.shown)

    started = clock.monotonic()
    async with clock.timeout(SETTLE_S + (total / per_s if per_s else 0)), asyncio.TaskGroup() as tasks:
        for number in range(total):
            at = started + number / per_s if per_s else clock.monotonic()
            if (early_s := at - clock.monotonic()) > 0:
                await clock.sleep(early_s)
            tasks.create_task(one(at))
    return {"delays_s": delays_s, "late": len(shown)}


async def _lines() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def _say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
