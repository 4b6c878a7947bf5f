"""What `deliver` does about Slack's answers: limits, outages, lost answers, refusals, dead tokens."""

from typing import Any

import pytest

from shared.outcome import Delivered, Refused, Retry, Unknown
from shared.post import Role

POST = "chat.postMessage"


def test_after_a_429_nothing_goes_to_that_channel_until_slack_says_and_others_go_on(house: Any) -> None:
    house.say("limited", channel="C1")
    house.say("follower", channel="C1", thread_key="x", role=Role.PARENT)
    house.say("other", channel="C2")
    house.slack.faults.append(7)

    house.carry_once()
    (handles, seconds), *more = house.returning.given_back
    house.run()

    assert (len(handles), seconds, more) == (2, 7, [])
    first, second, third = house.slack.times(POST, "C1")
    assert (first, second) == (0.0, 7.0)
    assert third <= 8.0
    assert house.slack.times(POST, "C2") == [0.0]
    assert house.slack.texts("C1") == ["limited", "follower"]
    assert house.letters == []


def test_what_waited_for_a_limit_goes_merged(house: Any) -> None:
    for number in range(6):
        house.say(f"n{number}")
    house.slack.faults.append(7)

    house.run()

    (message,) = house.slack.messages
    assert message.text.split("\n") == [f"n{number}" for number in range(6)]
    assert message.payload["also"] == [f"n{number}" for number in range(1, 6)]
    assert house.outcomes == {f"n{number}": [Delivered(message.ts)] for number in range(6)}


def test_many_limited_channels_are_taken_for_the_whole_workspace_and_other_workspaces_go_on(house: Any) -> None:
    for number in range(6):
        house.say(f"n{number}", channel=f"C{number}")
    house.say("elsewhere", team="T2", channel="C9")
    house.slack.faults.extend([7, 7, 7])

    house.run()

    early = [where for at, method, where in house.slack.calls if method == POST and at < 7]
    assert early == ["C0", "C1", "C2", "C9"]
    assert all(house.slack.texts(f"C{number}") == [f"n{number}"] for number in range(6))


def test_an_hour_without_slack_makes_no_dead_letters_and_loses_nothing(house: Any) -> None:
    house.slack.always = "http_503"
    house.say("p", Role.PARENT)
    for number in range(5):
        house.say(f"r{number}", Role.REPLY)
    house.run(for_s=3600)
    tries = len(house.slack.calls)
    house.slack.always = ""

    house.run()

    parent = house.slack.messages[0]
    assert house.slack.texts("C1", parent.ts) == [f"r{number}" for number in range(5)]
    assert tries < 100
    assert (house.letters, house.queue.dead) == ([], [])
    assert house.slack.times(POST, "C1")[-1] < 3600 + 300


@pytest.mark.parametrize("fault", ["request lost", "fatal_error"])
def test_an_hour_of_lost_connections_ends_with_everything_said_once(house: Any, fault: str) -> None:
    house.slack.always = fault
    for number in range(5):
        house.say(f"n{number}")
    house.run(for_s=3600)
    house.slack.always = ""

    house.run()

    assert house.slack.texts("C1") == [f"n{number}" for number in range(5)]
    assert (house.letters, house.queue.dead) == ([], [])


def test_a_lost_answer_is_looked_for_after_ten_seconds_and_not_said_again(house: Any) -> None:
    house.say("n1")
    house.say("n2")
    house.slack.faults.append("answer lost")

    house.run()

    assert [(at, method) for at, method, _ in house.slack.calls] == [(0.0, POST), (10.0, "conversations.history")]
    (message,) = house.slack.messages
    assert house.outcomes == {id_: [Delivered(message.ts, reconciled=True)] for id_ in ("n1", "n2")}
    assert house.counts["ambiguous"] == 1


def test_a_lost_request_is_looked_for_twice_and_said_again_as_the_same_post(house: Any) -> None:
    house.say("n1")
    house.slack.faults.append("request lost")
    house.carry_once()
    house.say("n2")

    house.run()

    history = "conversations.history"
    assert [(at, method) for at, method, _ in house.slack.calls][:4] == [
        (0.0, POST), (10.0, history), (20.0, history), (20.0, POST)
    ]  # fmt: skip
    assert [each.text for each in house.slack.messages] == ["n1", "n2"]


def test_where_nobody_may_look_it_is_said_again_if_the_agent_wants_that(house: Any) -> None:
    house.slack.may_look = False
    house.say("n1", unknown="resend")
    house.slack.faults.append("answer lost")

    house.run()

    assert house.slack.texts("C1") == ["n1", "n1"]
    assert house.counts["maybe_twice"] == 1
    assert house.outcomes["n1"] == [Delivered(house.slack.messages[1].ts)]


