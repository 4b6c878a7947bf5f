"""Whose workspace a payload belongs to (platform/slack.md §16)."""

from typing import Any

import pytest

from agent.slash.gesture import organisation_of, team_of

OURS, THEIRS = "TOURS", "TTHEIRS"


@pytest.mark.parametrize(
    "payload",
    [
        {"view": {"app_installed_team_id": OURS, "team_id": THEIRS}, "team": {"id": THEIRS}},
        {"team": {"id": OURS}, "user": {"team_id": THEIRS}},
        {"team": OURS, "user": {"team_id": THEIRS}},
        {"team": None, "authorizations": [{"team_id": OURS}], "user": {"team_id": THEIRS}},
        {"team_id": THEIRS, "authorizations": [{"team_id": OURS}], "context_team_id": OURS},
        {"team_id": THEIRS, "authorizations": [{"team_id": None}], "context_team_id": OURS},
        {"team_id": OURS, "event": {"team": THEIRS}},
        {"team": None, "user": {"team_id": OURS}},
        {"team": None, "view": {"team_id": OURS}},
    ],
)
def test_the_workspace_is_where_the_app_is_asked_not_where_the_person_is_at_home(payload: dict[str, Any]) -> None:
    assert team_of(payload) == OURS


@pytest.mark.parametrize(
    "payload",
    [
        {"team": None, "enterprise": {"id": "E1"}, "user": {"team_id": "T1"}, "is_enterprise_install": True},
        {"team": None, "enterprise": {"id": "E1"}, "view": {"app_installed_team_id": "E1", "team_id": "T1"}},
        {"team": {"id": "T1"}, "view": {"app_installed_team_id": "E1", "team_id": "T1"}},
        {"team_id": "E1", "context_team_id": "T1", "authorizations": [{"team_id": None, "enterprise_id": "E1"}]},
        {"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "true"},
    ],
)
def test_an_organisations_id_is_not_taken_for_a_workspaces(payload: dict[str, Any]) -> None:
    assert team_of(payload) == "T1"


@pytest.mark.parametrize(
    ("payload", "organisation"),
    [
        ({"authorizations": [{"enterprise_id": "E1", "team_id": None, "is_enterprise_install": True}]}, "E1"),
        ({"authorizations": [{"enterprise_id": "E1", "team_id": "T1", "is_enterprise_install": False}]}, ""),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "true"}, "E1"),
        ({"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "false"}, ""),
        ({"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True}, "E1"),
        ({"team_id": "T1"}, ""),
    ],
)
def test_an_organisation_is_named_where_it_has_installed_the_app_for_all(
    payload: dict[str, Any], organisation: str
) -> None:
    assert organisation_of(payload) == organisation
