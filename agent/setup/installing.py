"""*Add to Slack*: from the button on our page to the bot's greeting.

    begin ──▶ Slack asks whoever installs ──▶ returned ──▶ token ──▶ whose? may it? ──▶ kept ──▶ greeted
    a state, a cookie                         the same both, once, within 10 minutes

Nothing is kept before everything is known, and a token that isn't wanted is given back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from urllib.parse import urlencode, urlsplit

import structlog

from agent.audit import Entry
from agent.examining.scopes import WANTED
from agent.settings import Settings
from agent.settings_values import is_loopback
from agent.setup.greetings import Greetings
from agent.setup.grounds import Grounds
from agent.setup.organisations import Organisations, workspaces_of
from agent.setup.rotation import OURS
from agent.slack.form_calls import Unanswered
from agent.slack.oauth import Denied, Granted
from agent.store import installations as stored
from agent.store.audit import note
from agent.store.round_trips import Back, Kind, Lost, RoundTrips
from agent.store.workspaces import Installation
from agent.workspaces import Workspace

log = structlog.get_logger()
_LONGEST_ERROR = 40


class Stopped(StrEnum):
    """Why nothing was installed."""

    NOT_SET_UP = "not_set_up"
    SWITCHED_OFF = "switched_off"
    UNKNOWN = "unknown"
    TOO_OLD = "too_old"
    OTHER_BROWSER = "other_browser"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    MISCONFIGURED = "misconfigured"
    SILENT = "silent"
    NOT_ALLOWED = "not_allowed"
    STILL_THERE = "still_there"
    """It isn't allowed, and Slack didn't take the token back."""
    OTHER_APP = "other_app"
    STORE_AWAY = "store_away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """It is done. `place`: the name of the workspace or the organisation."""

    place: str
    workspaces: Sequence[str]
    """Their names; none of an organisation that has let the app in nowhere yet."""
    next_url: str
    """In Slack: the app, or where an organisation's administrator lets it into workspaces."""
    lacks: Sequence[str]
    """Scopes of our manifest that weren't granted, in its order."""


_LOST = {
    Lost.UNKNOWN: Stopped.UNKNOWN,
    Lost.TOO_OLD: Stopped.TOO_OLD,
    Lost.OTHER_BROWSER: Stopped.OTHER_BROWSER,
}
_MISCONFIGURED = OURS | {"bad_redirect_uri", "no_scopes", "no_bot_token"}


