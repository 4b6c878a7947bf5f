"""`POST /v1/dispatches`: what is taken, what is refused, and that nothing is half taken."""

from dataclasses import replace
from typing import Any

import pytest

from infra.sandbox.relay.caller import Caller, card
from relay_lambda.state.replay import Begun, Use
from shared.dispatch import Dispatch, Statement, card_text, digest, dispatch_fields, request_text, statement_text
from shared.signing import signature

WORDS = card("Pull request #1 opened")


def notifications(agent: Caller, *addressed: tuple[str, str, str]) -> list[Any]:
    return [agent.notification(id_, team, channel, card=WORDS) for id_, team, channel in addressed]


def dispatched(agent: Caller, *addressed: tuple[str, str, str], id_: str = "") -> dict[str, Any]:
    return agent.request("dispatch", agent.dispatch(notifications(agent, *addressed), [WORDS]), id_=id_)


def test_a_dispatch_is_enqueued_and_then_taken(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)

    answer = rig.ask(dispatched(agent, ("n1", "T1", "C1"), ("n2", "T1", "C1"), ("n3", "T1", "C2")))

    assert (answer.status, answer.body) == (202, {"accepted": 3, "duplicate": False})
    assert answer.headers["date"] == "Sun, 22 Nov 2026 09:00:00 GMT"
    assert rig.queued() == [("agent-1#T1#C1", "n1"), ("agent-1#T1#C2", "n3"), ("agent-1#T1#C1", "n2")]


def test_what_is_sent_again_is_a_duplicate_and_not_enqueued_twice(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)
    event = dispatched(agent, ("n1", "T1", "C1"))

    first, second = rig.ask(event), rig.ask(event)

    assert [first.body["duplicate"], second.body["duplicate"]] == [False, True]
    assert (second.status, second.body["accepted"]) == (202, 1)
    assert len(rig.queued()) == 1


@pytest.mark.parametrize("name", ["id", "delivery_id", "thread_key", "thread_ts"])
@pytest.mark.parametrize("text", ["x" * 513, "a\x00b", "\ufffe"], ids=["long", "control", "no character"])
def test_names_that_neither_table_nor_queue_would_take_are_refused(rig: Any, name: str, text: str) -> None:
    agent = rig.agent()
    rig.registered(agent)
    odd = [replace(each, **{name: text}) for each in notifications(agent, ("n1", "T1", "C1"))]

    answer = rig.ask(agent.request("dispatch", agent.dispatch(odd, [WORDS])))

    assert (answer.status, answer.body) == (400, {"error": "name"})
    assert rig.queued() == []


def test_a_retry_that_is_signed_anew_is_a_duplicate_too(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)
    fields = agent.dispatch(notifications(agent, ("n1", "T1", "C1")), [WORDS])
    rig.ask(agent.request("dispatch", fields, id_="msg_1"))
    rig.clock.wait(400)

    answer = rig.ask(agent.request("dispatch", fields, id_="msg_1"))

    assert answer.body == {"accepted": 1, "duplicate": True}


def test_a_second_attempt_on_purpose_is_signed_anew_and_enqueued_while_the_first_is_still_remembered(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)
    fields = agent.dispatch(notifications(agent, ("n1", "T1", "C1")), [WORDS])
    rig.ask(agent.request("dispatch", fields))
    rig.ask(agent.request("dispatch", fields))
    rig.clock.wait(1)

    rig.ask(dispatched(agent, ("n1", "T1", "C1")))

    assert [id_ for _, id_ in rig.queued()] == ["n1", "n1"]


def test_other_content_under_an_id_that_was_used_is_a_conflict(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)
    rig.ask(dispatched(agent, ("n1", "T1", "C1"), id_="msg_1"))

    answer = rig.ask(dispatched(agent, ("n2", "T1", "C1"), id_="msg_1"))

    assert answer.status == 409
    assert [metric for metric, _ in rig.log.counted] == ["replay_reject"]
    assert [id_ for _, id_ in rig.queued()] == ["n1"]


def test_a_dispatch_that_was_begun_and_not_finished_is_enqueued_as_a_whole(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)
    fields = agent.dispatch(notifications(agent, ("n1", "T1", "C1")), [WORDS])
    rig.sqs.delete_queue(QueueUrl=rig.queue_url)
    failed = rig.ask(agent.request("dispatch", fields, id_="msg_1"))
    rig.sqs.create_queue(QueueName="deliver.fifo", Attributes={"FifoQueue": "true"})

    answer = rig.ask(agent.request("dispatch", fields, id_="msg_1"))

    assert (failed.status, failed.headers["retry-after"], failed.body) == (503, "5", None)
    assert answer.body == {"accepted": 1, "duplicate": False}
    assert [id_ for _, id_ in rig.queued()] == ["n1"]


