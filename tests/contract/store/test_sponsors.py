"""Sponsors on each of the two stores: rows, pauses, what is due, and who sees what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from agent.people.person import Person
from agent.slash.asked import from_json
from agent.slash.click import Click
from agent.slash.later import allowed
from agent.sponsors.notices import ANSWERED, GOES_ON, PAUSED, QUESTION
from agent.sponsors.ports import Answer, Standing
from agent.store import sponsor_checks
from agent.store.later import SqlLater
from agent.store.moving import Move, move_address
from agent.store.people import link
from agent.store.people_tables import sponsors
from agent.store.postgres import PostgresStore
from agent.store.sponsors import SqlSponsoring, end_sponsorships
from agent.store.sqlite import SqliteStore
from agent.store.subscriptions import SqlSubscriptions
from agent.store.tables import envelopes, repositories, subscriptions
from agent.store.visibility import seeing
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants
from infra.sandbox.driven_clock import DrivenClock
from shared.address import Address
from shared.event import label

AnyStore = SqliteStore | PostgresStore
HERE, THERE = (Address(team_id="T1", channel_id=each) for each in ("C1", "C2"))
PAY = Target(scope=Scope.REPO, id=7, name="acme/pay")
ACME = Target(scope=Scope.OWNER, id=5, name="acme")
WANTS = Wants(features={"issues": PLAIN})


class Office:
    """A store with a private repository that channels are subscribed to."""

    def __init__(self, store: AnyStore) -> None:
        self.store, self.clock = store, DrivenClock()
        self.sponsoring = SqlSponsoring(store, self.clock, ("Linus",))
        self.subscriptions = SqlSubscriptions(store, self.clock)

    async def open(self) -> None:
        row = {"owner_id": 5, "owner": "acme", "name": "pay", "url": "", "default_branch": "main", "updated_at": 0.0}
        statement = insert(repositories).values(id=7, visibility="private", **row)
        await self.store.write(lambda connection: connection.execute(statement).rowcount)
        for user_id, login in (("U1", "mona"), ("U2", "ada"), ("U7", "linus")):
            await self.link(user_id, login)

    async def link(self, user_id: str, login: str) -> None:
        at = datetime.fromtimestamp(0, UTC)
        person = Person(team_id="T1", user_id=user_id, ghes_id=int(user_id[1:]), login=login, linked_at=at)
        tokens = {"access": b"", "access_ends_at": None, "refresh": None, "refresh_ends_at": None}
        await self.store.write(lambda connection: link(connection, person, tokens))

    async def subscribe(self, address: Address = HERE, target: Target = PAY) -> None:
        change = Change(target=target, before=None, after=WANTS)
        await self.subscriptions.change(address, [change], "U1")

    async def ends(self, user_id: str, channel_id: str | None = None) -> None:
        ended = partial(end_sponsorships, team_id="T1", user_id=user_id, now=self.now, channel_id=channel_id)
        await self.store.write(ended)

    async def paused(self, address: Address = HERE) -> list[str]:
        return [each.target.name for each in await self.subscriptions.of(address) if each.paused]

    async def sees(self) -> set[int]:
        return (await self.store.read(partial(seeing, repository_ids=(7,)))).get(7, set())

    async def due(self) -> list[tuple[str, int, str]]:
        found = await self.store.read(partial(sponsor_checks.due, before=self.now - 86400))
        return [(each.row.scope, each.row.target_id, each.row.user_id) for each in found]

    async def told(self) -> list[Click]:
        rows = await self.store.read(
            lambda connection: connection.execute(select(envelopes.c.payload).order_by(envelopes.c.seq)).scalars().all()
        )
        asked = [from_json(each) for each in rows]
        return [each for each in asked if isinstance(each, Click)]

    @property
    def now(self) -> float:
        return self.clock.now().timestamp()


@pytest.fixture
async def office(open_store: Callable[[], AnyStore]) -> Office:
    made = Office(open_store())
    await made.open()
    return made


async def test_a_sponsor_lets_exactly_this_channel_see_exactly_this_repository(office: Office) -> None:
    await office.subscribe()
    await office.subscribe(THERE)
    before = await office.sees()

    standing = await office.sponsoring.sponsor(HERE, PAY, "U1")
    again = await office.sponsoring.sponsor(HERE, PAY, "U1")

    assert (before, len(await office.sees())) == (set(), 1)
    assert (standing, again) == (Standing.NEW, Standing.SAME)
    assert await office.sponsoring.of(HERE, PAY) == ["U1"]
    assert await office.sponsoring.of(THERE, PAY) == []


async def test_somebody_who_is_not_linked_lets_nobody_see_anything(office: Office) -> None:
    await office.subscribe()

    await office.sponsoring.sponsor(HERE, PAY, "U9")

    assert await office.sees() == set()


async def test_the_last_sponsor_who_goes_pauses_it_with_one_message(office: Office) -> None:
    await office.subscribe()
    for user_id in ("U1", "U2"):
        await office.sponsoring.sponsor(HERE, PAY, user_id)

    await office.ends("U1")
    still = await office.paused()
    await office.ends("U2")
    await office.ends("U2")

    assert (still, await office.paused()) == ([], ["acme/pay"])
    assert [(each.action_id, each.channel_id, each.value) for each in await office.told()] == [
        (PAUSED, "C1", "repo 7 acme/pay")
    ]


async def test_who_leaves_a_channel_stays_a_sponsor_elsewhere(office: Office) -> None:
    for address in (HERE, THERE):
        await office.subscribe(address)
        await office.sponsoring.sponsor(address, PAY, "U1")

    await office.ends("U1", "C1")

    assert (await office.paused(HERE), await office.paused(THERE)) == (["acme/pay"], [])


async def test_a_new_sponsor_takes_over_what_is_paused(office: Office) -> None:
    await office.subscribe()
    await office.sponsoring.sponsor(HERE, PAY, "U1")
    await office.ends("U1")

    standing = await office.sponsoring.sponsor(HERE, PAY, "U2")

    assert (standing, await office.paused()) == (Standing.TOOK_OVER, [])


async def test_a_repository_that_is_open_to_all_by_now_never_pauses(office: Office) -> None:
    await office.subscribe()
    await office.sponsoring.sponsor(HERE, PAY, "U1")
    opened = update(repositories).values(visibility="internal")
    await office.store.write(lambda connection: connection.execute(opened).rowcount)

    await office.ends("U1")

    assert await office.paused() == []


async def test_a_paused_repository_stays_silent_through_its_owners_subscription_too(office: Office) -> None:
    await office.subscribe()
    await office.subscribe(target=ACME)
    await office.sponsoring.sponsor(HERE, ACME, "U1", (7,))
    seen = await office.sees()

    paused = update(subscriptions).where(subscriptions.c.scope == Scope.REPO).values(paused_at=1.0)
    await office.store.write(lambda connection: connection.execute(paused).rowcount)

    assert (len(seen), await office.sees()) == (1, set())


async def test_an_owners_last_sponsor_pauses_it_only_where_something_private_arrived(office: Office) -> None:
    for address, ids in ((HERE, (7,)), (THERE, ())):
        await office.subscribe(address, ACME)
        await office.sponsoring.sponsor(address, ACME, "U1", ids)

    await office.ends("U1")

    assert (await office.paused(HERE), await office.paused(THERE)) == (["acme"], [])


async def test_sponsors_are_due_after_a_day_and_owners_before_their_repositories(office: Office) -> None:
    await office.subscribe(target=ACME)
    await office.sponsoring.sponsor(HERE, ACME, "U1", (7, 8))
    early = await office.due()
    await office.clock.advance(86401, step_s=86401)

    assert (early, await office.due()) == ([], [("owner", 5, "U1"), ("repo", 7, "U1"), ("repo", 8, "U1")])


async def test_what_an_owners_list_lacks_is_due_at_once_and_the_rest_is_renewed(office: Office) -> None:
    await office.subscribe(target=ACME)
    await office.sponsoring.sponsor(HERE, ACME, "U1", (7, 8))
    await office.clock.advance(86401, step_s=86401)
    [owner, *_] = await office.store.read(partial(sponsor_checks.due, before=office.now - 86400))

    await office.store.write(partial(sponsor_checks.renew, row=owner.row, readable=[8, 9], now=office.now))

    assert await office.due() == [("repo", 7, "U1")]


@pytest.mark.parametrize(
    ("key", "fields", "due"),
    [
        ("member.removed", {"member": {"id": 1}}, ["U1", "U2"]),
        ("repository.privatized", {}, ["U1", "U2"]),
        ("membership.removed", {"member": {"id": 2}, "repository": None}, ["U2"]),
        ("organization.member_removed", {"membership": {"user": {"id": 1}}, "repository": None}, ["U1"]),
        ("team.deleted", {"organization": {"id": 5}, "repository": None}, ["U1", "U2"]),
        ("team.removed_from_repository", {}, ["U1", "U2"]),
        ("issues.opened", {}, []),
    ],
)
async def test_an_event_that_may_take_access_has_its_sponsors_asked_again(
    office: Office, key: str, fields: dict[str, Any], due: list[str]
) -> None:
    await office.subscribe()
    for user_id in ("U1", "U2"):
        await office.sponsoring.sponsor(HERE, PAY, user_id)
    name, _, action = key.partition(".")
    repository = {"id": 7, "name": "pay", "owner": {"id": 5, "login": "acme"}, "visibility": "private"}
    event = label("d1", name, {"action": action, "repository": repository, **fields}, office.clock.now())

    await office.store.write(partial(sponsor_checks.heed, event=event))

    assert [user_id for _, _, user_id in await office.due()] == due
    assert sponsor_checks.concerns_sponsors(event) is bool(due)


async def test_a_subscription_without_sponsors_looks_for_one_until_it_is_paused_or_has_one(office: Office) -> None:
    await office.subscribe()
    await office.subscribe(THERE)

    bare = await office.store.read(sponsor_checks.unsponsored)
    await office.sponsoring.sponsor(THERE, PAY, "U1")
    left = await office.store.read(sponsor_checks.unsponsored)

    assert [each.address for each in bare] == [HERE, THERE]
    assert [each.address for each in left] == [HERE]


async def test_an_administrators_first_answer_counts_and_a_no_lasts_half_an_hour(office: Office) -> None:
    none = await office.sponsoring.ask(replace(HERE, team_id="T2"), PAY, "U1")
    asked = [await office.sponsoring.ask(HERE, PAY, "U1") for _ in range(2)]
    waiting = await office.sponsoring.answers(HERE, (7,))

    said = [await office.sponsoring.answer(HERE, PAY, each, "U7") for each in (Answer.NO, Answer.YES)]
    now = await office.sponsoring.answers(HERE, (7,))
    await office.clock.advance(1801, step_s=1801)

    assert (none, asked) == (0, [1, 1])
    assert (waiting, said, now) == ({7: Answer.ASKED}, [Answer.NO, Answer.NO], {7: Answer.NO})
    assert await office.sponsoring.answers(HERE, (7,)) == {}
    assert [(each.action_id, each.user_id) for each in await office.told()] == [(QUESTION, "U7"), (ANSWERED, "U1")]


async def test_only_administrators_who_are_linked_may_answer(office: Office) -> None:
    may = [await office.sponsoring.may_answer(*who) for who in (("T1", "U7"), ("T1", "U1"), ("T2", "U7"))]

    assert may == [True, False, False]


async def test_a_yes_has_go_on_what_waited_and_what_was_paused_for_it(office: Office) -> None:
    await office.subscribe()
    await office.sponsoring.sponsor(HERE, PAY, "U1")
    await office.sponsoring.ask(HERE, PAY, "")
    paused = update(subscriptions).values(paused_at=1.0)
    await office.store.write(lambda connection: connection.execute(paused).rowcount)

    await office.sponsoring.answer(HERE, PAY, Answer.YES, "U7")

    assert await office.paused() == []
    assert (await office.told())[-1].action_id == GOES_ON


async def test_sponsors_answers_and_what_waits_for_one_go_with_a_channel_that_gets_a_new_id(office: Office) -> None:
    await office.subscribe()
    await office.sponsoring.sponsor(HERE, PAY, "U1")
    await office.sponsoring.sponsor(THERE, PAY, "U1")
    await office.sponsoring.ask(HERE, PAY, "U1")
    later, click = SqlLater(office.store, office.clock), (await office.told())[0]
    await later.keep(replace(click, channel_id="C1"), allowed(HERE, 7))

    move = Move(team_id="T1", old_channel_id="C1", new_channel_id="C2")
    await office.store.write(partial(move_address, move=move, now=office.now))

    assert await office.sponsoring.of(THERE, PAY) == ["U1"]
    assert await office.sponsoring.answers(THERE, (7,)) == {7: Answer.ASKED}
    assert await later.resume(allowed(THERE, 7)) == 1
    rows = await office.store.read(lambda connection: connection.execute(select(sponsors)).all())
    assert len(rows) == 1
