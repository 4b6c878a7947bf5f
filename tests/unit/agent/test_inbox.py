from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from agent.slack.inbox import Lanes
from agent.slack.socket_mode.envelope import Envelope


class Memory:
    """Remembers envelopes by key."""

    def __init__(self) -> None:
        self.kept: dict[str, Envelope] = {}

    async def remember(self, envelope: Envelope) -> bool:
        new = envelope.key not in self.kept
        self.kept.setdefault(envelope.key, envelope)
        return new


def envelope(type_: str, payload: Mapping[str, Any]) -> Envelope:
    return Envelope(
        envelope_id="e1",
        type=type_,
        accepts_response_payload=True,
        payload=payload,
        retry_attempt=0,
        retry_reason="",
        received_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    )


SUGGESTION = envelope("interactive", {"type": "block_suggestion", "action_id": "repository", "value": "oct"})
SUBMISSION = envelope("interactive", {"type": "view_submission", "trigger_id": "t1", "view": {"callback_id": "issue"}})


async def options(_: Envelope) -> Mapping[str, Any] | None:
    return {"options": [{"value": "1"}]}


async def errors(_: Envelope) -> Mapping[str, Any] | None:
    return {"response_action": "errors", "errors": {"title": "A title is needed."}}


async def no_objection(_: Envelope) -> Mapping[str, Any] | None:
    return None


async def test_a_suggestion_is_answered_in_its_acknowledgement_and_not_kept() -> None:
    store = Memory()
    lanes = Lanes(store, {"block_suggestion:repository": options})

    answer = await lanes.receive(SUGGESTION)

    assert answer == {"options": [{"value": "1"}]}
    assert not store.kept


async def test_a_suggestion_that_nobody_answers_has_no_options() -> None:
    store = Memory()

    answer = await Lanes(store, {}).receive(SUGGESTION)

    assert answer == {"options": []}
    assert not store.kept


async def test_a_submission_that_its_checks_refuse_is_answered_and_not_kept() -> None:
    store = Memory()
    lanes = Lanes(store, {"view_submission:issue": errors})

    answer = await lanes.receive(SUBMISSION)

    assert answer is not None
    assert answer["response_action"] == "errors"
    assert not store.kept


async def test_a_submission_without_objection_is_kept() -> None:
    store = Memory()
    lanes = Lanes(store, {"view_submission:issue": no_objection})

    answer = await lanes.receive(SUBMISSION)

    assert answer is None
    assert list(store.kept) == ["interactive:t1"]


async def test_a_repetition_is_acknowledged_and_counted() -> None:
    lanes = Lanes(Memory(), {})
    command = envelope("slash_commands", {"trigger_id": "t2", "command": "/ghe"})

    answers = [await lanes.receive(command), await lanes.receive(command)]

    assert answers == [None, None]
    assert lanes.counts == {"deferred": 1, "duplicate": 1}


async def test_what_is_kept_is_told_once_it_is_durable_and_only_when_it_is_new() -> None:
    store, told = Memory(), []
    lanes = Lanes(store, {"block_suggestion:repository": options}, lambda it: told.append((it.key, dict(store.kept))))
    command = envelope("slash_commands", {"trigger_id": "t2", "command": "/ghe"})

    for each in (command, command, SUGGESTION):
        await lanes.receive(each)

    assert [(key, list(kept)) for key, kept in told] == [(command.key, [command.key])]
