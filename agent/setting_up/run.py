"""Both ways of setting up, from the environment's settings."""

from pathlib import Path

from agent.clock import SystemClock
from agent.invoker import invoker
from agent.setting_up import file
from agent.setting_up.carrying_out import carry_out
from agent.setting_up.declared import Declared
from agent.setting_up.ground import ground
from agent.setting_up.prompts import Ask, Say, ask_all
from agent.setting_up.sections import Standing
from agent.settings import Settings
from agent.store.workspace_rows import known
from shared.clock import Clock

VERB = "setup"
"""As the audit log has it."""


async def from_file(given: Settings, path: Path, say: Say, clock: Clock | None = None, by: str = "") -> None:
    """Carry out what a file declares; `by`: who does it, else the operating system's user.

    Raises `SettingsError` where the file, or a setting, is wrong, and `Failure` where a far side refuses.
    """
    declared = file.read(path)
    async with ground(given, clock or SystemClock(), invoker(VERB, by)) as there:
        await carry_out(declared, there, say)


async def by_questions(given: Settings, ask: Ask, say: Say, clock: Clock | None = None, by: str = "") -> None:
    """Ask, and carry out section by section. Raises `Failure` where there is no store to keep anything in."""
    clock, who = clock or SystemClock(), invoker(VERB, by)

    async def carried_out(declared: Declared) -> None:
        async with ground(given, clock, who) as now:
            await carry_out(declared, now, say)

    async def standing() -> Standing:
        async with ground(given, clock, who) as there:
            return Standing(settings=there.settings, workspaces=tuple(await there.store.read(known)))

    await ask_all(standing, carried_out, ask, say)
