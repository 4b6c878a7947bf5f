"""The commands, by whoever types them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from agent.store.people_tables import people as linked
from agent.store.tables import subscriptions
from infra.sandbox.ghes import happen

SECTION = "Commands"

TYPED = {
    "help": "help",
    "list": "subscribe list",
    "subscribe to what all may read": "subscribe acme/shared",
    "subscribe to what is private": "subscribe acme/api",
    "subscribe to an owner": "subscribe acme",
    "unsubscribe": "unsubscribe acme/docs",
    "open": "open acme/api",
    "close": "close acme/api#1",
    "reopen": "reopen acme/api#1",
    "settings": "settings",
    "signin": "signin",
    "signout": "signout",
}
SAYS = {"help": "What I can do:", "list": "acme/docs", "settings": "The settings of this channel:", "signin": "/link/"}


@pytest.fixture
async def stage(stages: Any, who: str, deed: str) -> Any:
    """general is subscribed to acme/docs; acme/api#1 is there, closed where it is to be opened again."""
    async with stages(who) as stage:
        rig, ghes = stage.rig, stage.rig.ghes
        await rig.said("subscribe acme/docs issues")
        await stage.enter()
        api = ghes.repository("acme/api")
        by = ghes.account(stage.login if who == "author" else "grace")
        issue = happen.open_issue(ghes, api, by=by, title="The door squeaks")
        if deed == "reopen":
            happen.close(ghes, api, issue, by=by)
        yield stage


@dataclass(frozen=True, kw_only=True)
class Facts:
    """How things are after the deed."""

    stage: Any
    targets: Sequence[str]
    users: Sequence[str]

    @property
    def issues(self) -> list[Any]:
        return list(self.stage.rig.ghes.repository("acme/api").issues.values())


def _says(words: str) -> Callable[[Facts], bool]:
    return lambda it: words in it.stage.heard()


DONE: Mapping[str, Callable[[Facts], bool]] = {
    **{deed: _says(words) for deed, words in SAYS.items()},
    "subscribe to what all may read": lambda it: "acme/shared" in it.targets,
    "subscribe to what is private": lambda it: "acme/api" in it.targets,
    "subscribe to an owner": lambda it: "acme" in it.targets,
    "unsubscribe": lambda it: "acme/docs" not in it.targets,
    "open": lambda it: [each.user.login for each in it.issues[1:]] == [it.stage.login],
    "close": lambda it: it.issues[0].state == "closed" and it.issues[0].closed_by.login == it.stage.login,
    "reopen": lambda it: it.issues[0].state == "open",
    "signout": lambda it: bool(it.stage.login) and it.stage.user_id not in it.users,
}


async def _done(stage: Any, deed: str) -> bool:
    targets = [row.target for row in await stage.rows(select(subscriptions.c.target))]
    users = [row.user_id for row in await stage.rows(select(linked.c.user_id))]
    return DONE[deed](Facts(stage=stage, targets=targets, users=users))


async def test_who_types_it(stage: Any, deed: str, who: str, expected: str) -> None:
    await stage.look()

    await stage.type(TYPED[deed])
    await stage.submit(Title="The tap drips")

    assert stage.outcome(done=await _done(stage, deed)) == expected, (who, stage.heard())
    assert expected == "done" or await stage.as_before(expected)