def test_where_nobody_may_look_it_is_left_to_a_person_if_the_agent_wants_that_and_the_channel_goes_on(
    house: Any,
) -> None:
    house.slack.may_look = False
    house.say("n1", unknown="park")
    house.say("n2", Role.PARENT, unknown="park")
    house.slack.faults.append("answer lost")

    house.run()

    assert house.slack.texts("C1") == ["n1", "n2"]
    assert house.outcomes["n1"] == [Unknown("nobody can tell whether Slack has it (missing_scope)")]
    assert [id_ for id_, _ in house.letters] == ["n1"]


def test_what_slack_refuses_for_good_is_dead_with_its_reason_and_the_channel_goes_on(house: Any) -> None:
    house.say("n1")
    house.say("n2", Role.PARENT)
    house.slack.faults.append("msg_too_long")

    house.run()

    assert house.letters == [("n1", "msg_too_long")]
    assert house.outcomes["n1"] == [Refused("msg_too_long")]
    assert house.slack.texts("C1") == ["n2"]


def test_of_a_merged_post_that_is_refused_only_the_bad_one_is_dead(house: Any) -> None:
    house.slack.bad_words = ("n2",)
    for number in range(5):
        house.say(f"n{number}")

    house.run()

    assert house.slack.texts("C1") == ["n0", "n1", "n3", "n4"]
    assert house.letters == [("n2", "invalid_blocks")]
    assert house.outcomes["n2"] == [Refused("invalid_blocks")]


def test_what_was_refused_is_tried_anew_when_the_agent_sends_it_again_and_answered_when_sqs_does(house: Any) -> None:
    house.say("n1")
    house.slack.faults.append("is_archived")
    house.run()
    house.pass_(1)

    house.say("n1")
    house.run()

    assert house.slack.texts("C1") == ["n1"]
    assert [type(each) for each in house.outcomes["n1"]] == [Refused, Delivered]


def test_the_bot_joins_a_public_channel_once_and_then_posts(house: Any) -> None:
    house.say("n1")
    house.slack.faults.append("not_in_channel")

    house.run()

    assert [method for _, method, _ in house.slack.calls] == [POST, "conversations.join", POST]
    assert house.slack.texts("C1") == ["n1"]


def test_an_expired_token_is_waited_for_until_the_agent_has_put_a_new_one(house: Any) -> None:
    house.slack.dead_tokens["xoxb-1"] = "token_expired"
    house.say("n1")
    house.run(for_s=60)
    assert (house.outcomes, house.letters) == ({}, [])

    house.given.bots.tokens["acme", "T1"] = "xoxb-new"
    house.run()

    assert house.slack.texts("C1") == ["n1"]


def test_a_token_that_memory_has_kept_too_long_is_read_anew_at_once(house: Any) -> None:
    house.slack.dead_tokens["xoxb-old"] = "invalid_auth"
    house.given.bots.stale["acme", "T1"] = "xoxb-old"
    house.say("n1")

    house.carry_once()

    assert house.slack.texts("C1") == ["n1"]


def test_a_revoked_token_stops_one_workspace_of_many_and_is_confirmed_first(house: Any) -> None:
    house.slack.dead_tokens["xoxb-1"] = "token_revoked"
    for number in range(3):
        house.say(f"dead{number}", channel=f"C{number}")
    house.say("alive", team="T2", channel="C9")

    house.run()

    assert [method for _, method, _ in house.slack.calls].count("auth.test") == 1
    assert house.slack.texts("C9") == ["alive"]
    assert {tuple(house.outcomes[f"dead{number}"]) for number in range(3)} == {(Refused("token_revoked"),)}
    assert house.letters == [("dead0", "token_revoked")]
    assert len(house.slack.times(POST, "C1")) == 0


def test_what_may_be_there_waits_while_its_workspace_is_not_registered_and_is_said_once(house: Any) -> None:
    house.say("n1")
    house.slack.faults.append("answer lost")
    house.carry_once()
    token = house.given.bots.tokens.pop(("acme", "T1"))
    house.run(for_s=60)
    house.given.bots.tokens["acme", "T1"] = token

    house.run()

    assert house.slack.texts("C1") == ["n1"]
    assert house.outcomes["n1"] == [Delivered(house.slack.messages[0].ts, reconciled=True)]


def test_what_is_not_there_and_whose_key_is_revoked_meanwhile_is_handed_back_and_said_by_a_good_one(house: Any) -> None:
    house.say("n1")
    house.slack.faults.append("request lost")
    house.carry_once()
    house.revoke()
    house.run()
    handed_back = list(house.outcomes["n1"])
    house.add_key("k2")
    house.pass_(1)

    house.say("n1", key="k2")
    house.run()

    assert handed_back == [Retry(0.0, "key_revoked")]
    assert house.slack.texts("C1") == ["n1"]
