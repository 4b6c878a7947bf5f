"""A channel that Slack refuses: one probe, not a thousand refusals, and another one for whoever asks again."""

from typing import Any

from relay_lambda.carrying.limits import PARKED_S
from shared.dispatch import deduplication_id
from shared.outcome import Delivered, Refused
from shared.post import Role

POST, UPDATE = "chat.postMessage", "chat.update"


def say_some(house: Any, count: int, start: int = 0) -> list[str]:
    """Parents, so that each would be a post of its own."""
    ids = [f"n{number}" for number in range(start, start + count)]
    for id_ in ids:
        house.say(id_, Role.PARENT, thread_key=f"7/issue/{id_}")
    return ids


def test_what_waits_behind_a_refused_channel_is_refused_with_it_by_one_call(house: Any) -> None:
    house.slack.of_channel["C1"] = "is_archived"
    ids = say_some(house, 25)
    house.say("other", channel="C2")

    house.run()

    assert house.slack.times(POST, "C1") == [0.0]
    assert house.outcomes == {id_: [Refused("is_archived")] for id_ in ids} | {"other": house.outcomes["other"]}
    assert house.letters == [(id_, "is_archived") for id_ in ids]
    assert house.slack.texts("C2") == ["other"]


def test_drawings_and_replies_are_refused_with_it_too(house: Any) -> None:
    house.slack.of_channel["C1"] = "channel_not_found"
    house.say("drawn", Role.REWRITE, thread_ts="5.5")
    house.say("reply", Role.REPLY, thread_ts="5.5")
    house.say("drawn again", Role.REWRITE, thread_ts="6.6", thread_key="7/issue/2")

    house.run()

    assert [method for _, method, _ in house.slack.calls] == [UPDATE]
    assert {outcome for (outcome,) in house.outcomes.values()} == {Refused("channel_not_found")}


def test_what_is_queued_after_the_refusal_has_a_probe_of_its_own_and_opens_the_channel(house: Any) -> None:
    house.slack.of_channel["C1"] = "is_archived"
    say_some(house, 1)
    house.carry_once()
    house.slack.of_channel.clear()
    house.say("early", Role.PARENT)
    house.pass_(1)
    house.say("late", Role.PARENT)
    house.say("early too", Role.PARENT, signed_at=int(house.given.now()) - 1)

    house.carry_once(2)
    house.run()

    assert house.slack.texts("C1") == ["late", "early too"]
    assert house.outcomes["early"] == [Refused("is_archived")]


def test_each_later_probe_speaks_for_what_was_queued_before_it(house: Any) -> None:
    house.slack.of_channel["C1"] = "is_archived"
    say_some(house, 3)
    house.carry_once()
    house.pass_(10)
    say_some(house, 3, start=3)

    house.run()

    assert house.slack.times(POST, "C1") == [0.0, 10.0]
    assert len(house.letters) == 6


def test_what_an_agent_says_whose_clock_is_slow_has_a_probe_of_its_own_once_the_bot_was_invited(house: Any) -> None:
    house.slack.of_channel["C1"] = "channel_not_found"
    say_some(house, 1)
    house.carry_once()
    house.slack.of_channel.clear()
    house.pass_(1)

    house.say("n1", Role.PARENT, signed_at=int(house.given.now()) - 200)
    house.run()

    assert house.slack.texts("C1") == ["n1"]


def test_what_is_queued_before_the_refusal_by_an_agent_whose_clock_is_fast_is_refused_with_it(house: Any) -> None:
    house.slack.of_channel["C1"] = "is_archived"
    now = int(house.given.now())
    for id_ in ("n1", "n2"):
        house.say(id_, Role.PARENT, signed_at=now + 200)

    house.run()

    assert house.slack.times(POST, "C1") == [0.0]
    assert house.outcomes == {id_: [Refused("is_archived")] for id_ in ("n1", "n2")}


def test_older_doubles_in_the_queue_have_neither_a_probe_nor_a_dead_letter_of_their_own(house: Any) -> None:
    house.slack.of_channel["C1"] = "is_archived"
    ids = say_some(house, 2)
    for _ in range(2):
        house.pass_(900)
        say_some(house, 2)

    house.run(most=1)

    assert len(house.slack.times(POST, "C1")) == 1
    assert house.letters == [(id_, "is_archived") for id_ in ids]
    assert house.outcomes == {id_: [Refused("is_archived")] * 3 for id_ in ids}


