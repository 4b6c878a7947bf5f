"""Who said it: forged messages, keys that are revoked or retired, duplicates, and what was withdrawn."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from relay_lambda.age import REDRIVEN_S
from relay_lambda.state.ledger import KEPT_S
from shared.address import Address
from shared.dispatch import card_text, deduplication_id
from shared.outcome import Delivered, Refused, Retry
from shared.post import Role
from shared.signing import TOLERANCE_S

FORGED: dict[str, dict[str, Any]] = {
    "bad_signature": {"signed_by": Ed25519PrivateKey.generate()},
    "wrong_audience": {"audience": "another.relay"},
    "wrong_group": {"group": "acme#T1#C2"},
    "wrong_name": {"queued_as": "another"},
    "unknown_key": {"key": "k9", "signed_by": Ed25519PrivateKey.generate()},
    "key_not_valid_then": {"signed_at": 1_000_000},
    "from_the_future": {"signed_at": 1_900_000_000},
}


@pytest.mark.parametrize("reason", FORGED)
def test_a_forged_message_is_a_dead_letter_with_its_reason_and_stops_nobody(house: Any, reason: str) -> None:
    known = house.given.keys.known
    known["acme", "k1"] = replace(known["acme", "k1"], not_before=1_500_000_000)
    house.forge(house.notification("forged"), **FORGED[reason])
    house.say("after", channel="C2" if reason == "wrong_group" else "C1")

    house.carry_once()

    assert [each.reason for each in house.returning.buried] == [reason]
    assert [each.text for each in house.slack.messages] == ["after"]
    assert "forged" not in house.outcomes
    assert house.given.ledger.get("acme", "forged") is None
    assert house.counts["signature_reject"] == 1


def test_another_card_under_a_good_signature_is_forged(house: Any, card: Any) -> None:
    house.forge(house.notification("n1"), card=card_text(card("something else")))

    house.carry_once()

    assert [each.reason for each in house.returning.buried] == ["wrong_card"]
    assert house.slack.messages == []


@pytest.mark.parametrize(
    "body",
    ["", "no json", "[]", '{"text": "{}", "timestamp": 1, "signature": "x", "card": ""}', '{"text": "\\ud800"}'],
)
def test_what_is_none_of_our_messages_is_a_dead_letter_and_stops_nobody(house: Any, body: str) -> None:
    house.queue.send(body, group="acme#T1#C1", deduplication_id="x")
    house.say("after")

    house.carry_once()

    assert [each.reason for each in house.returning.buried] == ["malformed"]
    assert house.slack.texts("C1") == ["after"]


@pytest.mark.parametrize("signed_at", [10**400, -(10**400), 10**18], ids=["never", "before all", "late"])
def test_a_time_that_nobody_can_reckon_with_stops_nobody(house: Any, signed_at: int) -> None:
    house.say("n1", signed_at=signed_at)
    house.say("after")

    house.carry_once()

    assert len(house.letters) == 1
    assert house.slack.texts("C1") == ["after"]


@pytest.mark.parametrize("redriven", ["9" * 5000, "soon", "-1", "١"], ids=["long", "word", "before", "script"])
def test_a_mark_of_an_operator_that_is_no_time_stops_nobody(house: Any, redriven: str) -> None:
    house.say("n1", attributes={"redriven": redriven})
    house.say("elsewhere", channel="C2")

    house.carry_once()

    assert (house.slack.texts("C1"), house.slack.texts("C2")) == (["n1"], ["elsewhere"])


def test_a_message_of_four_days_is_said_and_an_older_one_is_not(house: Any) -> None:
    house.say("young")
    house.forge(house.notification("old", channel="C2"), signed_at=int(house.given.now()) - 400)
    house.pass_(4 * 86_400)

    house.run()

    assert [each.text for each in house.slack.messages] == ["young"]
    assert [each.reason for each in house.returning.buried] == ["too_old"]


@pytest.mark.parametrize(("days", "said"), [(17, ["n1"]), (23, [])])
def test_a_dead_letter_that_is_put_back_is_tried_as_long_as_dead_letters_are_kept(
    house: Any, days: int, said: list[str]
) -> None:
    """And keeps no other reason than its own until then; what the ledger has forgotten is never said."""
    signed_at = int(house.given.now())
    house.pass_(days * 86_400)
    redriven_at = int(house.given.now())

    house.forge(
        house.notification("n1"),
        signed_at=signed_at,
        queued_as=deduplication_id("n1", signed_at, redriven_at),
        attributes={"redriven": str(redriven_at)},
    )
    house.run()

    assert house.slack.texts("C1") == said
    assert [each.reason for each in house.returning.buried] == ([] if said else ["too_old"])
    assert KEPT_S > REDRIVEN_S + TOLERANCE_S


def test_what_a_revoked_key_had_queued_is_reported_and_a_good_signature_is_said(house: Any) -> None:
    house.say("n1")
    house.say("n2")
    house.revoke()
    house.run()
    assert house.slack.messages == []
    assert house.letters == []
    assert house.outcomes == {id_: [Retry(0.0, "key_revoked")] for id_ in ("n1", "n2")}

    house.add_key("k2")
    house.pass_(1)
    house.say("n1", key="k2", signed_at=int(house.given.now()) - 301)
    house.run()

    assert house.slack.texts("C1") == ["n1"]
    assert isinstance(house.outcomes["n1"][-1], Delivered)


def test_what_may_be_there_when_its_key_is_revoked_is_looked_for_before_anybody_says_it_anew(house: Any) -> None:
    house.say("n1")
    house.slack.faults.append("answer lost")
    house.carry_once()
    house.revoke()
    house.run()
    house.add_key("k2")
    house.pass_(1)

    house.say("n1", key="k2")
    house.run()

    assert house.slack.texts("C1") == ["n1"]
    assert house.outcomes["n1"] == [Delivered(house.slack.messages[0].ts, reconciled=True)] * 2


def test_a_retired_key_goes_on_proving_what_it_signed_before(house: Any) -> None:
    house.say("before")
    known = house.given.keys.known
    known["acme", "k1"] = replace(known["acme", "k1"], retired_at=int(house.given.now()))
    house.pass_(10)
    house.say("after", channel="C2")

    house.run()

    assert [each.text for each in house.slack.messages] == ["before"]
    assert [each.reason for each in house.returning.buried] == ["key_not_valid_then"]


def test_a_duplicate_is_answered_from_the_ledger_with_a_new_receipt(house: Any) -> None:
    house.say("p", Role.PARENT)
    house.run()
    house.pass_(1)
    house.given.threads.known.clear()

    house.say("p", Role.PARENT)
    house.say("r", Role.REPLY)
    house.run()

    parent, reply = house.slack.messages
    assert house.outcomes["p"] == [Delivered(parent.ts)] * 2
    assert reply.thread_ts == parent.ts


def test_sqs_giving_a_message_out_twice_says_it_once(house: Any) -> None:
    house.say("n1")
    records = house.queue.receive()
    for _ in range(2):
        house.carry_again(records)

    assert house.slack.texts("C1") == ["n1"]
    assert house.outcomes["n1"] == [Delivered(house.slack.messages[0].ts)] * 2


def test_a_refusal_is_answered_from_the_ledger_when_the_same_message_comes_again(house: Any) -> None:
    house.say("n1")
    house.slack.faults.append("is_archived")
    records = house.queue.receive()
    for _ in range(2):
        house.carry_again(records)

    assert house.slack.messages == []
    assert house.outcomes["n1"] == [Refused("is_archived")] * 2


def test_a_dead_letter_that_an_operator_puts_back_is_tried_once_more(house: Any) -> None:
    house.say("n1")
    house.slack.faults.append("is_archived")
    house.run()
    (letter,) = house.returning.buried
    house.pass_(1)
    at = int(house.given.now())
    again = deduplication_id("n1", at - 1, redriven_at=at)
    house.queue.send(letter.body, group=letter.group, deduplication_id=again, attributes={"redriven": str(at)})
    house.run()

    assert house.slack.texts("C1") == ["n1"]


def test_what_is_withdrawn_before_it_was_said_is_not_said(house: Any) -> None:
    house.say("n1")
    house.say("n2", withdrawn=True)
    house.say("n3")

    house.run()

    assert house.slack.texts("C1") == ["n1", "n3"]
    assert house.outcomes["n2"] == [Refused("withdrawn")]
    assert house.letters == []


def test_what_was_said_before_it_is_withdrawn_is_reported_as_said(house: Any) -> None:
    house.say("n1")
    house.run()
    house.pass_(1)

    house.say("n1", withdrawn=True)
    house.run()

    assert house.outcomes["n1"] == [Delivered(house.slack.messages[0].ts)] * 2


def test_two_agents_in_one_workspace_speak_with_their_own_tokens_and_hear_of_their_own_alone(house: Any) -> None:
    house.add_key("o1", agent="other")
    house.given.bots.tokens["other", "T1"] = "xoxb-other"
    house.slack.dead_tokens["xoxb-other"] = "token_revoked"
    house.say("mine")
    house.say("theirs", agent="other", key="o1")

    house.run()

    assert house.slack.texts("C1") == ["mine"]
    written = {(agent, receipt.id): type(receipt.outcome) for agent, receipt in house.given.receipts.written}
    assert written == {("acme", "mine"): Delivered, ("other", "theirs"): Refused}


def test_an_agent_speaks_only_where_it_has_registered(house: Any) -> None:
    house.forge(house.notification("n1", address=Address(team_id="T9", channel_id="C1")))

    house.run()

    assert house.slack.calls == []
    assert house.outcomes["n1"] == [Retry(None, "workspace_not_registered")]


def test_who_puts_a_dead_letter_back_hears_of_it_again_whatever_the_agent_is_told(house: Any) -> None:
    house.say("n1")
    house.slack.faults.append("is_archived")
    house.run()
    (letter,) = house.returning.buried
    house.revoke()
    at = int(house.given.now())

    again = deduplication_id("n1", at, redriven_at=at)
    house.queue.send(letter.body, group=letter.group, deduplication_id=again, attributes={"redriven": str(at)})
    house.run()

    assert [each.reason for each in house.returning.buried] == ["is_archived", "key_revoked"]
    assert house.slack.messages == []


def test_of_what_the_agent_sends_again_by_itself_there_is_no_dead_letter_but_a_count(house: Any) -> None:
    house.say("homeless", team="T9")
    house.say("threadless", Role.REPLY)
    house.say("withdrawn", withdrawn=True)
    house.run()
    house.say("keyless")
    house.revoke()

    house.run()

    assert house.letters == []
    assert {id_: outcome.reason for id_, (outcome,) in house.outcomes.items()} == {
        "homeless": "workspace_not_registered",
        "threadless": "thread_unknown",
        "withdrawn": "withdrawn",
        "keyless": "key_revoked",
    }
    assert house.counts["sent_back"] == 3
