"""Slack's side of installing: OAuth v2, whose a token is, where it may go, and giving it back.

What is secret travels in the body or the header of a POST (`agent.slack.form_calls`). Answers as in Slack's method
reference; of an organisation's installation (Enterprise Grid) `team` is null and one token serves all workspaces.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from agent.slack.form_calls import FormAnswer, FormCalls, Unanswered
from shared.event import flag, items, number, text
from shared.slack_errors import Policy, policy

DEAD = frozenset({"account_inactive", "token_revoked", "invalid_auth", "not_authed"})
"""What Slack says of a token that it will never take again."""
_PAGE, _MOST_PAGES = 200, 50
_PASSING = frozenset({Policy.RETRY, Policy.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A workspace or an organisation."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A bot token. `place`: where it was installed; `organisation`: that of the workspace too, if it has one."""

    token: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    """Empty without token rotation."""
    lasts_s: float | None = None
    """None: for good."""
    place: Place
    organisation: Place | None = None
    is_organisation: bool = False
    app_id: str
    bot_user_id: str
    scopes: frozenset[str]
    installed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """What `auth.test` says. `domain`: without `.slack.com`, an organisation's is `acme.enterprise`."""

    team_id: str
    name: str
    domain: str
    bot_user_id: str
    scopes: frozenset[str] = frozenset()
    organisation_id: str = ""


@dataclass(frozen=True, slots=True)
class Denied:
    """Slack says no; `error` is its code."""

    error: str


class SlackOAuth:
    """The calls, each made once. Without `client`, the app's id and secret, nothing can be installed or refreshed."""

    def __init__(self, calls: FormCalls, client: tuple[str, str] | None) -> None:
        self._calls, self._client = calls, client

    @property
    def client_id(self) -> str:
        """Empty where the app isn't known."""
        return self._client[0] if self._client else ""

    async def exchange(self, code: str, redirect_uri: str) -> Granted | Denied | Unanswered:
        """What a code is worth; it is worth it once, within 10 minutes."""
        return await self._granted({"code": code, "redirect_uri": redirect_uri})

    async def refresh(self, refresh: str) -> Granted | Denied | Unanswered:
        """A new token and a new refresh token, for a refresh token that is spent by it."""
        return await self._granted({"grant_type": "refresh_token", "refresh_token": refresh})

    async def whose(self, token: str) -> Whose | Denied | Unanswered:
        """Whose token it is, if Slack takes it."""
        answer = _settled(await self._calls.call("auth.test", {}, token=token))
        if not isinstance(answer, FormAnswer):
            return answer
        fields = answer.fields
        return Whose(
            team_id=text(fields, "team_id"),
            name=text(fields, "team"),
            domain=_domain(text(fields, "url")),
            bot_user_id=text(fields, "user_id"),
            scopes=answer.scopes,
            organisation_id=text(fields, "enterprise_id"),
        )

    async def teams(self, token: str) -> list[Place] | Denied | Unanswered:
        """The workspaces that an organisation's token may be used in."""
        found: list[Place] = []
        cursor = ""
        for _ in range(_MOST_PAGES):
            asked = {"limit": str(_PAGE)} | ({"cursor": cursor} if cursor else {})
            answer = _settled(await self._calls.call("auth.teams.list", asked, token=token))
            if not isinstance(answer, FormAnswer):
                return answer
            found += [Place(id=text(each, "id"), name=text(each, "name")) for each in items(answer.fields, "teams")]
            if not (cursor := text(answer.fields, "response_metadata", "next_cursor")):
                break
        return [each for each in found if each.id]

    async def domain(self, token: str, team_id: str) -> str | Denied | Unanswered:
        """A workspace's domain, without `.slack.com`."""
        answer = _settled(await self._calls.call("team.info", {"team": team_id}, token=token))
        return text(answer.fields, "team", "domain") if isinstance(answer, FormAnswer) else answer

    async def revoke(self, token: str) -> Denied | Unanswered | None:
        """Give a token back; None when it is worth nothing any more."""
        answer = _settled(await self._calls.call("auth.revoke", {}, token=token))
        return _unless_dead(answer)

    async def uninstall(self, token: str) -> Denied | Unanswered | None:
        """Remove the app from where the token is from; None when it isn't there any more."""
        if self._client is None:
            return await self.revoke(token)
        client_id, client_secret = self._client
        fields = {"client_id": client_id, "client_secret": client_secret}
        return _unless_dead(_settled(await self._calls.call("apps.uninstall", fields, token=token)))

    async def _granted(self, fields: Mapping[str, str]) -> Granted | Denied | Unanswered:
        answer = _settled(await self._calls.call("oauth.v2.access", fields, client=self._client))
        return _granted(answer.fields) if isinstance(answer, FormAnswer) else answer


def _settled(answer: FormAnswer | Unanswered) -> FormAnswer | Denied | Unanswered:
    """An error that passes is no answer."""
    if isinstance(answer, Unanswered) or answer.ok:
        return answer
    return Unanswered(answer.error) if policy(answer.error) in _PASSING else Denied(answer.error)


def _unless_dead(answer: FormAnswer | Denied | Unanswered) -> Denied | Unanswered | None:
    if isinstance(answer, FormAnswer) or (isinstance(answer, Denied) and answer.error in DEAD):
        return None
    return answer


def _granted(fields: Mapping[str, object]) -> Granted | Denied:
    team, organisation = _place(fields, "team"), _place(fields, "enterprise")
    is_organisation = flag(fields, "is_enterprise_install")
    place = organisation if is_organisation else team
    token = text(fields, "access_token")
    if not token or place is None or text(fields, "token_type") not in {"bot", ""}:
        return Denied("no_bot_token")
    lasts_s = number(fields, "expires_in")
    return Granted(
        token=token,
        refresh=text(fields, "refresh_token"),
        lasts_s=None if lasts_s is None else float(lasts_s),
        place=place,
        organisation=organisation,
        is_organisation=is_organisation,
        app_id=text(fields, "app_id"),
        bot_user_id=text(fields, "bot_user_id"),
        scopes=frozenset(text(fields, "scope").replace(" ", "").split(",")) - {""},
        installed_by=text(fields, "authed_user", "id"),
    )


def _place(fields: Mapping[str, object], name: str) -> Place | None:
    place_id = text(fields, name, "id")
    return Place(id=place_id, name=text(fields, name, "name") or place_id) if place_id else None


def _domain(url: str) -> str:
    """What stands before the last two labels of a host name."""
    return ".".join((urlsplit(url).hostname or "").split(".")[:-2])
