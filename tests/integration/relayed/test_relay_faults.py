"""A relay in trouble: nothing is lost, nothing stands there twice, and `/status` says what is so.

The rows of *What is promised* that name the relay are tests of their names.
"""

import asyncio
import re
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from agent import relay_verbs
from agent.cli_errors import Failure
from agent.secret_keys import load_or_make
from agent.store.open import open_store
from agent.store.secrets import Secrets
from agent.store.setup_tables import installations
from agent.store.tables import notifications
from agent.store.versions import What, changed
from infra.sandbox.slack.faults import Says

AGAIN_S = 900


async def test_while_the_relay_is_down_webhooks_are_taken_and_wait_and_status_says_so(relayed: Any) -> None:
    await relayed.relay_goes()
    for number in range(3):
        await relayed.opened(f"leak {number}")
        await relayed.pass_(200)
    down, waiting = await relayed.part(), await relayed.states()
    others = {name: (await relayed.part(name))["ok"] for name in ("store", "sockets", "slack", "events")}

    await relayed.relay_comes()
    await relayed.until_stored({"delivered": 3})

    assert (down["ok"], waiting) == (False, {"queued": 3})
    assert down["says"].startswith("The relay has not answered since 2026-11-22 ")
    assert down["says"].endswith("(unreachable): 3 notifications wait.")
    assert others == dict.fromkeys(others, True)
    assert [f"leak {number}" in card.text for number, card in enumerate(relayed.cards)] == [True] * 3
    assert (await relayed.part())["ok"]


async def test_relay_down_or_its_answer_lost(relayed: Any) -> None:
    relayed.front.switches.lost = 2

    await relayed.opened()
    await relayed.until_stored({"delivered": 1})

    assert len(relayed.cards) == 1
    assert len({id_ for kind, id_ in relayed.front.switches.ids if kind == "dispatch"}) == 1


async def test_when_no_answer_comes_for_a_minute_it_is_said_once_too(relayed: Any) -> None:
    relayed.front.switches.lost = 10_000
    await relayed.opened()
    await relayed.pass_(60)
    unclear = await relayed.states()
    relayed.front.switches.lost = 0

    await relayed.until_stored({"delivered": 1})

    assert unclear in ({"unknown": 1}, {"posting": 1}, {"delivered": 1})
    assert len({id_ for kind, id_ in relayed.front.switches.ids if kind == "dispatch"}) > 1
    assert len(relayed.cards) == 1


@pytest.mark.parametrize("lost", ["receipt", "queue"])
async def test_receipt_lost_or_the_queues_4_days_over(relayed: Any, lost: str) -> None:
    relayed.relay.lost_receipts = int(lost == "receipt")
    relayed.carries = lost == "receipt"
    await relayed.opened()
    await relayed.until_stored({"accepted": 1})
    await relayed.pass_(60)
    said_early, dispatched_early = len(relayed.cards), len(relayed.front.switches.bodies)
    relayed.relay.queue.clear()
    relayed.carries = True

    await relayed.pass_(AGAIN_S - 60)
    await relayed.until_stored({"delivered": 1})

    assert (said_early, dispatched_early) == (int(lost == "receipt"), 1)
    assert len({id_ for kind, id_ in relayed.front.switches.ids if kind == "dispatch"}) == 2
    assert len(relayed.cards) == 1


async def test_key_revoked_with_notifications_queued(relayed: Any) -> None:
    relayed.carries = False
    await relayed.opened()
    await relayed.until_stored({"accepted": 1})
    relayed.relay.revoked.add(("agent-1", "k1"))
    relayed.carries = True
    await relayed.pass_(40)
    refused = await relayed.part()
    said = list(relayed.relay.said)

    relayed.relay.revoked.clear()  # the operator enters the new public key under the same id, say
    await relayed.until_stored({"delivered": 1})

    assert (refused["ok"], said) == (False, [])
    assert refused["says"].startswith("The relay doesn't take our signature")
    assert len(relayed.cards) == 1


async def test_a_clock_that_is_wrong_is_told_in_status_and_nothing_is_lost(relayed: Any) -> None:
    relayed.front.switches.clock_ahead_s = 412
    await relayed.opened()
    await relayed.pass_(20)
    told = await relayed.part()
    relayed.front.switches.clock_ahead_s = 0

    await relayed.until_stored({"delivered": 1})

    assert not told["ok"]
    assert re.search(r"Your clock is 41[12] s behind the relay's", told["says"])
    assert len(relayed.cards) == 1


