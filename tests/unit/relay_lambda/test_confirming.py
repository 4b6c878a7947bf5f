"""Asking Slack whose token it is: what counts as a yes, as a no, and as no answer."""

from typing import Any

import pytest

from relay_lambda.confirming import Confirmed, Confirming, Denied
from relay_lambda.slack import SlackApi
from relay_lambda.unavailable import Unavailable
from shared.relay_requests import Place

TEAM, WHOLE = Place(id="T1"), Place(id="E1", is_organisation=True)
BOT = {"ok": True, "team": "Acme", "team_id": "T1", "user_id": "U1", "bot_id": "B1", "is_enterprise_install": False}
ORGANISATIONS = {**BOT, "team": "Acme Group", "team_id": None, "enterprise_id": "E1", "is_enterprise_install": True}


@pytest.fixture
def confirming(told: Any) -> Confirming:
    return Confirming(SlackApi(told.url))


def test_a_workspaces_bot_token_is_confirmed(told: Any, confirming: Confirming) -> None:
    told.says({**BOT, "enterprise_id": "E9"}, x_oauth_scopes="chat:write, channels:history,")

    found = confirming.confirm(TEAM, "xoxb-1")

    scopes = ("channels:history", "chat:write")
    assert found == Confirmed(name="Acme", bot_user_id="U1", scopes=scopes, enterprise_id="E9")
    assert told.asked == [("auth.test", "xoxb-1", {})]


def test_an_organisations_workspaces_are_read_to_the_last_page(told: Any, confirming: Confirming) -> None:
    told.says(ORGANISATIONS)
    told.says({"ok": True, "teams": [{"id": "T1"}, {"id": "T#"}], "response_metadata": {"next_cursor": "c="}})
    told.says({"ok": True, "teams": [{"id": "T2"}, {"id": "T1"}, 7], "response_metadata": {"next_cursor": ""}})

    found = confirming.confirm(WHOLE, "xoxb-1")

    assert isinstance(found, Confirmed)
    assert found.teams == ("T1", "T2")
    assert [fields for _, _, fields in told.asked] == [{}, {"limit": "1000"}, {"limit": "1000", "cursor": "c="}]


@pytest.mark.parametrize(
    ("place", "changes", "reason"),
    [
        (TEAM, {"team_id": "T2"}, "other_workspace"),
        (TEAM, {"team_id": None}, "other_workspace"),
        (TEAM, {"bot_id": None}, "not_a_bot_token"),
        (TEAM, {"is_enterprise_install": True}, "organisation_token"),
        (WHOLE, {"enterprise_id": "E1"}, "workspace_token"),
        (WHOLE, {"is_enterprise_install": True, "enterprise_id": "E2"}, "other_workspace"),
        (TEAM, {"ok": False, "error": "token_revoked"}, "token_revoked"),
        (TEAM, {"ok": False, "error": "token_expired"}, "token_expired"),
    ],
)
def test_a_token_of_something_else_is_denied(
    told: Any, confirming: Confirming, place: Place, changes: dict[str, Any], reason: str
) -> None:
    told.says({**BOT, **changes})

    assert confirming.confirm(place, "xoxb-1") == Denied(reason)


def test_an_organisation_that_will_not_list_its_workspaces_is_denied(told: Any, confirming: Confirming) -> None:
    told.says(ORGANISATIONS)
    told.says({"ok": False, "error": "missing_scope"})

    assert confirming.confirm(WHOLE, "xoxb-1") == Denied("missing_scope")


@pytest.mark.parametrize(
    "found", [{"ok": False, "error": "internal_error"}, {"ok": False, "error": "ratelimited"}, {**BOT, "ok": 1}, [], 7]
)
def test_an_error_that_passes_is_no_answer(told: Any, confirming: Confirming, found: Any) -> None:
    told.says(found)

    with pytest.raises(Unavailable):
        confirming.confirm(TEAM, "xoxb-1")


@pytest.mark.parametrize(("status", "header", "after_s"), [(429, "7", 7.0), (429, "soon", 1.0), (503, "²", None)])
def test_when_slack_says_later_the_agent_is_told_so(
    told: Any, confirming: Confirming, status: int, header: str, after_s: float | None
) -> None:
    told.says({}, status, **({"retry_after": header} if header.isascii() else {}))

    with pytest.raises(Unavailable) as failure:
        confirming.confirm(TEAM, "xoxb-1")

    assert failure.value.after_s == after_s


def test_a_lost_connection_is_no_answer_and_is_not_asked_again(told: Any, confirming: Confirming) -> None:
    with pytest.raises(Unavailable, match=r"slack auth\.test"):
        confirming.confirm(TEAM, "xoxb-1")

    assert len(told.asked) == 1


def test_what_is_no_json_is_no_answer(told: Any, confirming: Confirming) -> None:
    told.answers.append((200, {}, b"<html>"))

    with pytest.raises(Unavailable):
        confirming.confirm(TEAM, "xoxb-1")


def test_a_redirect_is_not_followed(told: Any, confirming: Confirming) -> None:
    told.says({}, 302, location=f"{told.url}/auth.test")

    with pytest.raises(Unavailable, match="answer_not_from_slack"):
        confirming.confirm(TEAM, "xoxb-1")

    assert len(told.asked) == 1
