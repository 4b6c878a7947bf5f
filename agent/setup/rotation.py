"""Token rotation: tokens that hold 12 hours are renewed before they end.

A refresh token is worth a new pair once, so one process at a time renews an installation's (`claim`), and both new
tokens are durable before the first of them is used. The former token holds on until its end: whoever still has it goes
on with it until they look again.

due ──▶ claim ──▶ oauth.v2.access ──▶ stored, used           Slack says no ──▶ /status says why; tried again
                                                             ... and the token has ended ──▶ parked until it works
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from functools import partial

import structlog

from agent.setup.grounds import Grounds
from agent.slack.form_calls import Unanswered
from agent.slack.oauth import Denied, Granted
from agent.store import installations as stored
from agent.store.installations import EXPIRED, Renewal
from agent.store.port import StoreUnavailableError
from agent.store.secrets import UnreadableSecretError
from agent.store.workspaces import Installation

log = structlog.get_logger()
LOOK_S = 60.0
AHEAD_S = 7200.0
"""How long before its end a token is renewed: an outage of two hours does no harm."""
CLAIM_S = 60.0
AGAIN_S = 300.0
STORE_AGAIN_S = 1.0
OURS = frozenset({"invalid_client_id", "bad_client_secret", "oauth_authorization_url_mismatch"})
"""Refusals that say nothing about the refresh token: our client's id or secret is wrong."""
BUSY = Unanswered("renewed_by_somebody_else")


class Rotation:
    """`run` goes on until it is cancelled."""

    def __init__(self, grounds: Grounds) -> None:
        self._grounds = grounds
        self._expired: set[str] = set()
        self._wake = asyncio.Event()

    def expired(self, team_id: str) -> None:
        """Slack says that a workspace's token has ended: see to it now."""
        self._expired.add(team_id)
        self._wake.set()

    async def run(self) -> None:
        """Renew what is due."""
        while True:
            self._wake.clear()
            try:
                await self.renew_due()
            except (StoreUnavailableError, UnreadableSecretError) as failure:
                log.warning("tokens can't be renewed now", reason=str(failure))
            with suppress(TimeoutError):
                async with self._grounds.clock.timeout(LOOK_S):
                    await self._wake.wait()

    async def renew_due(self) -> None:
        """Those that end soon, and those of which Slack said that they have ended."""
        grounds, now = self._grounds, self._grounds.now()
        while self._expired:
            await self._renew_expired(self._expired.pop())
        for installation in await grounds.store.read(partial(stored.ending, before=now + AHEAD_S, now=now)):
            await renew(grounds, installation)

    async def _renew_expired(self, team_id: str) -> None:
        grounds = self._grounds
        workspace = grounds.workspaces.get(team_id)
        if workspace is None:
            return
        installation_id = workspace.installation_id or team_id
        installation = await grounds.store.read(partial(stored.held, installation_id=installation_id))
        if installation is None or grounds.secrets.open(installation.token) != workspace.token:
            await grounds.reload()  # another process was faster
        else:
            await renew(grounds, installation, ended=True)


async def renew(grounds: Grounds, installation: Installation, *, ended: bool = False) -> Denied | Unanswered | None:
    """Renew a token, whatever its end; None when that is done. `ended`: Slack takes it no more.

    Raises `StoreUnavailableError` before anything was asked of Slack, and `UnreadableSecretError`.
    """
    now = grounds.now()
    if installation.refresh is None:
        await _not_renewed(grounds, installation, EXPIRED, ended=ended)
        return Denied(EXPIRED)
    refresh = grounds.secrets.open(installation.refresh)
    claiming = partial(stored.claim, installation_id=installation.id, token=installation.token)
    if not await grounds.store.write(partial(claiming, until=now + CLAIM_S, now=now)):
        return BUSY
    answer = await grounds.oauth.refresh(refresh)
    match answer:
        case Granted():
            await _keep(grounds, installation, answer)
            log.info("a token was renewed", id=installation.id)
            return None
        case Denied(error):
            has_ended = ended or (installation.token_ends_at or 0.0) <= grounds.now()
            await _not_renewed(grounds, installation, error, ended=has_ended)
        case Unanswered(reason):
            log.warning("slack doesn't say whether it renews a token", id=installation.id, reason=reason)
    return answer


async def _keep(grounds: Grounds, installation: Installation, granted: Granted) -> None:
    """As long as that can't be stored, try again: nobody else has the refresh token that is good now.

    A former token that was only sealed anew meanwhile (`ghe-slack secrets rotate`) is still the former one.
    """
    former = grounds.secrets.open(installation.token)
    renewal = Renewal(
        installation_id=installation.id,
        was=installation.token,
        token=grounds.secrets.seal(granted.token),
        refresh=grounds.secrets.seal(granted.refresh) if granted.refresh else None,
        token_ends_at=None if granted.lasts_s is None else grounds.now() + granted.lasts_s,
    )
    while True:
        try:
            if not await grounds.store.write(partial(stored.renewed, renewal=renewal, now=grounds.now())):
                now_held = await grounds.store.read(partial(stored.held, installation_id=installation.id))
                if now_held and grounds.secrets.open(now_held.token) == former:
                    renewal = replace(renewal, was=now_held.token)
                    continue
            await grounds.reload()
        except StoreUnavailableError as failure:
            log.warning("a renewed token can't be stored yet", id=installation.id, reason=str(failure))
            await grounds.clock.sleep(STORE_AGAIN_S)
        else:
            return


async def _not_renewed(grounds: Grounds, installation: Installation, error: str, *, ended: bool) -> None:
    log.warning("slack doesn't renew a token", id=installation.id, error=error, ended=ended)
    keeping = partial(
        stored.not_renewed,
        installation_id=installation.id,
        token=installation.token,
        trouble=error,
        again_at=grounds.now() + AGAIN_S,
        ended=ended,
    )
    await grounds.store.write(partial(keeping, now=grounds.now()))