def test_what_was_refused_and_comes_again_has_a_probe_of_its_own_whatever_the_agents_clock(house: Any) -> None:
    """It is signed before the refusal, by a clock that is slow."""
    house.slack.of_channel["C1"] = "is_archived"
    now = int(house.given.now())
    house.say("n1", signed_at=now - 60)
    house.carry_once()
    house.slack.of_channel.clear()
    house.pass_(1)

    house.say("n1", signed_at=now - 50)
    house.run()

    assert [type(each) for each in house.outcomes["n1"]] == [Refused, Delivered]


def test_of_all_that_was_refused_and_comes_again_at_once_the_first_is_the_probe(house: Any) -> None:
    house.slack.of_channel["C1"] = "is_archived"
    ids = say_some(house, 3)
    house.run()
    house.pass_(PARKED_S + 1)

    say_some(house, 3)
    house.run()

    assert house.slack.times(POST, "C1") == [0.0, PARKED_S + 1]
    assert house.outcomes == {id_: [Refused("is_archived")] * 2 for id_ in ids}


def test_what_an_operator_puts_back_has_a_probe_of_its_own_though_the_ledger_has_forgotten_it(house: Any) -> None:
    house.slack.of_channel["C1"] = "is_archived"
    signed_at = int(house.given.now())
    say_some(house, 2)
    house.run()
    letter = house.returning.buried[1]
    house.given.ledger.entries.clear()
    house.slack.of_channel.clear()
    house.pass_(1)

    at = int(house.given.now())
    again = deduplication_id("n1", signed_at, redriven_at=at)
    house.queue.send(letter.body, group=letter.group, deduplication_id=again, attributes={"redriven": str(at)})
    house.run()

    assert house.slack.texts("C1") == ["n1"]


def test_after_a_minute_the_channel_is_probed_again(house: Any) -> None:
    house.slack.of_channel["C1"] = "is_archived"
    signed_at = int(house.given.now())
    say_some(house, 2)
    house.carry_once(1)
    house.slack.of_channel.clear()
    house.pass_(PARKED_S - 1)
    house.carry_once()
    house.say("n2", signed_at=signed_at)
    house.pass_(1)

    house.run()

    assert house.outcomes["n1"] == [Refused("is_archived")]
    assert house.slack.texts("C1") == ["n2"]


def test_another_channel_and_another_agent_have_their_own(house: Any) -> None:
    house.add_key("o1", agent="other")
    house.given.bots.tokens["other", "T1"] = "xoxb-other"
    house.slack.faults.append("channel_not_found")
    house.say("mine")
    house.carry_once()
    house.say("theirs", agent="other", key="o1")
    house.say("mine elsewhere", channel="C2")

    house.run()

    assert house.slack.texts("C1") == ["theirs"]
    assert house.slack.texts("C2") == ["mine elsewhere"]


def test_what_may_be_there_already_is_looked_for_though_its_channel_is_refused(house: Any) -> None:
    house.say("n1")
    house.slack.faults.append("answer lost")
    house.carry_once()
    house.slack.of_channel["C1"] = "is_archived"
    house.given.limits.park("acme#T1#C1", house.given.now(), "is_archived")

    house.run()

    assert house.outcomes["n1"] == [Delivered(house.slack.messages[0].ts, reconciled=True)]


def test_what_was_looked_for_in_vain_is_tried_itself_with_its_whole_set(house: Any) -> None:
    house.say("n1")
    house.say("n2")
    house.slack.faults.append("request lost")
    house.carry_once()
    house.slack.of_channel["C1"] = "is_archived"
    house.given.limits.park("acme#T1#C1", house.given.now(), "is_archived")

    house.run()

    history = "conversations.history"
    assert [method for _, method, _ in house.slack.calls] == [POST, history, history, POST]
    assert house.outcomes == {id_: [Refused("is_archived")] for id_ in ("n1", "n2")}