class Installing:
    """`begin` and `returned` are the two ends."""

    def __init__(
        self,
        settings: Settings,
        *,
        grounds: Grounds,
        round_trips: RoundTrips,
        organisations: Organisations,
        greetings: Greetings,
    ) -> None:
        self._settings, self._grounds, self._round_trips = settings, grounds, round_trips
        self._organisations, self._greetings = organisations, greetings

    @property
    def stopped(self) -> Stopped | None:
        """Why nobody can install it now."""
        settings = self._settings
        if not settings.slack_client_id or settings.slack_client_secret is None:
            return Stopped.NOT_SET_UP
        return None if settings.slack_enabled else Stopped.SWITCHED_OFF

    @property
    def known(self) -> int:
        """In how many workspaces it is installed."""
        return len(self._grounds.workspaces)

    @property
    def restricted(self) -> bool:
        """Whether only some workspaces may install it."""
        return bool(self._settings.slack_allowed_workspaces)

    @property
    def authorize_url(self) -> str:
        """Slack's page, without what `begin` adds to it."""
        return self._settings.slack_authorize_url

    async def begin(self, browser: str) -> str:
        """Where to send the browser whose cookie has this secret. Raises `StoreUnavailableError`."""
        asked = {
            "client_id": self._grounds.oauth.client_id,
            "scope": ",".join(WANTED),
            "user_scope": "",
            "redirect_uri": self._redirect_uri,
            "state": await self._round_trips.begin(Kind.SLACK_INSTALL, browser),
        }
        return f"{self.authorize_url}?{urlencode(asked)}"

    async def returned(self, state: str, browser: str, code: str, error: str) -> Installed | Stopped:
        """Slack has sent a browser back, with a code or an error. Raises `StoreUnavailableError`."""
        back = await self._round_trips.end(Kind.SLACK_INSTALL, state, browser)
        if not isinstance(back, Back):
            return _LOST[back]
        if error or not code:
            log.info("an installation was stopped at slack", error=error[:_LONGEST_ERROR])
            return Stopped.CANCELLED if error == "access_denied" else Stopped.REFUSED
        granted = await self._grounds.oauth.exchange(code, self._redirect_uri)
        if isinstance(granted, Unanswered):
            log.warning("slack doesn't answer an installation", reason=granted.reason)
            return Stopped.SILENT
        if isinstance(granted, Denied):
            log.warning("slack refuses an installation", error=granted.error)
            return Stopped.MISCONFIGURED if granted.error in _MISCONFIGURED else Stopped.REFUSED
        return await self._unwanted(granted) or await self._keep(granted)

    @property
    def _redirect_uri(self) -> str:
        return f"{self._settings.agent_url}/_slack/oauth/callback"

    async def _unwanted(self, granted: Granted) -> Stopped | None:
        """Why a token is given back, if it is."""
        app_id, allowed = self._settings.slack_app_id, self._settings.slack_allowed_workspaces
        places = {granted.place.id} | ({granted.organisation.id} if granted.organisation else set())
        if app_id and granted.app_id and granted.app_id != app_id:
            why = Stopped.OTHER_APP
        elif allowed and not places & set(allowed):
            why = Stopped.NOT_ALLOWED
        else:
            return None
        given_back = await self._give_back(granted)
        refused = _entry(granted, outcome=f"refused: {why.value}")
        now = self._grounds.now()
        await self._grounds.store.write(lambda connection: note(connection, now, refused))
        return why if given_back or why is not Stopped.NOT_ALLOWED else Stopped.STILL_THERE

    async def _give_back(self, granted: Granted) -> bool:
        """False when Slack didn't take it. A workspace that was allowed once has the same token still, and keeps it."""
        if any(each.token == granted.token for each in self._grounds.workspaces.values()):
            return True
        answer = await self._grounds.oauth.revoke(granted.token)
        if answer is not None:
            log.warning("slack doesn't take a token back", place=granted.place.id)
        return answer is None

    async def _keep(self, granted: Granted) -> Installed | Stopped:
        grounds, now = self._grounds, self._grounds.now()
        installation = self._installation(granted, now)
        found = await self._workspaces(granted, installation)
        if isinstance(found, Unanswered):
            log.warning("slack doesn't say whose a new token is", reason=found.reason)
            return Stopped.SILENT
        completing = partial(stored.complete, installation=installation, found=found, entry=_entry(granted))
        await grounds.store.write(partial(completing, now=now))
        await grounds.reload()
        log.info("the app was installed", id=installation.id, workspaces=len(found))
        if granted.is_organisation:
            self._organisations.wake()
        self._greetings.add([each.team_id for each in found], granted.installed_by)
        return Installed(
            place=granted.place.name,
            workspaces=[each.name for each in found],
            next_url=self._next_url(granted, found),
            lacks=[scope for scope in WANTED if scope not in granted.scopes],
        )

    def _installation(self, granted: Granted, now: float) -> Installation:
        seal = self._grounds.secrets.seal
        return Installation(
            id=granted.place.id,
            name=granted.place.name,
            token=seal(granted.token),
            scopes=granted.scopes,
            is_organisation=granted.is_organisation,
            app_id=granted.app_id,
            refresh=seal(granted.refresh) if granted.refresh else None,
            token_ends_at=None if granted.lasts_s is None else now + granted.lasts_s,
            installed_by=granted.installed_by,
        )

    async def _workspaces(self, granted: Granted, installation: Installation) -> Sequence[Workspace] | Unanswered:
        """Those that it is for. Of an organisation that Slack doesn't list now they follow (`Organisations`)."""
        grounds = self._grounds
        if granted.is_organisation:
            listed = await grounds.oauth.teams(granted.token)
            places = listed if isinstance(listed, list) else ()
            return await workspaces_of(grounds, installation, granted.token, places)
        whose = await grounds.oauth.whose(granted.token)
        if isinstance(whose, Denied):
            return Unanswered(whose.error)
        if isinstance(whose, Unanswered):
            return whose
        if whose.team_id != granted.place.id:
            return Unanswered("token_of_another_workspace")
        return [
            Workspace(
                team_id=whose.team_id,
                installation_id=installation.id,
                name=whose.name or granted.place.name,
                domain=whose.domain,
                bot_user_id=whose.bot_user_id,
                token=granted.token,
                scopes=granted.scopes,
            )
        ]

    def _next_url(self, granted: Granted, found: Sequence[Workspace]) -> str:
        """Slack's own addresses, at the host of its API: GovSlack has another one."""
        at = urlsplit(self._settings.slack_api_url)
        if found:
            asked = urlencode({"app": granted.app_id, "team": found[0].team_id})
            return f"{at.scheme}://{at.netloc}/app_redirect?{asked}"
        host = at.netloc if is_loopback(at.hostname or "") else f"app.{at.netloc}"
        return f"{at.scheme}://{host}/manage/{granted.place.id}/integrations/profile/{granted.app_id}/workspaces/add"


def _entry(granted: Granted, outcome: str = "done") -> Entry:
    return Entry(
        team_id=granted.place.id,
        user_id=granted.installed_by,
        action="install",
        target=granted.place.name,
        outcome=outcome,
    )
