"""Runs the checks of `agent.doctor`, all at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import structlog

from agent import doctor
from agent.examining.findings import Finding, Level, failure
from agent.examining.surroundings import Surroundings, surroundings
from agent.settings import Settings, SettingsError
from shared.clock import Clock

log = structlog.get_logger()
CHECK_S = 20.0
"""Longest of a check, which may ask a few things one after the other. With the store's look before, all is said within
half a minute."""
GROUPS = ("This agent", "Store", "GitHub Enterprise", "Slack", "Network")
"""The order in which findings are told; each check names its own."""

Look = Callable[[Surroundings], Awaitable[list[Finding]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A file of `agent.doctor`: its name with hyphens, and where its findings are shown."""

    name: str
    group: str
    look: Look


class UnknownGroupError(Exception):
    """A check names a group that isn't shown."""


@cache
def checks() -> Sequence[Check]:
    """All of them, by group and name."""
    found = []
    for info in iter_modules(doctor.__path__):
        module = import_module(f"{doctor.__name__}.{info.name}")
        if module.GROUP not in GROUPS:
            raise UnknownGroupError(f"{module.__name__} names the group {module.GROUP}, which isn't shown.")
        found.append(Check(name=info.name.replace("_", "-"), group=module.GROUP, look=module.check))
    return sorted(found, key=lambda each: (GROUPS.index(each.group), each.name))


async def examined(given: Settings, clock: Clock) -> list[Finding]:
    """The findings for the environment's settings; never raises for what it finds."""
    async with surroundings(given, clock) as around:
        return await examine(around)


async def examine(given: Surroundings) -> list[Finding]:
    """All findings, in the order of the groups, within `CHECK_S`."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(_looked(each, given)) for each in checks()]
    return [finding for task in running for finding in task.result()]


def of_wrong_settings(wrong: SettingsError) -> list[Finding]:
    """The findings where no examination can begin: a failure for each sentence."""
    does = "Correct it in the environment or in .env; the README lists all settings."
    return [replace(failure(sentence, does), check="settings") for sentence in str(wrong).splitlines()]


def is_well(findings: Sequence[Finding]) -> bool:
    """Whether nothing failed."""
    return all(each.level is not Level.FAILURE for each in findings)


async def _looked(each: Check, given: Surroundings) -> list[Finding]:
    try:
        async with given.clock.timeout(CHECK_S):
            found = await each.look(given)
    except TimeoutError:
        found = [
            failure(
                f"This check came to no end within {CHECK_S:.0f} s.",
                "Look at the other findings first, then run the doctor again.",
            )
        ]
    except Exception as error:  # whatever a machine's surroundings bring: the other checks go on
        log.exception("a check failed", check=each.name)
        found = [
            failure(f"This check itself failed ({type(error).__name__}).", "Report it with what stands in the log.")
        ]
    return [replace(finding, check=each.name) for finding in found]
