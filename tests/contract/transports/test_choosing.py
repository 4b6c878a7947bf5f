"""Which way a post takes: its workspace's, also where this process doesn't know yet that it went over."""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from agent.outbox.transport import Look, NotSeen, Sought
from agent.relay.choosing import ChosenTransport
from agent.store.workspaces import choose, keep_workspace
from agent.workspaces import Workspace, Workspaces
from shared.address import Address
from shared.outcome import Delivered, Outcome, Retry
from shared.post import Post


@dataclass
class Named:
    """A transport that says its name."""

    name: str
    sent: list[str] = field(default_factory=list)

    async def send(self, post: Post) -> Outcome:
        self.sent.append(post.id)
        return Delivered(self.name)

    async def look(self, sought: Sought) -> Look:
        self.sent.append(f"look at {sought.id}")
        return NotSeen()


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(team_id="T1", name="Acme", domain="", bot_user_id="U0", token="xoxb-1", scopes=frozenset())


@pytest.fixture
def ways() -> dict[str, Any]:
    return {"direct": Named("direct"), "relay": Named("relay")}


def posts(at_once: Any) -> Post:
    post: Post = at_once.post("n1", address=Address(team_id="T1", channel_id="C1"))
    return post


@pytest.mark.parametrize("transport", ["direct", "relay"])
async def test_a_post_and_a_look_take_the_way_of_their_workspace(
    at_once: Any, store: Any, workspace: Workspace, ways: dict[str, Any], transport: str
) -> None:
    known: Workspaces = {"T1": replace(workspace, transport=transport)}
    chosen = ChosenTransport(ways, known, store)
    post = posts(at_once)

    outcome = await chosen.send(post)
    await chosen.look(Sought(id="n1", address=post.address, thread_ts=None, posted_at=0.0))

    assert outcome == Delivered(transport)
    assert {name: way.sent for name, way in ways.items() if way.sent} == {transport: ["n1", "look at n1"]}


async def test_while_it_goes_over_the_store_is_asked(
    at_once: Any, store: Any, workspace: Workspace, ways: dict[str, Any]
) -> None:
    await store.write(partial(keep_workspace, workspace=workspace, now=0.0))
    known: Workspaces = {"T1": replace(workspace, next_transport="relay")}
    chosen = ChosenTransport(ways, known, store)

    before = await chosen.send(posts(at_once))
    await store.write(lambda connection: choose(connection, "T1", transport="relay"))  # another process lets it go
    after = await chosen.send(posts(at_once))

    assert (before, after) == (Delivered("direct"), Delivered("relay"))


async def test_what_is_relayed_is_not_said_directly_when_there_is_no_relay_any_more(
    at_once: Any, store: Any, workspace: Workspace, ways: dict[str, Any]
) -> None:
    chosen = ChosenTransport({"direct": ways["direct"]}, {"T1": replace(workspace, transport="relay")}, store)
    post = posts(at_once)

    outcome = await chosen.send(post)
    look = await chosen.look(Sought(id="n1", address=post.address, thread_ts=None, posted_at=0.0))

    assert outcome == look == Retry(60.0, "relay_not_set_up")
    assert ways["direct"].sent == []
