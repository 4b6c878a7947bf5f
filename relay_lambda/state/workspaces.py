"""Workspaces and organisations, each by the agent that registered it: two agents' rows never meet.

A workspace's row has a token of its own, or names the organisation whose token serves it (which lists it). What is
removed stays for a day as a mark, since a row that isn't there couldn't tell an old request from a new one.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relay_lambda.clock import Clock
from relay_lambda.state.remembered import Remembered
from relay_lambda.state.table import Condition, Table
from shared.relay_requests import Place
from shared.relay_table import EXPIRES_AT, RowKey, Value, enterprise_row, is_there, team_row

if TYPE_CHECKING:  # it brings ciphers, which a dispatch has no use for
    from relay_lambda.state.tokens import Sealed

CACHED_S = 60.0
REMOVED_S = 86400
_AT_A_TIME = 8
_NEWER = "attribute_not_exists(put_at) OR put_at <= :put_at"
_NEWER_AND_BARE = "attribute_not_exists(put_at) OR (put_at <= :put_at AND attribute_not_exists(token_cipher))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A workspace or organisation that Slack has confirmed. `put_at`: when its agent signed that."""

    place: Place
    sealed: "Sealed"
    name: str
    bot_user_id: str
    scopes: Sequence[str]
    enterprise_id: str | None
    teams: Sequence[str]
    """Of an organisation: the workspaces that its token may be used in."""
    put_at: int
    token_expires_at: int | None


class Workspaces:
    """Those of every agent."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock
        self._known: Remembered[tuple[str, str], bool] = Remembered(clock, for_s=CACHED_S)

    def is_registered(self, agent_id: str, team_id: str) -> bool:
        """Whether this agent may speak there; a yes is remembered for a minute. Raises `Unavailable`."""
        if self._known.get((agent_id, team_id)):
            return True
        if self.serving(agent_id, team_id) is None:
            return False
        return self._known.put((agent_id, team_id), value=True)

    def serving(self, agent_id: str, team_id: str) -> tuple[Place, Mapping[str, Any]] | None:
        """Whose token serves a workspace, and the row that holds it; None where the agent may not speak."""
        team = self._row(team_row(agent_id, team_id))
        if team and "token_cipher" in team:
            return Place(id=team_id), team
        if not team or not (enterprise_id := team.get("enterprise_id")):
            return None
        whole = self._row(enterprise_row(agent_id, enterprise_id))
        if not whole or "token_cipher" not in whole or team_id not in whole.get("teams", ()):
            return None
        return Place(id=enterprise_id, is_organisation=True), whole

    def put(self, agent_id: str, registration: Registration) -> bool:
        """Store it; False when a newer request has been at this row already."""
        place, newer = registration.place, _newer(_NEWER, registration.put_at)
        if self._table.put(_row_of(agent_id, place), _columns(registration), newer):
            return False
        if place.is_organisation:
            with ThreadPoolExecutor(_AT_A_TIME) as pool:
                list(pool.map(lambda team_id: self._point(agent_id, team_id, registration), registration.teams))
        return True

    def remove(self, agent_id: str, place: Place, removed_at: int) -> bool:
        """Forget it, token and all; False when a newer request has been at this row already."""
        columns: dict[str, Value] = {"put_at": removed_at, "removed_at": removed_at, EXPIRES_AT: removed_at + REMOVED_S}
        is_stale = self._table.put(_row_of(agent_id, place), columns, _newer(_NEWER, removed_at)) is not None
        self._known.clear()
        return not is_stale

    def _point(self, agent_id: str, team_id: str, whole: Registration) -> None:
        """Say that an organisation's token serves a workspace, unless it has one of its own."""
        columns: dict[str, Value] = {"enterprise_id": whole.place.id, "put_at": whole.put_at}
        self._table.put(team_row(agent_id, team_id), columns, _newer(_NEWER_AND_BARE, whole.put_at))

    def _row(self, key: RowKey) -> Mapping[str, Any] | None:
        row = self._table.get(key)
        now = self._clock.now().timestamp()
        return row if row and is_there(row, now) and "removed_at" not in row else None


def _newer(text: str, put_at: int) -> Condition:
    return Condition(text=text, values={":put_at": put_at})


def _row_of(agent_id: str, place: Place) -> RowKey:
    return (enterprise_row if place.is_organisation else team_row)(agent_id, place.id)


def _columns(registration: Registration) -> Mapping[str, Value]:
    return {
        "token_cipher": registration.sealed.token_cipher,
        "data_key_cipher": registration.sealed.data_key_cipher,
        "nonce": registration.sealed.nonce,
        "name": registration.name,
        "bot_user_id": registration.bot_user_id,
        "scopes": registration.scopes,
        "enterprise_id": registration.enterprise_id,
        "teams": registration.teams if registration.place.is_organisation else None,
        "put_at": registration.put_at,
        "expires": registration.token_expires_at,
    }
