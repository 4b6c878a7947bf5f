"""The workspaces of organisations (Enterprise Grid), in which an administrator of theirs lets the app in and out.

Slack's events about it may be late, lost, or out of order. So they only say that something has changed: what is so now
is asked, at the start and once an hour besides.
"""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial

import structlog

from agent.setup.greetings import Greetings
from agent.setup.grounds import Grounds
from agent.slack.form_calls import Unanswered
from agent.slack.oauth import Denied, Place
from agent.store import installations as stored
from agent.store.port import StoreUnavailableError
from agent.store.secrets import UnreadableSecretError
from agent.store.workspaces import Installation
from agent.workspaces import Workspace

log = structlog.get_logger()
INTERVAL_S, AGAIN_S = 3600.0, 60.0
NOT_LET_IN = "team_access_revoked"
"""Why a workspace is parked whose organisation doesn't let the app in there."""


class Organisations:
    """`run` goes on until it is cancelled; `wake` has it ask now."""

    def __init__(self, grounds: Grounds, greetings: Greetings) -> None:
        self._grounds, self._greetings, self._wake = grounds, greetings, asyncio.Event()

    def wake(self) -> None:
        """Something has changed."""
        self._wake.set()

    async def run(self) -> None:
        """Ask."""
        while True:
            self._wake.clear()
            try:
                done = await self.bring_up_to_date()
            except (StoreUnavailableError, UnreadableSecretError) as failure:
                log.warning("the workspaces of organisations can't be looked after", reason=str(failure))
                done = False
            with suppress(TimeoutError):
                async with self._grounds.clock.timeout(INTERVAL_S if done else AGAIN_S):
                    await self._wake.wait()

    async def bring_up_to_date(self) -> bool:
        """Take over what Slack says of all organisations; False when it didn't say it of each."""
        grounds = self._grounds
        found = await grounds.store.read(stored.organisations)
        return all([await self._of(each) for each in found])

    async def _of(self, organisation: Installation) -> bool:
        grounds = self._grounds
        token = grounds.secrets.open(organisation.token)
        listed = await grounds.oauth.teams(token)
        if not isinstance(listed, list):
            why = listed.error if isinstance(listed, Denied) else listed.reason
            log.warning("slack doesn't say where an organisation lets the app in", id=organisation.id, reason=why)
            return isinstance(listed, Denied)
        known = await grounds.store.read(partial(stored.workspaces_of, installation_id=organisation.id))
        came = [each for each in listed if known.get(each.id) != each.name]
        gone = set(known) - {each.id for each in listed}
        if not came and not gone:
            return True
        found = await workspaces_of(grounds, organisation, token, came)
        if isinstance(found, Unanswered):
            return False
        now = grounds.now()
        if found:
            await grounds.store.write(partial(stored.attach, installation_id=organisation.id, found=found, now=now))
        if gone:
            leaving = partial(stored.detach, installation_id=organisation.id, team_ids=gone)
            await grounds.store.write(partial(leaving, reason=NOT_LET_IN, now=now))
        await grounds.reload()
        if not known:  # whoever installed it had no workspace to be greeted in
            self._greetings.add([each.team_id for each in found], organisation.installed_by)
        log.info("the workspaces of an organisation changed", id=organisation.id, came=len(found), gone=len(gone))
        return True


async def workspaces_of(
    grounds: Grounds, organisation: Installation, token: str, places: Collection[Place]
) -> Sequence[Workspace] | Unanswered:
    """These workspaces with what Slack says of them; one that has told no domain has its organisation's.

    `https://acme.enterprise.slack.com` leads to the messages of all its workspaces.
    """
    if not places:
        return ()
    whose = await grounds.oauth.whose(token)
    if isinstance(whose, Denied | Unanswered):
        return Unanswered(whose.error if isinstance(whose, Denied) else whose.reason)
    domains: dict[str, str] = {}
    for place in places:
        domain = await grounds.oauth.domain(token, place.id)
        if not isinstance(domain, str):
            log.info("the domains of some workspaces aren't known", id=organisation.id)
            break
        domains[place.id] = domain
    return [
        Workspace(
            team_id=place.id,
            installation_id=organisation.id,
            name=place.name,
            domain=domains.get(place.id) or whose.domain,
            bot_user_id=whose.bot_user_id,
            token=token,
            scopes=organisation.scopes,
        )
        for place in places
    ]
