"""The one place where a link begins, whichever flow leads to it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from agent.audit import Entry
from agent.people.person import Person, Tokens
from agent.people.ports import Account
from agent.people.unlinking import Unlinking
from agent.slash.later import signed_in
from agent.store import device_links, links
from agent.store.audit import note
from agent.store.homes import changed
from agent.store.later import resume
from agent.store.links import Owner
from agent.store.people import SqlPeople, Unlinked, link
from agent.store.secrets import UnreadableSecretError
from agent.store.sponsors import end_sponsorships

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The accounts are linked."""

    person: Person
    before: Unlinked | None
    """Whom the Slack user was linked with until now."""


class Joining:
    """Links people."""

    def __init__(self, people: SqlPeople, unlinking: Unlinking) -> None:
        self._people, self._unlinking = people, unlinking

    def join(
        self, connection: Connection, owner: Owner, account: Account, tokens: Mapping[str, Any], now: float
    ) -> Joined:
        """Link the two accounts, end all that was offered to the person, and have what waited for it run.

        `tokens` as `agent.store.people.sealed` makes them; what is before goes in the same transaction.
        """
        before = self._people.unlink(connection, owner.team_id, owner.user_id)
        at = datetime.fromtimestamp(now, UTC)
        person = Person(
            team_id=owner.team_id, user_id=owner.user_id, ghes_id=account.id, login=account.login, linked_at=at
        )
        link(connection, person, tokens)
        links.end_all(connection, owner)
        device_links.end_all(connection, owner)
        if before and before.person.ghes_id != account.id:
            note(connection, now, _entry(before.person, "unlink", f"connected as {account.login} instead"))
            end_sponsorships(connection, owner.team_id, owner.user_id, now)
        note(connection, now, _entry(person, "link", "done"))
        changed(connection, owner.team_id, owner.user_id, now)
        resume(connection, signed_in(owner.team_id, owner.user_id), now)
        return Joined(person=person, before=before)

    async def let_go(self, joined: Joined) -> None:
        """Have GHES revoke what the Slack user had as somebody else, now that the transaction is over.

        Linked anew as the same person, nothing is revoked: the new tokens are of the same authorization.
        """
        log.info("accounts are linked", team_id=joined.person.team_id, user_id=joined.person.user_id)
        before = joined.before
        if before and before.tokens and before.person.ghes_id != joined.person.ghes_id:
            await self._unlinking.discard(before.person.ghes_id, before.tokens)

    async def give_back(self, account: Account, tokens: Tokens) -> bool:
        """Have GHES revoke what it granted for a link that had ended by then; False when it didn't confirm it.

        Not what is in use: a store that was away may have kept it all the same.
        """
        for person in await self._people.with_id(account.id):
            with suppress(UnreadableSecretError):
                held = await self._people.held(person.team_id, person.user_id)
                if held and held.tokens.access == tokens.access:
                    return True
        return await self._unlinking.discard(account.id, tokens)


def _entry(person: Person, action: str, outcome: str) -> Entry:
    return Entry(
        team_id=person.team_id,
        user_id=person.user_id,
        login=person.login,
        action=action,
        target=f"{person.team_id}/{person.user_id}",
        outcome=outcome,
    )
