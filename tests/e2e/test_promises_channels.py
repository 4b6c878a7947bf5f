"""What is kept for a channel that can't be posted to, and what frees it."""

import json
from dataclasses import replace
from typing import Any

from infra.sandbox.ghes import happen
from infra.sandbox.slack import events, workspace
from infra.sandbox.slack.faults import Says


async def test_what_an_archived_channel_missed_comes_when_it_is_unarchived(rig: Any) -> None:
    slack = rig.world.slack
    slack.app.events -= {"channel_archive"}  # we find out by a refusal
    workspace.archive(slack, "acme", "general")
    for title in ("one", "two", "three"):
        await rig.issue(title)
    await rig.passes(60, step_s=1)
    assert rig.calls("chat.postMessage") == 1
    parked = json.loads(await rig.page(rig.agents[0], "/status"))["parts"]["slack"]["parked_addresses"]
    assert [each["reason"] for each in parked] == ["is_archived"]

    workspace.unarchive(slack, "acme", "general")
    await rig.passes(5)

    assert [each.text.split()[-1] for each in rig.posts()] == ["one", "two", "three"]


async def test_what_a_channel_missed_without_the_bot_comes_when_it_is_invited(rig: Any) -> None:
    slack = rig.world.slack
    await rig.subscribe("team")
    slack.channel("acme", "team").members.discard(slack.team("acme").bot_user_id)
    for title in ("one", "two"):
        await rig.issue(title)
    await rig.passes(60, step_s=1)
    assert not rig.posts(channel="team")

    workspace.invite(slack, "acme", "team")
    await rig.passes(5)

    assert [each.text.split()[-1] for each in rig.posts(channel="team")] == ["one", "two"]
    assert len(rig.posts()) == 2


async def test_not_in_channel_is_healed_by_joining_a_public_one(rig: Any) -> None:
    slack = rig.world.slack
    slack.team("acme").scopes -= {"chat:write.public"}
    slack.channel("acme", "general").members.discard(slack.team("acme").bot_user_id)

    await rig.issue("It leaks")
    await rig.passes(5)

    assert len(rig.posts("It leaks")) == 1


async def test_a_channel_whose_id_changed_keeps_its_subscriptions_threads_and_cards(rig: Any) -> None:
    issue = await rig.issue("It leaks")
    await rig.passes(5)

    workspace.change_id(rig.world.slack, "acme", "general")
    await rig.passes(5)
    await rig.close(issue)
    await rig.issue("It rains")
    await rig.passes(5)

    parent, reply = rig.posts("It leaks")
    assert len(parent.edits) == 1
    assert reply.thread_ts == parent.ts
    assert len(rig.posts("It rains")) == 1


async def test_a_channel_that_got_subscriptions_under_its_new_id_before_we_heard_of_it_is_merged(rig: Any) -> None:
    slack = rig.world.slack
    issue = await rig.issue("It leaks")
    await rig.passes(5)
    slack.app.events = frozenset()
    workspace.change_id(slack, "acme", "general")
    await rig.subscribe("general", "issues reviews")
    slack.app.events = frozenset({"channel_id_changed"})

    address = (await rig.addresses(rig.agents[0]))[0]
    new_id = slack.channel("acme", "general").channel_id
    changed = {"type": "channel_id_changed", "old_channel_id": address.channel_id, "new_channel_id": new_id}
    events.emit(slack, slack.team("acme"), changed)
    await rig.passes(5)
    await rig.close(issue)
    await rig.passes(5)

    assert not rig.agents[0].task.done()
    parent, reply = rig.posts("It leaks")
    assert len(parent.edits) == 1
    assert reply.thread_ts == parent.ts


async def test_a_card_that_was_deleted_in_slack_is_posted_anew_when_its_thread_goes_on(rig: Any) -> None:
    issue = await rig.issue("It leaks")
    await rig.passes(5)
    [parent] = rig.posts()
    _delete(rig, parent)

    await rig.close(issue)
    await rig.passes(10)

    anew, reply = rig.posts("It leaks")
    assert anew.thread_ts is None
    assert reply.thread_ts == anew.ts
    assert {row.state for row in await rig.rows(rig.agents[0])} == {"delivered"}


async def test_a_card_found_deleted_by_a_rewrite_holds_up_no_reply(rig: Any) -> None:
    issue = await rig.issue("It leaks")
    await rig.passes(5)
    [parent] = rig.posts()
    _delete(rig, parent)
    rig.world.slack.faults.add(Says(error="service_unavailable"), method="chat.postMessage")

    await rig.close(issue)
    await rig.passes(20)
    happen.reopen(rig.world.ghes, rig.repository, issue, by=rig.ada)
    await rig.passes(20)

    anew, *replies = rig.posts("It leaks")
    assert [reply.thread_ts for reply in replies] == [anew.ts] * 2
    assert {row.state for row in await rig.rows(rig.agents[0])} == {"delivered"}


async def test_a_workspace_that_uninstalled_the_app_goes_on_after_it_is_installed_again(rig: Any) -> None:
    slack = rig.world.slack
    workspace.uninstall(slack, "acme")
    await rig.issue("It leaks")
    await rig.passes(60, step_s=1)
    assert not rig.posts()

    token = workspace.reinstall(slack, "acme")
    await rig.killed(rig.agents[0])
    await rig.start(SLACK_BOT_TOKEN=token)
    await rig.passes(5)

    assert len(rig.posts("It leaks")) == 1


def _delete(rig: Any, message: Any) -> None:
    channel = rig.world.slack.channel("acme", "general")
    channel.messages[message.ts] = replace(message, deleted=True)
