"""Who is a full member of a workspace, by what `users.info` says."""

from typing import Any

import pytest

from agent.people.ports import Member, MemberKind
from agent.slack.members import SlackMembers
from agent.slack.web_api import Answer
from infra.sandbox.driven_clock import DrivenClock


class Slack:
    """Says this of everybody."""

    def __init__(self, user: dict[str, Any]) -> None:
        self.user = user

    async def query(self, _team_id: str, _method: str, **_arguments: Any) -> Answer:
        return Answer({"user": self.user})


@pytest.mark.parametrize(
    ("user", "kind"),
    [
        ({"team_id": "T1"}, MemberKind.FULL),
        ({"team_id": "T1", "is_restricted": True}, MemberKind.GUEST),
        ({"team_id": "T1", "is_restricted": True, "is_ultra_restricted": True}, MemberKind.GUEST),
        ({"team_id": "T9", "is_stranger": True}, MemberKind.STRANGER),
        ({"team_id": "T9", "is_stranger": False}, MemberKind.STRANGER),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1", "teams": ["T2", "T1"]}}, MemberKind.FULL),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1", "teams": ["T2"]}}, MemberKind.STRANGER),
        ({"team_id": "T8", "enterprise_user": {"enterprise_id": "E9", "teams": ["T8", "T9"]}}, MemberKind.STRANGER),
        ({"team_id": "T8", "enterprise_user": {"enterprise_id": "E9"}}, MemberKind.STRANGER),
    ],
)
async def test_only_people_of_this_very_workspace_are_its_members(user: dict[str, Any], kind: MemberKind) -> None:
    members = SlackMembers(Slack(user), DrivenClock())  # type: ignore[arg-type]

    member = await members.of("T1", "U1")

    assert isinstance(member, Member)
    assert member.kind is kind


@pytest.mark.parametrize(
    ("user", "homes"),
    [
        ({"team_id": "T1"}, {"T1"}),
        ({"team_id": "T9", "is_stranger": True}, {"T9"}),
        (
            {"team_id": "T2", "enterprise_user": {"enterprise_id": "E1", "teams": ["T2", "T1"]}},
            {"E1", "T1", "T2"},
        ),
        ({}, {"T1"}),
    ],
)
async def test_where_a_person_is_at_home_is_told_too(user: dict[str, Any], homes: set[str]) -> None:
    members = SlackMembers(Slack(user), DrivenClock())  # type: ignore[arg-type]

    member = await members.of("T1", "U1")

    assert isinstance(member, Member)
    assert member.homes == homes
