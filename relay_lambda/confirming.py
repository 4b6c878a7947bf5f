"""Asking Slack whose token it is, before it is stored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3

from relay_lambda.unavailable import Unavailable
from shared import slack_errors
from shared.relay_requests import Place, is_slack_id
from shared.slack_errors import Policy

TIMEOUT_S = 8.0
_PAGE, _MOST_PAGES = 1000, 20
_TOO_MANY, _BROKEN = 429, 500


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

    def __init__(self, pool: urllib3.PoolManager, api_url: str) -> None:
        self._pool, self._api_url = pool, api_url.rstrip("/") + "/"

    def confirm(self, place: Place, token: str) -> Confirmed | Denied:
        """Whether `token` speaks for `place`. Raises `Unavailable` when Slack doesn't say."""
        answer = self._call("auth.test", token, {})
        if isinstance(answer, Denied):
            return answer
        fields, scopes = answer
        if denied := _mismatch(place, fields):
            return denied
        teams = self._teams(token) if place.is_organisation else ()
        if isinstance(teams, Denied):
            return teams
        return Confirmed(
            name=_text(fields, "team"),
            bot_user_id=_text(fields, "user_id"),
            scopes=scopes,
            enterprise_id=_text(fields, "enterprise_id") or None,
            teams=teams,
        )

    def _teams(self, token: str) -> Sequence[str] | Denied:
        found: list[str] = []
        asked = {"limit": str(_PAGE)}
        for _ in range(_MOST_PAGES):
            answer = self._call("auth.teams.list", token, asked)
            if isinstance(answer, Denied):
                return answer
            teams, following = answer[0].get("teams"), answer[0].get("response_metadata")
            found += [_text(each, "id") for each in teams] if isinstance(teams, list) else []
            cursor = _text(following, "next_cursor")
            if not cursor:
                break
            asked = {"limit": str(_PAGE), "cursor": cursor}
        return tuple(dict.fromkeys(each for each in found if is_slack_id(each)))

    def _call(self, method: str, token: str, fields: Mapping[str, str]) -> tuple[Mapping[str, Any], list[str]] | Denied:
        """An answer's fields, and the token's scopes."""
        try:
            answer = self._pool.request(
                "POST",
                self._api_url + method,
                body=urlencode(fields),
                headers={"authorization": f"Bearer {token}", "content-type": "application/x-www-form-urlencoded"},
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(total=TIMEOUT_S),
            )
        except urllib3.exceptions.HTTPError as failure:
            raise Unavailable(f"slack {method}: {type(failure).__name__}") from failure
        if answer.status == _TOO_MANY or answer.status >= _BROKEN:
            raise Unavailable(f"slack {method}: {answer.status}", _seconds(answer.headers.get("retry-after", "")))
        found = _object(method, answer.data)
        if found.get("ok") is not True:
            return _denied(method, _text(found, "error"))
        scopes = answer.headers.get("x-oauth-scopes", "")
        return found, sorted(each.strip() for each in scopes.split(",") if each.strip())


def _mismatch(place: Place, fields: Mapping[str, Any]) -> Denied | None:
    """Why a token that Slack takes isn't one of this place."""
    is_organisations = fields.get("is_enterprise_install") is True
    if is_organisations != place.is_organisation:
        return Denied("organisation_token" if is_organisations else "workspace_token")
    if _text(fields, "enterprise_id" if place.is_organisation else "team_id") != place.id:
        return Denied("other_workspace")
    return None if _text(fields, "bot_id") else Denied("not_a_bot_token")


def _denied(method: str, code: str) -> Denied:
    """An error that passes is no answer; a token that has ended is one."""
    if code != "token_expired" and slack_errors.policy(code) in {Policy.RETRY, Policy.UNKNOWN}:
        raise Unavailable(f"slack {method}: {code}")
    return Denied(code or "no_error")


def _object(method: str, data: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as failure:
        raise Unavailable(f"slack {method}: no JSON") from failure
    if not isinstance(found, dict):
        raise Unavailable(f"slack {method}: no JSON object")
    return found


def _seconds(header: str) -> float | None:
    return float(header) if header.isascii() and header.isdigit() else None


def _text(found: Any, name: str) -> str:
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""
