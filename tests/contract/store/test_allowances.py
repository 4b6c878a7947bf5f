"""An administrator's yes that is taken back, on each of the two stores."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select

from agent.people.person import Person
from agent.slash.asked import from_json
from agent.slash.click import Click
from agent.sponsors.notices import GOES_ON, PAUSED, QUESTION
from agent.sponsors.ports import Answer
from agent.store.audit import SqlAudit
from agent.store.people import link
from agent.store.sponsors import SqlSponsoring
from agent.store.subscriptions import SqlSubscriptions
from agent.store.tables import envelopes, repositories
from agent.store.visibility import seeing
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants
from infra.sandbox.driven_clock import DrivenClock
from shared.address import Address

HERE, THERE = (Address(team_id="T1", channel_id=each) for each in ("C1", "C2"))
PAY = Target(scope=Scope.REPO, id=7, name="acme/pay")
ACME = Target(scope=Scope.OWNER, id=5, name="acme")


class Office:
    """A store with the private repository acme/pay; U1 and the administrator U7 are linked."""

    def __init__(self, store: Any) -> None:
        self.store, self.clock = store, DrivenClock()
        self.sponsoring = SqlSponsoring(store, self.clock, ("linus",))
        self.subscriptions = SqlSubscriptions(store, self.clock)

    async def open(self) -> None:
        row = {"owner_id": 5, "owner": "acme", "name": "pay", "url": "", "default_branch": "main", "updated_at": 0.0}
        there = insert(repositories).values(id=7, visibility="private", **row)
        await self.store.write(lambda connection: connection.execute(there).rowcount)
        for user_id, login in (("U1", "mona"), ("U7", "linus")):
            at = datetime.fromtimestamp(0, UTC)
            person = Person(team_id="T1", user_id=user_id, ghes_id=int(user_id[1:]), login=login, linked_at=at)
            tokens = {"access": b"", "access_ends_at": None, "refresh": None, "refresh_ends_at": None}
            await self.store.write(partial(link, person=person, tokens=tokens))

    async def allow(self, address: Address = HERE, target: Target = PAY) -> None:
        """A subscription that an administrator has allowed."""
        change = Change(target=target, before=None, after=Wants(features={"issues": PLAIN}))
        await self.subscriptions.change(address, [change], "U1")
        await self.sponsoring.answer(address, PAY, Answer.YES, "U7")
        await self.sponsoring.sponsor(address, target, "U1", () if target is PAY else (7,))

    async def take_back(self, *, is_shared: bool = True) -> bool:
        return await self.sponsoring.take_back(HERE, PAY, "U7", is_shared=is_shared)

    async def paused(self, address: Address = HERE) -> list[str]:
        return [each.target.name for each in await self.subscriptions.of(address) if each.paused]

    async def seen_by(self) -> int:
        """How many channels see the repository."""
        found = await self.store.read(partial(seeing, repository_ids=(7,)))
        return len(found.get(7, ()))

    async def told(self) -> list[tuple[str, str]]:
        kept = select(envelopes.c.payload).order_by(envelopes.c.seq)
        rows = await self.store.read(lambda connection: connection.execute(kept).scalars().all())
        clicks = [from_json(each) for each in rows]
        return [(each.action_id, each.channel_id or each.user_id) for each in clicks if isinstance(each, Click)]


@pytest.fixture
async def office(open_store: Callable[[], Any]) -> Office:
    made = Office(open_store())
    await made.open()
    return made


async def test_a_yes_that_is_taken_back_pauses_its_subscription_there_and_the_channel_is_told_once(
    office: Office,
) -> None:
    for address in (HERE, THERE):
        await office.allow(address)

    taken = [await office.take_back() for _ in range(2)]

    assert taken == [True, False]
    assert (await office.paused(), await office.paused(THERE), await office.seen_by()) == (["acme/pay"], [], 1)
    assert await office.told() == [(PAUSED, "C1")]
    assert await office.sponsoring.answers(HERE, (7,)) == {7: Answer.NO}
    noted = [each.entry for each in await SqlAudit(office.store, office.clock).since(None)]
    assert [(each.action, each.user_id, each.target) for each in noted if each.action in {"take back", "pause"}] == [
        ("take back", "U7", "acme/pay"),
        ("pause", "", "acme/pay"),
    ]


async def test_what_arrived_through_its_owner_stops_without_a_word(office: Office) -> None:
    await office.allow(target=ACME)
    before = await office.seen_by()

    await office.take_back()

    assert (before, await office.seen_by()) == (1, 0)
    assert (await office.paused(), await office.told()) == ([], [])


async def test_in_a_channel_that_is_not_shared_any_more_nothing_pauses(office: Office) -> None:
    await office.allow()

    taken = await office.take_back(is_shared=False)

    assert (taken, await office.paused(), await office.seen_by()) == (True, [], 1)


async def test_a_no_cannot_be_taken_back(office: Office) -> None:
    await office.sponsoring.answer(HERE, PAY, Answer.NO, "U7")

    assert not await office.take_back()


async def test_only_somebody_who_asks_has_administrators_asked_again_and_their_yes_has_it_go_on(
    office: Office,
) -> None:
    await office.allow()
    await office.take_back()
    await office.clock.advance(86400, step_s=86400)

    await office.sponsoring.ask(HERE, PAY, "")
    unasked = await office.told()
    await office.sponsoring.ask(HERE, PAY, "U1")
    await office.sponsoring.answer(HERE, PAY, Answer.YES, "U7")

    assert unasked == [(PAUSED, "C1")]
    assert (await office.told())[1:3] == [(QUESTION, "U7"), (GOES_ON, "C1")]
    assert (await office.paused(), await office.seen_by()) == ([], 1)
