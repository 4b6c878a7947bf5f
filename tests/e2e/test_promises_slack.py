"""What is promised when Slack is away, slow or busy, and when its sockets are."""

import asyncio
from typing import Any

from infra.sandbox.slack import breakage, people
from infra.sandbox.slack.faults import Down, Limited, RequestLost
from infra.sandbox.slack.world import ephemerals, messages


async def test_slack_down_for_an_hour_429_5xx(rig: Any) -> None:
    slack, titles = rig.world.slack, list[str]()
    breakage.reset(slack)
    for trouble in (Down(), RequestLost(), Limited(retry_after_s=45)):
        slack.faults.clear()
        slack.faults.add(trouble, times=None)
        for _ in range(2):
            titles.append(f"number {len(titles)}")
            await rig.issue(titles[-1])
            await rig.passes(600, step_s=10)
    assert not rig.posts()

    slack.faults.clear()
    took_s = await rig.within(400, lambda: len(rig.posts()) == len(titles), step_s=1)
    await rig.passes(120, step_s=2)

    assert took_s <= 310
    assert [each.text.partition(": #")[2][2:] for each in rig.posts()] == titles
    assert len(breakage.open_sockets(slack)) == 2


async def test_a_429_of_one_workspace_and_method_stops_no_other(rigs: Any) -> None:
    async with rigs() as rig:
        first, second = rig.world.slack.teams.values()
        await rig.install(second)
        await rig.start()
        await rig.subscribe()
        await rig.subscribe(team="globex")
        opened = await rig.issue("before")
        await rig.passes(3)
        rig.world.slack.faults.add(Limited(retry_after_s=60), method="chat.postMessage", team_id=first.team_id)

        await rig.issue("It leaks")
        await rig.close(opened)
        await rig.passes(5)

        assert not rig.posts("It leaks")
        assert len(rig.posts("It leaks", team="globex")) == 1
        parents = [next(iter(rig.posts("before", team=team))) for team in ("acme", "globex")]
        assert [len(parent.edits) for parent in parents] == [1, 1]
        await rig.passes(60)
        assert len(rig.posts("It leaks")) == 1


async def test_retry_after_survives_a_restart(rig: Any) -> None:
    rig.world.slack.faults.add(Limited(retry_after_s=300), method="chat.postMessage")
    await rig.issue("It leaks")
    await rig.calm()
    await rig.killed(rig.agents[0])
    await rig.start()

    took_s = await rig.within(400, lambda: rig.posts("It leaks"), step_s=1)

    assert 299 <= took_s <= 302
    assert rig.calls("chat.postMessage") == 2


async def test_all_sockets_refreshed_at_the_same_moment(rig: Any) -> None:
    slack, typed = rig.world.slack, []
    closing = asyncio.create_task(breakage.warn(slack))
    while not closing.done():
        typed.append(people.slash(slack, "acme", "dev", "mona", "subscribe list"))
        await rig.passes(0.25)
    await rig.passes(5)

    assert all(command.acknowledged for command in typed)
    assert len(ephemerals(slack, "acme", "dev", "mona")) == len(typed) >= 40
    assert not slack.complaints


async def test_no_socket_open_while_somebody_types(rig: Any) -> None:
    slack = rig.world.slack
    slack.faults.add(Down(), method="apps.connections.open", times=None)
    breakage.reset(slack)
    await rig.calm()

    command = people.slash(slack, "acme", "dev", "mona", "subscribe acme/docs")
    await rig.passes(10)

    assert command.shown == "dispatch_failed"
    slack.faults.clear()
    await rig.within(40, lambda: len(breakage.open_sockets(slack)) == 2)
    await rig.passes(5)
    assert not messages(slack, "acme", "dev")
    await rig.subscribe("dev")
    assert len(messages(slack, "acme", "dev")) == 1


async def test_a_command_that_was_acknowledged_before_a_kill_is_answered_after_it(rig: Any) -> None:
    life = rig.agents[0].store.life
    await rig.calm()
    life.last = life.begun + 1
    command = people.slash(rig.world.slack, "acme", "dev", "mona", "subscribe acme/docs")
    await rig.within(5, life.dead.is_set)
    await rig.killed(rig.agents[0])
    assert command.acknowledged
    assert not messages(rig.world.slack, "acme", "dev")

    await rig.start()
    await rig.passes(5)

    assert len(messages(rig.world.slack, "acme", "dev")) == 1
