"""Both ways of setting up, from the environment's settings."""

from collections.abc import Sequence
from pathlib import Path

from agent.clock import SystemClock
from agent.setting_up import file
from agent.setting_up.carrying_out import carry_out
from agent.setting_up.declared import Declared
from agent.setting_up.ground import ground
from agent.setting_up.prompts import Ask, Say, ask_all
from agent.settings import Settings
from shared.clock import Clock


async def from_file(given: Settings, path: Path, say: Say, clock: Clock | None = None) -> None:
    """Carry out what a file declares. Raises `Failure`."""
    declared = file.read(path)
    async with ground(given, clock or SystemClock()) as there:
        for line in await carry_out(declared, there):
            say(line)


async def by_questions(given: Settings, ask: Ask, say: Say, clock: Clock | None = None) -> None:
    """Ask, and carry out section by section. Raises `Failure` where there is no store to keep anything in."""
    clock = clock or SystemClock()

    async def carried_out(declared: Declared) -> Sequence[str]:
        async with ground(given, clock) as now:
            return await carry_out(declared, now)

    async with ground(given, clock) as there:
        settings = there.settings
    await ask_all(settings, carried_out, ask, say)
