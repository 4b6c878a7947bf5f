"""A subscription that ends takes with it what was allowed for its sake, on both stores and however it ends."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select

from agent.slash.ports import UndoId
from agent.sponsors.ports import Answer
from agent.store.audit import SqlAudit
from agent.store.people_tables import allowances
from agent.store.sponsors import SqlSponsoring
from agent.store.subscription_file import apply, held
from agent.store.subscription_listing import page
from agent.store.subscription_removing import remove
from agent.store.subscriptions import SqlSubscriptions
from agent.store.tables import repositories
from agent.subscription_file.planning import steps
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants
from infra.sandbox.driven_clock import DrivenClock
from shared.address import Address

HERE = Address(team_id="T1", channel_id="C1")
PAY, DOCS = (Target(scope=Scope.REPO, id=id_, name=name) for id_, name in ((7, "acme/pay"), (8, "acme/docs")))
ACME = Target(scope=Scope.OWNER, id=5, name="acme")
ISSUES = Wants(features={"issues": PLAIN})


class Office:
    """A channel in which acme/pay and acme/docs, both private, are allowed."""

    def __init__(self, store: Any) -> None:
        self.store, self.clock = store, DrivenClock()
        self.sponsoring = SqlSponsoring(store, self.clock, ())
        self.subscriptions = SqlSubscriptions(store, self.clock)

    async def open(self) -> None:
        for target in (PAY, DOCS):
            row = {"owner_id": 5, "owner": "acme", "url": "", "default_branch": "main", "updated_at": 0.0}
            name = target.name.split("/")[1]
            there = insert(repositories).values(id=target.id, name=name, visibility="private", **row)
            await self.store.write(lambda connection, there=there: connection.execute(there).rowcount)
            await self.sponsoring.answer(HERE, target, Answer.YES, "U7")

    async def subscribes(self, *targets: Target) -> UndoId:
        changes = [Change(target=each, before=None, after=ISSUES) for each in targets]
        return await self.subscriptions.change(HERE, changes, "U1")

    async def unsubscribes(self, *targets: Target) -> None:
        """`/ghe unsubscribe`."""
        await self.subscriptions.change(
            HERE, [Change(target=each, before=ISSUES, after=None) for each in targets], "U1"
        )

    async def removes(self, *targets: Target) -> None:
        """In the console."""
        for row in (await self.store.read(partial(page, filters={}, after=None, limit=9))).rows:
            if row.target in targets:
                await self.store.write(partial(remove, id_=row.id, was=row.words, by="ada", now=2.0))

    async def prunes(self, *_targets: Target) -> None:
        """`subscriptions apply --prune` of a file that names no channel."""
        planned = steps((), (await self.store.read(held)).channels, prune=True)
        await self.store.write(partial(apply, wished=(), planned=planned, now=2.0, prune=True))

    async def allowed(self) -> list[int]:
        found = select(allowances.c.target_id).where(allowances.c.answer == Answer.YES).order_by(allowances.c.target_id)
        return list(await self.store.read(lambda connection: connection.execute(found).scalars().all()))

    async def noted(self) -> list[tuple[str, str, str]]:
        entries = [each.entry for each in await SqlAudit(self.store, self.clock).since(None)]
        return [
            (each.user_id or each.login, each.target, each.outcome) for each in entries if each.action == "take back"
        ]


@pytest.fixture
async def office(open_store: Callable[[], Any]) -> Office:
    made = Office(open_store())
    await made.open()
    return made


Ending = Callable[..., Awaitable[None]]
WAYS = [(Office.unsubscribes, "U1"), (Office.removes, "ada"), (Office.prunes, "subscriptions apply")]


@pytest.mark.parametrize(("ends", "who"), WAYS)
async def test_a_permission_goes_with_its_subscription_and_it_is_written_down(
    office: Office, ends: Ending, who: str
) -> None:
    await office.subscribes(PAY)

    await ends(office, PAY)

    assert await office.allowed() == [DOCS.id]
    assert await office.noted() == [(who, "acme/pay", "its subscription ended")]


@pytest.mark.parametrize(("ends", "who"), WAYS)
async def test_with_an_owner_go_the_permissions_of_all_its_repositories(office: Office, ends: Ending, who: str) -> None:
    await office.subscribes(ACME)

    await ends(office, ACME)

    assert await office.allowed() == []
    assert await office.noted() == [
        (who, "acme/pay", "its subscription ended"),
        (who, "acme/docs", "its subscription ended"),
    ]


async def test_a_permission_stays_that_another_subscription_of_the_channel_needs(office: Office) -> None:
    await office.subscribes(ACME, PAY)

    await office.unsubscribes(PAY)
    with_the_owner = await office.allowed()
    await office.subscribes(PAY)
    await office.unsubscribes(ACME)

    assert (with_the_owner, await office.allowed()) == ([PAY.id, DOCS.id], [PAY.id])


async def test_what_is_undone_takes_its_permission_with_it_too(office: Office) -> None:
    undo_id = await office.subscribes(PAY)

    await office.subscriptions.undo(HERE, undo_id, "U1")

    assert await office.allowed() == [DOCS.id]


async def test_a_changed_subscription_keeps_its_permission(office: Office) -> None:
    await office.subscribes(PAY)

    pulls = Wants(features={"pulls": PLAIN})
    await office.subscriptions.change(HERE, [Change(target=PAY, before=ISSUES, after=pulls)], "U1")

    assert await office.allowed() == [PAY.id, DOCS.id]
    assert await office.noted() == []


async def test_an_administrators_no_is_left_alone(office: Office) -> None:
    await office.sponsoring.take_back(HERE, PAY, "U7", is_shared=False)
    await office.subscribes(PAY)

    await office.unsubscribes(PAY)

    assert await office.sponsoring.answers(HERE, (PAY.id,)) == {PAY.id: Answer.NO}
