"""A workspace that goes over from one transport to the other, on both stores."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from agent.outbox.transport import SaidOnce
from agent.store.tables import addresses, notifications, threads, workspaces
from agent.store.transports import HEARD_S, ask_for, follow_setting, go_over, is_awaited, transport_of
from agent.store.versions import read
from agent.store.workspace_rows import choose_for, known
from agent.store.workspaces import Installation, keep_installation, keep_workspace
from agent.workspaces import Workspace
from shared.card import DataClass
from shared.outcome import Accepted, Retry, Unknown

TITLE = DataClass.TITLE


@pytest.fixture
async def there(agent: Any) -> Any:
    """An agent that has T1, with a channel that wants everything of acme/pay."""
    made = Workspace(team_id="T1", name="Acme", domain="acme", bot_user_id="U0", token="xoxb-1", scopes=frozenset())
    own = Installation(id="T1", name="Acme", token=b"sealed", scopes=frozenset())
    await agent.store.write(partial(keep_installation, installation=own, now=0.0))
    await agent.store.write(partial(keep_workspace, workspace=made, now=0.0))
    return agent


def now(agent: Any) -> float:
    return float(agent.clock.now().timestamp())


async def asked(agent: Any, transport: str) -> None:
    await agent.store.write(partial(ask_for, team_id="T1", transport=transport, relayed=TITLE, now=now(agent)))


async def gone(agent: Any) -> list[str]:
    return list(await agent.store.write(partial(go_over, now=now(agent), relayed=TITLE)))


async def state(agent: Any) -> tuple[str, str | None, str]:
    (row,) = await agent.rows(workspaces)
    return row.transport, row.next_transport, row.data_class


async def test_it_goes_over_when_every_process_has_heard_of_it_and_shows_less_before_that(there: Any) -> None:
    versions = await there.store.read(read)
    await asked(there, "relay")
    early, at_once = await gone(there), await state(there)
    await there.pass_(HEARD_S)

    assert await gone(there) == ["T1"]

    assert (early, at_once) == ([], ("direct", "relay", "title"))
    assert await state(there) == ("relay", None, "title")
    assert await there.store.read(partial(transport_of, team_id="T1", otherwise="?")) == "relay"
    assert await there.store.read(partial(transport_of, team_id="T9", otherwise="?")) == "?"
    assert await there.store.read(read) != versions


async def test_meanwhile_nothing_new_is_posted_and_afterwards_it_is(there: Any) -> None:
    await asked(there, "relay")
    await there.push("one")
    await there.work()
    before = list(there.slack.attempts)
    await there.pass_(HEARD_S)
    await gone(there)
    await there.work()

    assert before == []
    assert len(there.slack.attempts) == 1


async def test_what_was_accepted_is_waited_for_and_sent_again_if_need_be(there: Any) -> None:
    there.slack.answers(Accepted())
    await there.push("one")
    await there.work()
    await there.push("two")
    await asked(there, "relay")
    await there.pass_(HEARD_S)
    held, awaited = await gone(there), await there.store.read(is_awaited)
    await there.pass_(900)
    await there.work()

    assert (held, awaited) == ([], True)
    assert [post.id for post in there.slack.attempts] == [there.slack.attempts[0].id] * 2
    assert await there.states() == ["delivered", "queued"]
    assert await gone(there) == ["T1"]
    assert not await there.store.read(is_awaited)


async def test_what_nobody_knows_of_is_found_out_first(there: Any) -> None:
    there.slack.answers(Unknown("timeout"))
    await there.push("one")
    await there.work()
    await asked(there, "relay")
    await there.pass_(HEARD_S)
    held = await gone(there)
    await there.work_for(30)

    assert held == []
    assert await there.states() == ["delivered"]
    assert await gone(there) == ["T1"]


async def test_what_was_certainly_not_taken_goes_the_new_way(there: Any) -> None:
    there.slack.answers(Retry(3600.0, "http_503"))
    await there.push("one")
    await there.work()
    await asked(there, "relay")
    await there.pass_(HEARD_S)

    assert await there.states() == ["queued"]
    assert await gone(there) == ["T1"]


@pytest.mark.parametrize("busy", ["lease", "rewrite"])
async def test_whoever_works_at_one_of_its_channels_is_waited_for(there: Any, busy: str) -> None:
    await there.issue("opened")
    await there.work()
    await asked(there, "relay")
    await there.pass_(HEARD_S)
    if busy == "lease":
        await there.set(addresses, lease_until=now(there) + 50)
    else:
        await there.set(threads, rewrite_at=now(there) + 85)
    held = await gone(there)
    await there.pass_(86)

    assert (held, await gone(there)) == ([], ["T1"])


async def test_what_other_workspaces_have_on_their_way_holds_up_nobody(there: Any) -> None:
    await there.subscribe("C9", "T2")
    there.slack.answers(Accepted(), Accepted())
    await there.push("one")
    await there.work()
    await there.store.write(
        lambda connection: (
            connection.execute(
                update(notifications)
                .where(
                    notifications.c.address_id.in_(
                        addresses.select().with_only_columns(addresses.c.id).where(addresses.c.team_id == "T1")
                    )
                )
                .values(state="delivered")
            ).rowcount
        )
    )
    await asked(there, "relay")
    await there.pass_(HEARD_S)

    assert await gone(there) == ["T1"]


async def test_asking_for_what_it_is_takes_the_asking_back_and_goes_on_at_once(there: Any) -> None:
    await asked(there, "relay")
    await there.push("one")
    await there.work()

    await asked(there, "direct")
    await there.work()
    await there.pass_(HEARD_S)

    assert await state(there) == ("direct", None, "full")
    assert len(there.slack.attempts) == 1
    assert await gone(there) == []


async def test_a_data_class_that_was_chosen_stays_whatever_the_way(there: Any) -> None:
    choosing = partial(choose_for, team_id="T1", relayed=TITLE, by="setup", now=now(there))
    await there.store.write(partial(choosing, data_class=DataClass.FULL, transport="relay"))
    await there.pass_(HEARD_S)
    await gone(there)
    relayed = await state(there)
    await there.store.write(partial(choosing, data_class=DataClass.LINK, transport=None))
    await asked(there, "direct")
    await there.pass_(HEARD_S)
    await gone(there)

    assert relayed == ("relay", None, "full")
    assert await state(there) == ("direct", None, "link")


async def test_one_that_was_not_chosen_follows_the_setting_and_is_full_again_when_it_is_direct(there: Any) -> None:
    await asked(there, "relay")
    await there.pass_(HEARD_S)
    await gone(there)
    await there.store.write(partial(follow_setting, relayed=DataClass.LINK))
    relayed = await state(there)
    await asked(there, "direct")
    (going,) = await there.store.read(known)
    await there.pass_(HEARD_S)
    await gone(there)

    assert relayed == ("relay", None, "link")
    assert (going.transport_says, going.data_class) == ("relay, going over to direct", "link")
    assert await state(there) == ("direct", None, "full")


async def test_what_may_be_sent_again_is_so_at_once_and_stays_unknown_until_it_is_taken(there: Any) -> None:
    there.slack.look_answer = SaidOnce()
    there.slack.answers(Unknown("timeout"), Retry(None, "unreachable"), Accepted())
    await there.push("one")
    await there.work()
    await there.pass_(11)
    await there.work()
    (still,) = await there.states()
    await there.work_for(70)

    assert still == "unknown"
    assert await there.states() == ["accepted"]
    assert len({post.id for post in there.slack.attempts}) == 1
    assert len(there.slack.attempts) == 3


@pytest.mark.parametrize(("posted_ago_s", "due_in_s"), [(300.0, 600.0), (5000.0, 0.0)])
async def test_one_that_leaves_a_silent_relay_waits_for_receipts_as_long_as_at_first(
    there: Any, posted_ago_s: float, due_in_s: float
) -> None:
    there.slack.answers(Accepted())
    await there.push("one")
    await there.work()
    await there.pass_(1)
    await there.set(notifications, posted_at=now(there) - posted_ago_s, due_at=now(there) + 14000)
    await there.set(addresses, next_at=now(there) + 14000)

    await asked(there, "relay")
    (row,) = await there.rows(notifications)
    await there.pass_(due_in_s + 0.1)
    await there.work()

    assert row.due_at - now(there) == pytest.approx(-0.1)
    assert len(there.slack.attempts) == 2
    assert await there.states() == ["delivered"]


async def test_of_others_and_of_one_that_stays_no_wait_is_shortened(there: Any) -> None:
    there.slack.answers(Accepted(), Accepted())
    await there.subscribe("C9", "T2")
    await there.push("one")
    await there.work()
    await there.set(notifications, due_at=now(there) + 14000)

    await asked(there, "direct")
    staying = {row.due_at - now(there) for row in await there.rows(notifications)}
    await asked(there, "relay")
    leaving = [row.due_at - now(there) for row in await there.rows(notifications)]

    assert staying == {14000.0}
    assert sorted(leaving) == [pytest.approx(900, abs=1), 14000.0]


@pytest.mark.parametrize(("rank", "wait_s"), [(2, 900.0), (3, 1800.0), (6, 14400.0), (9, 14400.0)])
async def test_a_drawing_without_a_receipt_holds_nobody_longer_than_at_first_however_often_it_went(
    there: Any, rank: int, wait_s: float
) -> None:
    await there.issue("opened")
    await there.work()
    marker = now(there) - 500
    await there.set(threads, rewrite_at=marker + wait_s, rewrite_rank=rank)

    for _ in range(2):
        await asked(there, "relay")
    row = await there.thread()
    await there.pass_(370)
    held = await gone(there)
    await there.pass_(30)

    assert (row.rewrite_at, row.rewrite_rank) == (marker + 900, 2)
    assert (held, await gone(there)) == ([], ["T1"])


async def test_a_drawing_that_is_being_sent_keeps_its_marker(there: Any) -> None:
    await there.issue("opened")
    await there.work()
    await there.set(threads, rewrite_at=now(there) + 85, rewrite_rank=5)

    await asked(there, "relay")

    assert (await there.thread()).rewrite_at == now(there) + 85
