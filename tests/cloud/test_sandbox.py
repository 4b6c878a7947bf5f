"""`make sandbox RELAY=1`: one event in three workspaces, each by its own way and in its own data class."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.page.parts import Parts
from infra.sandbox.slack.world import messages
from infra.sandbox.start import system
from tests.cloud.conftest import until

pytestmark = pytest.mark.cloud

BODY = "Water everywhere below the kitchen sink."


def cards(parts: Parts, domain: str) -> list[str]:
    """The cards of events that are there, each with all its blocks as text."""
    found = [each for each in messages(parts.slack, domain, "general") if each.metadata]
    return [f"{each.text} {each.blocks} {each.attachments}" for each in found]


def opened(parts: Parts, title: str) -> None:
    ghes = parts.ghes
    happen.open_issue(ghes, ghes.repository("acme/rocket"), by=ghes.account("ada"), title=title, body=BODY)


async def test_one_event_arrives_in_all_workspaces_each_in_its_data_class(tmp_path: Path) -> None:
    async with system(tmp_path, workspaces=3, relay=True) as parts:
        domains = [team.domain for team in parts.slack.teams.values()]
        opened(parts, "It leaks")
        await until(lambda: all(cards(parts, domain) for domain in domains))

        (direct,), (full,), (title,) = (cards(parts, domain) for domain in domains)
        logs = (tmp_path / "cloud" / "deliver.log").read_text(encoding="utf-8")
        front = (tmp_path / "cloud" / "front.log").read_text(encoding="utf-8")

    assert all("It leaks" in each for each in (direct, full, title))
    assert [BODY in each for each in (direct, full, title)] == [True, True, False]
    assert sum(map(int, re.findall(r'"dispatch taken".*?"notifications":(\d+)', front))) == 2
    assert BODY not in logs + front


async def test_what_happens_while_the_relay_is_away_arrives_later_and_its_operator_finds_it(tmp_path: Path) -> None:
    async with system(tmp_path, workspaces=2, relay=True) as parts:
        assert parts.relay
        direct, relayed = (team.domain for team in parts.slack.teams.values())
        async with parts.relay.away():
            opened(parts, "Nobody listens")
            await until(lambda: cards(parts, direct))
            meanwhile = cards(parts, relayed)
        await until(lambda: cards(parts, relayed))

        verb = ("relay", "dead-letters", "--stack", parts.relay.stack)
        letters = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from agent.cli import main; main()", *verb,
            env=parts.relay.aws, cwd=tmp_path, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        says, _ = await letters.communicate()

    assert meanwhile == []
    assert "Nobody listens" in cards(parts, relayed)[0]
    assert (letters.returncode, says) == (0, b"There are no dead letters.\n")
