"""Browsers that were sent away, to GHES or to Slack, and are expected back: once, soon, and the same one.

begin ──▶ (state in the address, secret in the cookie) ──▶ the other side ──▶ end, with both
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from secrets import token_urlsafe

from sqlalchemy import Connection, delete, insert, select

from agent.store.links import hashed
from agent.store.port import Store
from agent.store.setup_tables import round_trips
from agent.store.upsert import insert_missing
from shared.clock import Clock

LIFE_S = 600.0
APP_LIFE_S = 3600.0
"""GHES gives an hour for making an App."""


MOST = 1000
"""Of one kind at a time: beginning takes no sign-in, so whoever begins more than that pushes out the oldest ones."""


class Kind(StrEnum):
    """What the browser was sent away for."""

    SLACK_INSTALL = "slack_install"
    GITHUB_APP = "github_app"
    ADMIN_SIGN_IN = "admin_sign_in"
    SIGNED_OUT = "signed_out"
    """Nowhere: a session of the console that was ended, whose cookie somebody may have copied."""


class Lost(StrEnum):
    """Why a browser that comes back can't go on."""

    UNKNOWN = "unknown"
    """Never begun, or it came back before, or much too late."""
    TOO_OLD = "too_old"
    OTHER_BROWSER = "other_browser"
    """Without our cookie, or with another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """The right browser is back; `detail` is what was kept for it."""

    detail: Mapping[str, str]


class RoundTrips:
    """All kinds of them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def begin(self, kind: Kind, browser: str, detail: Mapping[str, str] | None = None) -> str:
        """The state to send along; `browser` is the secret of its cookie, never empty."""
        state = token_urlsafe(32)
        life_s = APP_LIFE_S if kind is Kind.GITHUB_APP else LIFE_S
        row = {
            "state_hash": hashed(state),
            "kind": kind,
            "browser_hash": hashed(browser),
            "detail": json.dumps(dict(detail or {})),
            "ends_at": self._clock.now().timestamp() + life_s,
        }
        await self._store.write(lambda connection: begin(connection, row))
        return state

    async def sign_out(self, browser: str, until: float) -> None:
        """Have the session of this browser's secret be over, also for whoever has its cookie."""
        row = {"kind": Kind.SIGNED_OUT, "browser_hash": hashed(browser), "detail": "{}", "ends_at": until}
        gone = {"state_hash": hashed(f"{Kind.SIGNED_OUT} {browser}"), **row}
        await self._store.write(lambda connection: insert_missing(connection, round_trips, [gone]))

    async def is_signed_out(self, browser: str) -> bool:
        """Whether it is."""
        known = select(round_trips.c.kind).where(
            round_trips.c.state_hash == hashed(f"{Kind.SIGNED_OUT} {browser}"), round_trips.c.kind == Kind.SIGNED_OUT
        )
        return await self._store.read(lambda connection: connection.execute(known).first() is not None)

    async def end(self, kind: Kind, state: str, browser: str) -> Back | Lost:
        """Spend a state, if this browser may; a wrong browser spends nothing."""
        now = self._clock.now().timestamp()
        return await self._store.write(
            lambda connection: end(connection, kind, hashed(state), hashed(browser) if browser else "", now)
        )


def begin(connection: Connection, row: Mapping[str, object]) -> None:
    """Keep one, and of its kind the newest only."""
    connection.execute(insert(round_trips).values(row))
    newest = (
        select(round_trips.c.ends_at)
        .where(round_trips.c.kind == row["kind"])
        .order_by(round_trips.c.ends_at.desc())
        .offset(MOST - 1)
        .limit(1)
    )
    oldest_kept = connection.execute(newest).scalar()
    if oldest_kept is not None:
        too_many = (round_trips.c.kind == row["kind"], round_trips.c.ends_at < oldest_kept)
        connection.execute(delete(round_trips).where(*too_many))


def end(connection: Connection, kind: Kind, state_hash: str, browser_hash: str, now: float) -> Back | Lost:
    """See `RoundTrips.end`."""
    mine = (round_trips.c.state_hash == state_hash, round_trips.c.kind == kind)
    row = connection.execute(select(round_trips).where(*mine)).first()
    if row is None:
        return Lost.UNKNOWN
    if row.browser_hash != browser_hash:
        return Lost.OTHER_BROWSER
    connection.execute(delete(round_trips).where(*mine))
    return Lost.TOO_OLD if row.ends_at <= now else Back(detail=json.loads(row.detail))