async def test_a_workspace_that_the_relay_has_forgotten_is_registered_again(relayed: Any) -> None:
    relayed.relay.tokens.clear()

    await relayed.opened()
    await relayed.until_stored({"delivered": 1})

    assert len(relayed.cards) == 1


async def test_a_renewed_token_is_put_before_the_former_one_ends(relayed: Any) -> None:
    sealed = Secrets(load_or_make(relayed.settings)).seal("xoxe.xoxb-renewed")
    store = open_store(relayed.settings)
    ends_at = relayed.clock.now().timestamp() + 7200

    def renew(connection: Any) -> None:
        connection.execute(installations.update().values(token=sealed, token_ends_at=ends_at))
        changed(connection, What.WORKSPACES)

    await store.write(renew)
    await store.aclose()

    await relayed.until(lambda: relayed.relay.tokens == {("agent-1", relayed.team_id): "xoxe.xoxb-renewed"})


async def test_status_sync_and_rotate_say_what_they_did(relayed: Any, tmp_path: Any) -> None:
    found = await relay_verbs.status(relayed.settings, relayed.clock)
    synced = await relay_verbs.sync(relayed.settings, relayed.clock)
    file = tmp_path / "next.pem"
    said = await asyncio.to_thread(relay_verbs.rotate, relayed.settings, "k2", file=file, clock=relayed.clock)

    assert (found.ok, found.facts["key"]) == (True, "k1")
    assert "relay" in relay_verbs.as_text(found)
    assert synced == "Tokens at the relay: 1 put, 0 taken back."
    assert said.startswith("The relay takes the new key k2. Set RELAY_KEY_ID=k2 and RELAY_SIGNING_KEY_FILE=")
    key = load_pem_private_key(file.read_bytes(), None)
    assert key.public_key() == relayed.relay.keys["agent-1", "k2"]
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_key_that_was_rotated_is_not_rotated_again(relayed: Any, tmp_path: Any) -> None:
    rotating = partial(relay_verbs.rotate, relayed.settings, clock=relayed.clock)
    await asyncio.to_thread(rotating, "k2", file=tmp_path / "next.pem")

    with pytest.raises(Failure, match=r"has a successor already, k2: set that one, and rotate then\."):
        await asyncio.to_thread(rotating, "k3", file=tmp_path / "third.pem")

    assert set(relayed.relay.keys) == {("agent-1", "k1"), ("agent-1", "k2")}
    assert not (tmp_path / "third.pem").exists()


async def test_a_new_key_that_the_relay_has_not_taken_is_not_kept(relayed: Any, tmp_path: Any) -> None:
    relayed.relay.revoked.add(("agent-1", "k1"))

    rotating = partial(relay_verbs.rotate, relayed.settings, "k2", file=tmp_path / "next.pem", clock=relayed.clock)
    with pytest.raises(Failure, match="doesn't take our signature"):
        await asyncio.to_thread(rotating)

    assert not (tmp_path / "next.pem").exists()
    assert ("agent-1", "k2") not in relayed.relay.keys


async def test_when_its_card_is_gone_an_event_has_a_new_one_at_once(relayed: Any) -> None:
    issue = await relayed.opened()
    await relayed.until_stored({"delivered": 1})
    relayed.world.slack.faults.add(Says(error="message_not_found"), method="chat.postMessage")

    await relayed.closed(issue)
    await relayed.until_stored({"delivered": 3}, within_s=60)

    former, new, reply = relayed.cards
    assert (former.thread_ts, new.thread_ts, reply.thread_ts) == (None, None, new.ts)


async def test_what_the_relay_gives_up_as_unknown_is_parked_and_a_person_decides(relayed: Any) -> None:
    relayed.relay.hands_back = True
    relayed.world.slack.faults.add(Says(error="internal_error"), method="chat.postMessage")

    await relayed.opened()
    await relayed.until_stored({"parked": 1})

    rows = await relayed._read(lambda connection: connection.execute(notifications.select()).all())
    assert [row.reason for row in rows] == ["nobody can tell whether Slack has it (internal_error)"]
    assert relayed.cards == []
