"""Asking Slack whose token it is, before it is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from relay_lambda.carrying.ports import Answer, Slack
from relay_lambda.unavailable import Unavailable
from shared.outcome import Refused, Retry, Unknown
from shared.relay_requests import Place, is_slack_id

TIMEOUT_S = 8.0
"""How long one question may take: `front` has to answer in time."""
_PAGE, _MOST_PAGES = 1000, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What Slack says of a token."""

    name: str
    bot_user_id: str
    scopes: Sequence[str]
    enterprise_id: str | None
    teams: Sequence[str] = ()
    """Of an organisation's: the workspaces that let it in."""


@dataclass(frozen=True, slots=True)
class Denied:
    """It isn't a bot token of that place; `reason` is Slack's code or a word of ours."""

    reason: str


class Confirming:
    """Asks `auth.test`, and for an organisation `auth.teams.list`; a question is never asked twice by itself."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def confirm(self, place: Place, token: str) -> Confirmed | Denied:
        """Whether `token` speaks for `place`. Raises `Unavailable` when Slack doesn't say."""
        answer = self._asked(token, "auth.test", {})
        if isinstance(answer, Denied):
            return answer
        fields = answer.fields
        if denied := _mismatch(place, fields):
            return denied
        teams = self._teams(token) if place.is_organisation else ()
        if isinstance(teams, Denied):
            return teams
        return Confirmed(
            name=_text(fields, "team"),
            bot_user_id=_text(fields, "user_id"),
            scopes=answer.scopes,
            enterprise_id=_text(fields, "enterprise_id") or None,
            teams=teams,
        )

    def _teams(self, token: str) -> Sequence[str] | Denied:
        found: list[str] = []
        asked = {"limit": str(_PAGE)}
        for _ in range(_MOST_PAGES):
            answer = self._asked(token, "auth.teams.list", asked)
            if isinstance(answer, Denied):
                return answer
            teams, following = answer.fields.get("teams"), answer.fields.get("response_metadata")
            found += [_text(each, "id") for each in teams] if isinstance(teams, list) else []
            cursor = _text(following, "next_cursor")
            if not cursor:
                break
            asked = {"limit": str(_PAGE), "cursor": cursor}
        return tuple(dict.fromkeys(each for each in found if is_slack_id(each)))

    def _asked(self, token: str, method: str, arguments: Mapping[str, str]) -> Answer | Denied:
        """An error that passes is no answer; a token that has ended is one."""
        match self._slack.query(token, method, arguments):
            case Answer() as answer:
                return answer
            case Refused(reason) | Retry(_, "token_expired" as reason):
                return Denied(reason)
            case Retry(after_s, reason):
                raise Unavailable(f"slack {method}: {reason}", after_s)
            case Unknown(reason):
                raise Unavailable(f"slack {method}: {reason}")


def _mismatch(place: Place, fields: Mapping[str, Any]) -> Denied | None:
    """Why a token that Slack takes isn't one of this place."""
    is_organisations = fields.get("is_enterprise_install") is True
    if is_organisations != place.is_organisation:
        return Denied("organisation_token" if is_organisations else "workspace_token")
    if _text(fields, "enterprise_id" if place.is_organisation else "team_id") != place.id:
        return Denied("other_workspace")
    return None if _text(fields, "bot_id") else Denied("not_a_bot_token")


def _text(found: Any, name: str) -> str:
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""