def test_only_what_is_done_is_a_duplicate(rig: Any) -> None:
    replay, use = rig.parts.replay, Use(agent_id="a", webhook_id="m", sha256="1")
    other = Use(agent_id="a", webhook_id="m", sha256="2")

    begun = [replay.begin(use), replay.begin(use), replay.begin(other)]
    replay.done(use)

    assert begun == [Begun.OPEN, Begun.OPEN, Begun.OTHER]
    assert replay.begin(use) is Begun.DONE
    rig.clock.wait(901)
    assert replay.begin(other) is Begun.OPEN


def test_what_was_done_late_is_remembered_from_then_on(rig: Any) -> None:
    replay, use = rig.parts.replay, Use(agent_id="a", webhook_id="m", sha256="1")
    replay.begin(use)
    rig.clock.wait(800)
    replay.done(use)
    rig.clock.wait(800)

    assert replay.begin(use) is Begun.DONE


@pytest.mark.parametrize(
    ("error", "addressed"),
    [
        ("doubled", [("n1", "T1", "C1"), ("n1", "T1", "C2")]),
        ("too_many_of_a_channel", [(f"n{number}", "T1", "C1") for number in range(11)]),
        ("number_of_statements", [(f"n{number}", "T1", f"C{number}") for number in range(101)]),
        ("number_of_statements", []),
        ("address", [("n1", "T1", "C" * 31)]),
        ("address", [("n1", "T1#C1", "C1")]),
    ],
)
def test_a_dispatch_that_asks_for_too_much_is_refused_as_a_whole(
    rig: Any, error: str, addressed: list[tuple[str, str, str]]
) -> None:
    agent = rig.agent()
    rig.registered(agent)

    answer = rig.ask(dispatched(agent, *addressed))

    assert (answer.status, answer.body) == (400, {"error": error})
    assert rig.queued() == []


def test_the_most_that_a_dispatch_may_hold_is_taken_in_rounds(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)
    addressed = [(f"n{channel}-{turn}", "T1", f"C{channel}") for channel in range(10) for turn in range(10)]

    answer = rig.ask(dispatched(agent, *addressed))

    queued = rig.queued()
    assert answer.body == {"accepted": 100, "duplicate": False}
    assert [id_.partition("-")[2] for _, id_ in queued] == [str(turn) for turn in range(10) for _ in range(10)]


def test_a_withdrawal_has_no_card_and_is_taken(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)
    withdrawn = agent.notification("n1", "T1", "C1", card=None)

    answer = rig.ask(agent.request("dispatch", agent.dispatch([withdrawn], [])))

    assert answer.body == {"accepted": 1, "duplicate": False}


def test_a_gap_in_the_sequence_is_counted(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent)
    fields = agent.dispatch(notifications(agent, ("n1", "T1", "C1")), [WORDS])
    rig.ask(agent.request("dispatch", fields))

    answer = rig.ask(agent.request("dispatch", {**fields, "sequence": 5}))

    assert answer.status == 202
    assert ("sequence_gap", 3, {"agent": "agent-1"}) in rig.log.everything


def test_characters_that_the_queue_refuses_go_through_it_whole(rig: Any) -> None:
    agent, words = rig.agent(), card("a\ufffe \U0001f680 \x00 é")
    rig.registered(agent)
    said = agent.notification("n1", "T1", "C1", card=words)

    rig.ask(agent.request("dispatch", agent.dispatch([said], [words])))

    (message,) = rig.sqs.receive_message(QueueUrl=rig.queue_url)["Messages"]
    assert message["Body"].isascii()
    assert message["Body"].isprintable()


@pytest.mark.parametrize(
    ("off_s", "status"),
    [(-4 * 86_400 - 300, 202), (-4 * 86_400 - 301, 400), (300, 202), (301, 400)],
)
def test_nothing_is_taken_that_the_far_end_of_the_queue_would_call_forged(rig: Any, off_s: int, status: int) -> None:
    """Be the request itself as early as it may."""
    agent = rig.agent()
    rig.registered(agent)
    rig.clock.wait(5 * 86_400)
    signed_at, (said,) = agent.now + off_s, notifications(agent, ("n1", "T1", "C1"))
    text = statement_text(agent.speaker, said)
    signed = signature(agent.private, "n1", signed_at, text.encode())
    statement = Statement(text=text, timestamp=signed_at, signature=signed)
    words = card_text(WORDS)
    fields = dispatch_fields(Dispatch(sequence=1, cards={digest(words): words}, statements=[statement]))
    body = request_text(agent.speaker, "dispatch", fields).encode()

    answer = rig.ask(agent.event(body, id_="msg_1", at=agent.now + 300))

    assert (answer.status, answer.body) == (
        (202, {"accepted": 1, "duplicate": False}) if status == 202 else (400, {"error": "signed_at"})
    )
