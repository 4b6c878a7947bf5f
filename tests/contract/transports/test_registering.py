"""Which bot tokens the relay is given, when, and when they are taken back."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from agent.relay.registering import AGAIN_S, Registering
from agent.store.relay import registered
from agent.store.workspaces import Installation, keep_installation
from agent.workspaces import Workspace, Workspaces
from shared.relay_requests import Place

HERE = "relay-1/agent-1"


def workspace(team_id: str, installation_id: str = "", token: str = "xoxb-1", **fields: Any) -> Workspace:
    return Workspace(
        team_id=team_id,
        installation_id=installation_id,
        name=team_id,
        domain="",
        bot_user_id="U1",
        token=token,
        scopes=frozenset(),
        **fields,
    )


@pytest.fixture
def workspaces() -> Workspaces:
    """One that is relayed, one that goes over, one that is left in peace, and two of an organisation."""
    found = [
        workspace("T1", transport="relay"),
        workspace("T2", next_transport="relay", token="xoxb-2"),
        workspace("T3"),
        workspace("T4", "E1", transport="relay", token="xoxb-e"),
        workspace("T5", "E1", transport="relay", token="xoxb-e"),
    ]
    return {each.team_id: each for each in found}


@pytest.fixture
async def registering(by_relay: Any, store: Any, workspaces: Workspaces) -> Registering:
    """Of a relay that has no token yet."""
    by_relay.front.relay.tokens.clear()
    organisation = Installation(id="E1", name="Acme", token=b"", scopes=frozenset(), is_organisation=True)
    await store.write(partial(keep_installation, installation=organisation, now=0.0))
    return Registering(client=by_relay.client, store=store, relay=HERE, workspaces=workspaces, clock=by_relay.clock)


async def test_what_is_relayed_or_will_be_is_put_and_an_organisation_once(
    registering: Registering, by_relay: Any, store: Any
) -> None:
    first = await registering.sync()
    again = await registering.sync()

    assert by_relay.front.relay.tokens == {
        ("agent-1", "T1"): "xoxb-1",
        ("agent-1", "T2"): "xoxb-2",
        ("agent-1", "E1"): "xoxb-e",
    }
    assert [place.is_organisation for place in first.put] == [False, False, True]
    assert (again.put, again.removed) == ([], [])
    assert {each.id for each in await store.read(partial(registered, relay=HERE))} == {"T1", "T2", "E1"}


async def test_what_is_relayed_no_more_is_taken_back_also_by_the_next_process(
    registering: Registering, by_relay: Any, store: Any, workspaces: Workspaces
) -> None:
    await registering.sync()
    del workspaces["T1"]
    workspaces["T2"] = replace(workspaces["T2"], next_transport="")
    after = Registering(client=by_relay.client, store=store, relay=HERE, workspaces=workspaces, clock=by_relay.clock)

    done = await after.sync()

    assert {place.id for place in done.removed} == {"T1", "T2"}
    assert set(by_relay.front.relay.tokens) == {("agent-1", "E1")}
    assert await store.read(partial(registered, relay=HERE)) == [Place(id="E1", is_organisation=True)]


async def test_a_token_that_was_renewed_is_put_at_once(
    registering: Registering, by_relay: Any, workspaces: Workspaces
) -> None:
    await registering.sync()
    workspaces["T1"] = replace(workspaces["T1"], token="xoxb-new")

    done = await registering.sync()

    assert [place.id for place in done.put] == ["T1"]
    assert by_relay.front.relay.tokens["agent-1", "T1"] == "xoxb-new"


async def test_a_token_that_the_relay_does_not_take_is_shown_and_put_again_after_a_while(
    registering: Registering, by_relay: Any
) -> None:
    by_relay.front.switches.statuses.append(403)
    failed = await registering.sync()
    shown = dict(by_relay.client.health.unregistered)
    early = await registering.sync()
    await by_relay.clock.advance(AGAIN_S + 1, step_s=AGAIN_S)

    late = await registering.sync()

    assert (failed.failed, shown) == ({Place(id="T1"): "relay_403"}, {"T1": "relay_403"})
    assert early.put == []
    assert [place.id for place in late.put] == ["T1"]
    assert by_relay.client.health.unregistered == {}


async def test_a_workspace_that_the_relay_denies_to_know_is_put_again_an_organisation_for_all_of_its_own(
    registering: Registering, by_relay: Any
) -> None:
    await registering.sync()
    by_relay.front.relay.tokens.clear()

    registering.unregistered("T5")
    done = await registering.sync()

    assert [place.id for place in done.put] == ["E1"]


async def test_a_workspace_that_the_relay_goes_on_denying_is_put_again_only_now_and_then(
    registering: Registering, by_relay: Any
) -> None:
    await registering.sync()
    for _ in range(2):
        registering.unregistered("T5")
        await registering.sync()
    asked = len(by_relay.front.switches.ids)

    registering.unregistered("T5")
    early = await registering.sync()
    await by_relay.clock.advance(AGAIN_S + 1, step_s=AGAIN_S)
    registering.unregistered("T5")
    late = await registering.sync()

    assert asked == 4
    assert early.put == []
    assert [place.id for place in late.put] == ["E1"]


async def test_a_relay_that_is_down_is_left_alone(registering: Registering, by_relay: Any) -> None:
    by_relay.client.health.silent("unreachable")

    done = await registering.sync()

    assert (done.put, done.failed, by_relay.front.switches.ids) == ((), {}, [])
