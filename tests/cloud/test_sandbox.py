"""`make sandbox RELAY=1`: one event in three workspaces, each by its own way and in its own data class."""

import re
from pathlib import Path

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.page.parts import Parts
from infra.sandbox.slack import people
from infra.sandbox.slack.world import messages
from infra.sandbox.start import system
from tests.cloud.conftest import until

pytestmark = pytest.mark.cloud

BODY = "Water everywhere below the kitchen sink."


def cards(parts: Parts, domain: str) -> list[str]:
    """The cards of events that are there, each with all its blocks as text."""
    found = [each for each in messages(parts.slack, domain, "general") if each.metadata]
    return [f"{each.text} {each.blocks} {each.attachments}" for each in found]


async def test_one_event_arrives_in_all_workspaces_each_in_its_data_class(tmp_path: Path) -> None:
    async with system(tmp_path, workspaces=3, relay=True) as parts:
        domains = [team.domain for team in parts.slack.teams.values()]
        for domain in domains:
            people.slash(parts.slack, domain, "general", "mona", "subscribe acme/rocket issues")
        await until(lambda: all(messages(parts.slack, domain, "general") for domain in domains))
        ghes = parts.ghes
        happen.open_issue(ghes, ghes.repository("acme/rocket"), by=ghes.account("ada"), title="It leaks", body=BODY)
        await until(lambda: all(cards(parts, domain) for domain in domains))

        (direct,), (full,), (title,) = (cards(parts, domain) for domain in domains)
        logs = (tmp_path / "cloud" / "deliver.log").read_text(encoding="utf-8")
        front = (tmp_path / "cloud" / "front.log").read_text(encoding="utf-8")

    assert all("It leaks" in each for each in (direct, full, title))
    assert [BODY in each for each in (direct, full, title)] == [True, True, False]
    assert sum(map(int, re.findall(r'"dispatch taken".*?"notifications":(\d+)', front))) == 2
    assert BODY not in logs + front
