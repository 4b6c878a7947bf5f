"""Where things are done: by an owner, who may do all of it elsewhere."""

from typing import Any

import pytest
from sqlalchemy import select

from agent.store.tables import addresses, subscriptions
from infra.sandbox.ghes import happen
from infra.sandbox.slack.population import add_channel

SECTION = "Places"

CHANNELS = {
    "public": "general",
    "public without the bot": "random",
    "private": "team",
    "private without the bot": "secret",
    "direct message": "dm-ada",
    "group message": "mpdm-1",
    "group message without the bot": "mpdm-2",
    "shared": "partners",
    "archived": "dev",
}
TYPED = {
    "subscribe to what all may read": "subscribe acme/shared",
    "subscribe to what is private": "subscribe acme/api",
    "unsubscribe": "unsubscribe acme/docs",
    "open": "open acme/api",
    "close": "close acme/api#1",
    "settings": "settings",
    "signin": "signin",
}
SAYS = {"settings": "The settings of this channel:", "signin": "/link/"}


@pytest.fixture
async def stage(stages: Any, deed: str, who: str) -> Any:
    """acme/api#1 is there; what is to be unsubscribed from is subscribed to."""
    async with stages("owner") as stage:
        rig, slack, ghes = stage.rig, stage.rig.slack, stage.rig.ghes
        await stage.enter()
        add_channel(slack, "acme", "mpdm-1", kind="mpim", members=["ada", "mona", "ghe"])
        add_channel(slack, "acme", "mpdm-2", kind="mpim", members=["ada", "mona"])
        slack.channel("acme", "secret").members.add(stage.user_id)
        slack.channel("acme", "dev").archived = True
        happen.open_issue(ghes, ghes.repository("acme/api"), by=ghes.account("grace"), title="The door squeaks")
        if deed == "unsubscribe":
            await rig.said("subscribe acme/docs issues", CHANNELS[who], "ada")
        yield stage


async def _done(stage: Any, deed: str, channel: str) -> bool:
    if deed in SAYS:
        return SAYS[deed] in stage.heard()
    place = stage.rig.slack.channel("acme", channel).channel_id
    joined = select(subscriptions.c.target).join(addresses, addresses.c.id == subscriptions.c.address_id)
    targets = [row.target for row in await stage.rows(joined.where(addresses.c.channel_id == place))]
    issues = stage.rig.ghes.repository("acme/api").issues
    match deed:
        case "subscribe to what all may read":
            return targets == ["acme/shared"]
        case "subscribe to what is private":
            return targets == ["acme/api"]
        case "unsubscribe":
            return not targets
        case "open":
            return [it.user.login for it in issues.values()][1:] == ["ada"]
        case _:
            return bool(issues[1].state == "closed" and issues[1].closed_by.login == "ada")


async def test_where_it_is_typed(stage: Any, deed: str, who: str, expected: str) -> None:
    channel = CHANNELS[who]
    await stage.look()

    await stage.type(TYPED[deed], channel)
    await stage.submit(Title="The tap drips")

    assert stage.outcome(done=await _done(stage, deed, channel)) == expected, stage.heard()
    assert expected == "done" or await stage.as_before(expected)
