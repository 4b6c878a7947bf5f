"""Whoever has the Slack id of somebody else here, and is at home in another workspace (platform/slack.md §16)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.people.ports import Member, MemberKind, SlackSilent
from agent.slack.answerers import answerers
from agent.slack.socket_mode.envelope import Envelope
from agent.slash.asked import Asked
from agent.slash.call import Call
from agent.slash.click import Click
from agent.slash.dispatch import answer_to
from agent.slash.ports import Ports
from agent.slash.reply import Reply
from agent.slash.shortcut import Shortcut
from agent.slash.signing_in import CONNECT
from agent.slash.submission import Submission
from infra.sandbox.driven_clock import DrivenClock

STRANGER = "Only people of the workspace that I'm installed in can do that, so nothing was changed."
CLICK = Click(
    id="1", action_id=CONNECT, value="", team_id="T1", channel_id="C1", user_id="U1", response_url="", home_team_id="T9"
)
SHORTCUT = Shortcut(
    id="1",
    callback_id="ghe_create_issue",
    team_id="T1",
    channel_id="",
    user_id="U1",
    response_url="",
    home_team_id="T9",
)
SUBMISSION = Submission(
    id="V1",
    callback_id="open_issue",
    team_id="T1",
    channel_id="C1",
    user_id="U1",
    home_team_id="T9",
    metadata={},
    values={},
)


@pytest.fixture(autouse=True)
def _known(members: Any, linked: Any) -> None:
    """U1 of this workspace has linked an account."""
    linked()
    members.named["U1"] = Member(kind=MemberKind.FULL, name="Mona", homes=frozenset({"T1", "T2", "E1"}))


@pytest.mark.parametrize("asked", [CLICK, SHORTCUT, SUBMISSION], ids=lambda asked: type(asked).__name__)
async def test_nobody_is_taken_for_a_person_of_this_workspace_by_the_id_alone(asked: Asked, ports: Ports) -> None:
    reply = await answer_to(asked, ports)

    assert isinstance(reply, Reply)
    assert reply.text.startswith(STRANGER)


@pytest.mark.parametrize("home", ["", "T1", "T2", "E1"])
async def test_who_is_at_home_here_or_elsewhere_in_the_same_organisation_is_let_through(
    home: str, ports: Ports
) -> None:
    reply = await answer_to(replace(CLICK, home_team_id=home), ports)

    assert isinstance(reply, Reply)
    assert reply.text.startswith("You're connected as")


async def test_where_slack_doesnt_say_who_that_is_nothing_is_done(ports: Ports, members: Any) -> None:
    members.named["U1"] = SlackSilent("user_not_found")

    reply = await answer_to(CLICK, ports)

    assert isinstance(reply, Reply)
    assert reply.text.startswith("Slack told me nothing about your account (`user_not_found`)")


async def test_a_command_doesnt_say_where_its_author_is_at_home(ports: Ports, typed: Callable[..., Call]) -> None:
    reply = await answer_to(typed("signin"), ports)

    assert isinstance(reply, Reply)
    assert reply.text.startswith("You're connected as")


@pytest.mark.parametrize(("home", "is_asked"), [("T9", False), ("T2", True)])
async def test_a_namesake_is_suggested_nothing(home: str, *, is_asked: bool, ports: Ports, actors: Any) -> None:
    user = {"id": "U1", "team_id": home}
    payload = {"type": "block_suggestion", "action_id": "issue_repository", "team": {"id": "T1"}, "user": user}
    envelope = Envelope(
        envelope_id="e1",
        type="interactive",
        accepts_response_payload=True,
        payload=payload,
        retry_attempt=0,
        retry_reason="",
        received_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    )

    answer = await answerers(ports, DrivenClock())["block_suggestion:issue_repository"](envelope)

    assert answer == {"options": []}
    assert bool(actors.known) is is_asked
