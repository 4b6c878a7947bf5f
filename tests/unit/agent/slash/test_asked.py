import json
from typing import Any

import pytest

from agent.slack.gestures import gesture
from agent.slash.asked import from_json, to_json
from agent.slash.call import Call
from agent.slash.click import Click
from agent.slash.shortcut import Shortcut
from agent.slash.submission import Submission, typing
from agent.slash.view import View
from shared.address import Address

COMMAND = {"command": "/ghe", "text": "help", "team_id": "T1", "channel_id": "C1", "user_id": "U1", "trigger_id": "1.2"}
STATE = {
    "values": {
        "title": {"title": {"type": "plain_text_input", "value": "It breaks"}},
        "labels": {"labels": {"type": "multi_external_select", "selected_options": [{"value": "a"}, {"value": "b"}]}},
        "reason": {"reason": {"type": "static_select", "selected_option": {"value": "completed"}}},
        "empty": {"empty": {"type": "plain_text_input", "value": None}},
    }
}
CLICK = {
    "type": "block_actions",
    "trigger_id": "3.4",
    "team": {"id": "T1"},
    "user": {"id": "U1", "team_id": "T2"},
    "container": {"channel_id": "C1", "message_ts": "5.6", "thread_ts": "5.1"},
    "response_url": "https://hooks.slack.com/actions/1",
    "actions": [{"action_id": "close", "selected_option": {"value": "12"}}],
    "state": STATE,
}
SUBMISSION = {
    "type": "view_submission",
    "team": {"id": "T2"},
    "user": {"id": "U1", "team_id": "T2"},
    "view": {
        "id": "V1",
        "callback_id": "issue",
        "app_installed_team_id": "T1",
        "private_metadata": json.dumps({"channel": "C1", "response_url": "https://hooks.slack.com/1", "n": "12"}),
        "state": STATE,
    },
}
ON_MESSAGE = {
    "type": "message_action",
    "callback_id": "comment",
    "trigger_id": "7.8",
    "team": {"id": "T1"},
    "user": {"id": "U1", "team_id": "T1"},
    "channel": {"id": "C1"},
    "message_ts": "5.6",
    "message": {"ts": "5.6", "thread_ts": "5.1", "text": "see &lt;this&gt;", "user": "U9"},
    "response_url": "https://hooks.slack.com/app/1",
}
GLOBAL = {"type": "shortcut", "callback_id": "create", "trigger_id": "9.0", "team": {"id": "T1"}, "user": {"id": "U1"}}


@pytest.mark.parametrize(
    ("envelope_type", "payload", "kind"),
    [
        ("slash_commands", COMMAND, Call),
        ("interactive", CLICK, Click),
        ("interactive", SUBMISSION, Submission),
        ("interactive", ON_MESSAGE, Shortcut),
        ("interactive", GLOBAL, Shortcut),
    ],
)
def test_whatever_is_asked_is_the_same_after_it_was_kept(envelope_type: str, payload: Any, kind: type) -> None:
    asked = gesture(envelope_type, payload)

    assert asked is not None
    assert isinstance(asked, kind)
    assert from_json(to_json(asked)) == asked


def test_a_call_that_an_earlier_version_kept_is_understood() -> None:
    asked = gesture("slash_commands", COMMAND)
    assert isinstance(asked, Call)
    kept = json.loads(to_json(asked))
    del kept["kind"], kept["home_team_id"]

    assert from_json(json.dumps(kept)) == asked


@pytest.mark.parametrize(
    ("envelope_type", "payload"),
    [("events_api", CLICK), ("interactive", {"type": "view_closed"}), ("interactive", {"type": "block_suggestion"})],
)
def test_what_asks_for_nothing_is_no_gesture(envelope_type: str, payload: Any) -> None:
    assert gesture(envelope_type, payload) is None


def test_a_click_says_where_its_message_stands_and_what_was_entered_around_it() -> None:
    made = gesture("interactive", CLICK)

    assert isinstance(made, Click)
    assert (made.value, made.message_ts, made.thread_ts, made.home_team_id) == ("12", "5.6", "5.1", "T2")
    assert made.values == {"title": ("It breaks",), "labels": ("a", "b"), "reason": ("completed",), "empty": ()}


def test_a_submission_belongs_to_the_workspace_and_channel_where_its_view_was_opened() -> None:
    made = gesture("interactive", SUBMISSION)

    assert isinstance(made, Submission)
    assert made.address == Address(team_id="T1", channel_id="C1")
    assert (made.id, made.callback_id, made.home_team_id) == ("V1", "issue", "T2")
    assert (made.response_url, made.metadata["n"]) == ("https://hooks.slack.com/1", "12")


def test_an_input_has_one_value_or_none_or_several() -> None:
    made = gesture("interactive", SUBMISSION)

    assert isinstance(made, Submission)
    assert [made.one(name) for name in ("title", "reason", "empty", "unknown")] == ["It breaks", "completed", "", ""]
    assert made.values["labels"] == ("a", "b")


def test_metadata_that_isnt_ours_counts_as_none() -> None:
    made = gesture("interactive", {**SUBMISSION, "view": {"id": "V1", "private_metadata": "not JSON"}})

    assert isinstance(made, Submission)
    assert (made.metadata, made.channel_id) == ({}, "")


def test_typing_into_a_select_knows_the_rest_of_the_form() -> None:
    made = typing({**SUBMISSION, "type": "block_suggestion", "action_id": "labels", "value": "bu"})

    assert (made.action_id, made.typed, made.team_id, made.metadata["n"]) == ("labels", "bu", "T1", "12")
    assert made.values["title"] == ("It breaks",)


def test_a_shortcut_on_a_message_brings_the_message() -> None:
    made = gesture("interactive", ON_MESSAGE)

    assert isinstance(made, Shortcut)
    assert (made.message_ts, made.thread_ts, made.message_text) == ("5.6", "5.1", "see &lt;this&gt;")
    assert (made.author_id, made.address) == ("U9", Address(team_id="T1", channel_id="C1"))


def test_a_view_carries_its_place_and_lets_its_own_metadata_win() -> None:
    view = View(title="Comment", blocks=[], callback_id="comment", submit="Comment", metadata={"channel": "C2"})

    body = view.body(channel="C1", response_url="")

    assert json.loads(body["private_metadata"]) == {"channel": "C2"}
    assert (body["callback_id"], body["submit"]["text"], body["close"]["text"]) == ("comment", "Comment", "Cancel")


def test_a_view_that_can_only_be_closed_has_no_submit() -> None:
    assert "submit" not in View(title="Loading", blocks=[], close="Close").body()
