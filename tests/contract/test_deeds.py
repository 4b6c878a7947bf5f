"""What the ports of what people do promise, on both stores and with two replicas: acts, settings, the audit log."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from agent.audit import Audit, Entry, Noted
from agent.people.person import Person
from agent.slash.acts import Acts, Begun, Ended, New
from agent.slash.channel_settings import ChannelSettings, Chosen
from agent.slash.ports import ConflictError
from agent.store.acts import SqlActs
from agent.store.audit import SqlAudit
from agent.store.channel_settings import SqlChannelSettings
from agent.store.people import link
from agent.store.port import Store
from agent.store.subscriptions import SqlSubscriptions
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants
from infra.sandbox.driven_clock import DrivenClock
from shared.address import Address

HERE, THERE = Address(team_id="T1", channel_id="C1"), Address(team_id="T1", channel_id="C2")


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def replicas(open_store: Callable[[], Any]) -> list[Store]:
    """Two processes on one store."""
    return [open_store(), open_store()]


@pytest.fixture
def acts(replicas: Sequence[Store], clock: DrivenClock) -> list[Acts]:
    return [SqlActs(store, clock) for store in replicas]


@pytest.fixture
def settings(replicas: Sequence[Store], clock: DrivenClock) -> list[ChannelSettings]:
    return [SqlChannelSettings(store, clock) for store in replicas]


@pytest.fixture
def audits(replicas: Sequence[Store], clock: DrivenClock) -> list[Audit]:
    return [SqlAudit(store, clock) for store in replicas]


async def test_of_all_who_begin_an_act_one_may(acts: list[Acts], clock: DrivenClock) -> None:
    answers = await asyncio.gather(*(each.begin("1.1") for each in acts * 3))

    assert sorted(type(answer).__name__ for answer in answers) == ["Begun"] * 5 + ["New"]
    assert await acts[0].begin("1.1") == Begun(at=clock.now())
    assert await acts[1].begin("1.2") == New()


async def test_an_act_that_is_over_says_what_it_came_to(acts: list[Acts]) -> None:
    await acts[0].begin("1.1")
    await acts[0].end("1.1", "octo/shop#12")

    assert [await each.begin("1.1") for each in acts] == [Ended(result="octo/shop#12")] * 2


async def test_an_act_that_is_over_without_words_is_over(acts: list[Acts]) -> None:
    await acts[0].begin("1.1")
    await acts[0].end("1.1", "")

    assert await acts[1].begin("1.1") == Ended(result="")


async def test_an_act_that_is_wanted_again_is_new(acts: list[Acts]) -> None:
    await acts[0].begin("1.1")
    await acts[1].again("1.1")

    assert [await each.begin("1.1") for each in acts] == [New(), Begun(at=DrivenClock().now())]


async def test_a_channel_that_nobody_touched_has_the_defaults(settings: list[ChannelSettings]) -> None:
    assert await settings[0].of(HERE) == Chosen(threading=True, previews=True)
    assert await settings[0].last_repository(HERE) == ""


async def test_what_a_channel_chose_stays_its_own(settings: list[ChannelSettings]) -> None:
    await settings[0].choose(HERE, {"threading": False}, "U1")
    await settings[1].choose(THERE, {"threading": True, "previews": False}, "U2")

    assert await settings[1].of(HERE) == Chosen(threading=False, previews=True)
    assert await settings[0].of(THERE) == Chosen(threading=True, previews=False)


async def test_two_people_who_change_two_settings_at_once_both_get_their_way(settings: list[ChannelSettings]) -> None:
    told = [await settings[0].choose(HERE, {"threading": False}, "U1")]
    told.append(await settings[1].choose(HERE, {"previews": False}, "U2"))
    told.append(await settings[0].choose(HERE, {"threading": False}, "U3"))

    both = Chosen(threading=False, previews=False)
    assert told == [Chosen(threading=False, previews=True), both, both]
    assert await settings[0].of(HERE) == both


async def test_each_change_of_a_setting_is_in_the_audit_log_at_once_and_no_other_is(
    settings: list[ChannelSettings], audits: list[Audit]
) -> None:
    for previews in (False, False, True):
        await settings[0].choose(HERE, {"threading": False, "previews": previews}, "U1")

    found = [noted.entry for noted in await audits[1].since(None)]
    assert [entry.target for entry in found] == ["threading off", "previews off", "previews on"]
    assert {(entry.action, entry.channel_id, entry.user_id) for entry in found} == {("settings", "C1", "U1")}


async def test_the_last_repository_is_the_one_that_was_used_last(settings: list[ChannelSettings]) -> None:
    await settings[0].used(HERE, "octo/shop")
    await settings[1].used(HERE, "octo/docs")

    assert await settings[0].last_repository(HERE) == "octo/docs"
    assert await settings[0].last_repository(THERE) == ""


async def test_without_a_last_one_the_only_subscribed_repository_counts_and_of_several_none(
    settings: list[ChannelSettings], replicas: Sequence[Store], clock: DrivenClock
) -> None:
    subscriptions, wants = SqlSubscriptions(replicas[0], clock), Wants(features={"issues": PLAIN})
    shop, docs = (Target(scope=Scope.REPO, id=id_, name=name) for id_, name in ((1, "octo/shop"), (2, "octo/docs")))
    owner = Target(scope=Scope.OWNER, id=7, name="octo")
    await subscriptions.change(HERE, [Change(target=it, before=None, after=wants) for it in (owner, shop)], "U1")
    one = await settings[1].last_repository(HERE)
    await subscriptions.change(HERE, [Change(target=docs, before=None, after=wants)], "U1")

    assert (one, await settings[1].last_repository(HERE)) == ("octo/shop", "")


async def test_the_audit_log_is_in_order_and_says_when(audits: list[Audit], clock: DrivenClock) -> None:
    link, close = (
        Entry(team_id="T1", user_id="U1", login="ada", action="link"),
        Entry(
            team_id="T1", user_id="U1", channel_id="C1", login="ada", action="close", target="octo/shop#12",
            outcome="refused: 403",
        ),
    )  # fmt: skip
    first_at = clock.now()
    await audits[0].note(link)
    await clock.advance(60, step_s=60)
    await audits[1].note(close, link)

    later = first_at + timedelta(seconds=60)
    assert await audits[0].since(None) == [
        Noted(at=first_at, entry=link), Noted(at=later, entry=close), Noted(at=later, entry=link),
    ]  # fmt: skip
    assert [noted.entry for noted in await audits[1].since(later)] == [close, link]


async def test_each_change_of_a_subscription_is_in_the_audit_log_at_once_with_who_made_it(
    audits: list[Audit], replicas: Sequence[Store], clock: DrivenClock
) -> None:
    subscriptions, issues = SqlSubscriptions(replicas[0], clock), Wants(features={"issues": PLAIN})
    shop, pulls = Target(scope=Scope.REPO, id=1, name="octo/shop"), Wants(features={"pulls": PLAIN})
    mona = Person(team_id="T1", user_id="U1", ghes_id=9, login="mona", linked_at=clock.now())
    tokens = {"access": b"sealed", "access_ends_at": None, "refresh": None, "refresh_ends_at": None}
    await replicas[0].write(lambda connection: link(connection, mona, tokens))

    await subscriptions.change(HERE, [Change(target=shop, before=None, after=issues)], "U1")
    await subscriptions.change(HERE, [Change(target=shop, before=issues, after=pulls)], "U1")
    undo_id = await subscriptions.change(HERE, [Change(target=shop, before=pulls, after=None)], "U1")
    for _ in range(2):
        await subscriptions.undo(HERE, undo_id, "U2")
    with pytest.raises(ConflictError):
        await subscriptions.change(HERE, [Change(target=shop, before=None, after=issues)], "U1")

    found = [noted.entry for noted in await audits[1].since(None)]
    assert [(entry.action, entry.user_id, entry.login) for entry in found] == [
        ("subscribe", "U1", "mona"),
        ("change", "U1", "mona"),
        ("unsubscribe", "U1", "mona"),
        ("undo", "U2", ""),
    ]
    assert {(entry.team_id, entry.channel_id, entry.target) for entry in found} == {("T1", "C1", "octo/shop")}


async def test_nothing_to_note_is_nothing(audits: list[Audit]) -> None:
    await audits[0].note()

    assert await audits[0].since(None) == []
