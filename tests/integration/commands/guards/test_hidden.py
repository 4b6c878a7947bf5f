"""What somebody may not read and what isn't there are one thing: in every word, and whatever names it."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from agent.slash.button_values import APPROVE, CLOSE, COMMENT, EDIT, REJECT, REOPEN, RERUN, RERUN_FAILED
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.things import Environment
from infra.sandbox.slack import people

COMMANDS = ("subscribe {}", "unsubscribe {}", "open {}", "close {}#1", "reopen {}#1")
NAMING = ("subscribe {}", "open {}", "close {}#1")
BUTTONS = (COMMENT, EDIT, CLOSE, REOPEN, RERUN, RERUN_FAILED, APPROVE, REJECT)
HIDDEN, MISSING = "acme/api", "acme/nil"
_ANEW = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=/link/)[\w-]+")
"""Ids of what waits, and links for signing in: made anew each time."""


@pytest.fixture
def heard_of(stages: Any) -> Callable[..., Any]:
    """What a kind of person hears when `does` is done to each of two names, without what differs by right."""

    async def heard(kind: str, names: tuple[str, str], does: Any) -> list[str]:
        async with stages(kind) as stage:
            await stage.enter()
            _fill(stage.rig.ghes)
            before, found = await stage.state(), []
            for name in names:
                await stage.look()
                await does(stage, name)
                found.append(_ANEW.sub("", stage.heard().replace(name, "NAME").replace(name.split("/")[1], "REPO")))
            assert await stage.state() == before
            return found

    return heard


def _fill(ghes: Any) -> None:
    """An issue in each repository, and a run that the outsider would have to approve if they might see it."""
    ada = ghes.account("ada")
    for repository in list(ghes.repositories.values()):
        happen.open_issue(ghes, repository, by=ada, title="The door squeaks")
    api = ghes.repository(HIDDEN)
    run = happen.start_run(ghes, api, by=ada)
    production = Environment(id=77, name="production", reviewers=[ghes.account("outsider")])
    happen.ask_for_approval(ghes, api, run, production, by=ada)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [*(("outsider", each) for each in COMMANDS), ("unlinked", COMMANDS[0]), ("suspended", COMMANDS[0])],
)
async def test_a_command_says_the_same_of_both(heard_of: Any, kind: str, typed: str) -> None:
    async def does(stage: Any, name: str) -> None:
        await stage.type(typed.format(name))
        await stage.submit(Title="The tap drips")

    hidden, missing = await heard_of(kind, (HIDDEN, MISSING), does)

    assert hidden == missing
    assert "NAME" in hidden or "Connect GitHub account" in hidden or kind == "suspended"


@pytest.mark.parametrize("button", BUTTONS)
async def test_a_forged_button_says_the_same_of_both(heard_of: Any, button: str) -> None:
    async def does(stage: Any, name: str) -> None:
        run_id = next(iter(stage.rig.ghes.repository(HIDDEN).runs))
        fields = {"r": name, "n": 1, "k": "issue", "run": run_id, "attempt": 1, "env": "production"}
        await stage.forge(button, json.dumps(fields))
        await stage.submit(**({"Comment": "Oil it."} if button == COMMENT else {}))

    hidden, missing = await heard_of("outsider", (HIDDEN, MISSING), does)

    assert hidden == missing
    assert "you may not see it" in hidden


async def test_a_new_issue_says_the_same_of_both(heard_of: Any) -> None:
    async def does(stage: Any, name: str) -> None:
        people.shortcut(stage.rig.slack, "acme", stage.name, "ghe_create_issue")
        await stage.rig.answered()
        forged = {"text": {"type": "plain_text", "text": name}, "value": name}
        await stage.submit(Repository=forged, Title="The tap drips")

    hidden, missing = await heard_of("outsider", (HIDDEN, MISSING), does)

    assert hidden == missing
    assert "you may not see it" in hidden


@pytest.mark.parametrize("kind", ["outsider", "unlinked"])
async def test_a_shared_link_says_the_same_of_both(heard_of: Any, kind: str) -> None:
    async def does(stage: Any, name: str) -> None:
        people.say(stage.rig.slack, "acme", "general", stage.name, f"{stage.rig.world.ghes_server.url}/{name}/issues/1")
        await stage.rig.answered()

    hidden, missing = await heard_of(kind, (HIDDEN, MISSING), does)

    assert hidden == missing
    assert ("Connect your account" in hidden) is (kind == "unlinked")


@pytest.mark.parametrize("typed", NAMING)
async def test_where_the_app_is_not_installed_the_same_is_said_of_both(heard_of: Any, typed: str) -> None:
    async def does(stage: Any, name: str) -> None:
        await stage.type(typed.format(name))

    hidden, missing = await heard_of("reader", ("globex/secret", "globex/nil"), does)

    assert hidden == missing


@pytest.mark.parametrize("typed", NAMING)
async def test_of_a_selection_of_repositories_the_same_is_said_of_both(heard_of: Any, typed: str) -> None:
    async def does(stage: Any, name: str) -> None:
        ghes = stage.rig.ghes
        [installation] = ghes.installations.values()
        installation.selection, installation.repository_ids = "selected", {ghes.repository("acme/docs").id}
        await stage.type(typed.format(name))

    hidden, missing = await heard_of("outsider", (HIDDEN, MISSING), does)

    assert hidden == missing


async def test_the_search_for_a_repository_finds_neither(stages: Any) -> None:
    async with stages("outsider") as stage:
        await stage.enter()
        people.shortcut(stage.rig.slack, "acme", stage.name, "ghe_create_issue")
        await stage.rig.answered()

        offered = []
        for typed in ("acme/a", HIDDEN, MISSING):
            asked = people.suggest(stage.rig.slack, stage.form().view_id, "Repository", typed)
            await stage.rig.answered()
            assert asked.answer is not None
            offered.append(asked.answer["options"])

    assert offered == [[], [], []]
