"""The relay, as the doctor finds it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agent.examining.findings import Level
from agent.relay.keys import new_pair
from agent.transports.slack import SlackTransport
from infra.sandbox.relay_stand_in.carrying import StandInRelay
from infra.sandbox.relay_stand_in.http import Front, running

PAIR = new_pair()
FIVE = {"RELAY_ID": "relay-1", "RELAY_AGENT_ID": "a1", "RELAY_KEY_ID": "k1", "RELAY_SIGNING_KEY": PAIR.private}


@pytest.fixture
async def front(clock: Any) -> AsyncIterator[Front]:
    """A relay that knows our key, and says nothing."""

    def mute(_workspaces: object) -> SlackTransport:
        return SlackTransport(None)  # type: ignore[arg-type]

    made = Front(StandInRelay(clock, mute))
    made.relay.enter("a1", "k1", Ed25519PublicKey.from_public_bytes(PAIR.raw))
    async with running(made) as url:
        made.url = url  # type: ignore[attr-defined]
        yield made


async def test_a_relay_that_takes_our_signature_is_well(examine: Any, front: Any) -> None:
    finding = (await examine(RELAY_URL=front.url, **FIVE)).one("relay")

    assert finding.level is Level.OK
    assert finding.says == "The relay answers and takes our signature; no workspace goes through it yet."


async def test_without_a_relay_there_is_nothing_to_say(examine: Any) -> None:
    assert (await examine()).of("relay") == []


async def test_a_key_that_the_relay_does_not_know_is_a_failure(examine: Any, front: Any) -> None:
    front.relay.revoked.add(("a1", "k1"))

    finding = (await examine(RELAY_URL=front.url, **FIVE)).one("relay")

    assert finding.level is Level.FAILURE
    assert "RELAY_KEY_ID" in finding.does


async def test_a_clock_that_is_off_is_told_even_if_the_relay_takes_it_still(examine: Any, front: Any) -> None:
    front.switches.clock_ahead_s = 200

    early, well = (await examine(RELAY_URL=front.url, **FIVE)).of("relay")

    assert (early.level, well.level) == (Level.WARNING, Level.OK)
    assert "behind the relay's" in early.says


@pytest.mark.parametrize(
    ("status", "says"), [(404, "The relay answers relay_404."), (502, "The relay answers relay_502.")]
)
async def test_something_else_at_its_address_is_a_failure(examine: Any, front: Any, status: int, says: str) -> None:
    front.switches.statuses.extend([status] * 100)

    finding = (await examine(RELAY_URL=front.url, **FIVE)).one("relay")

    assert (finding.level, finding.says) == (Level.FAILURE, says)


async def test_a_relay_that_cannot_be_reached_has_a_sentence_for_the_network_team(examine: Any) -> None:
    finding = (await examine(RELAY_URL="https://relay.example.com", **FIVE)).one("relay")

    assert finding.level is Level.FAILURE
    assert "relay.example.com" in finding.network
