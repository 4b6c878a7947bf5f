from collections.abc import Awaitable, Callable
from typing import Any

from agent.interactions.invited import continue_after_invite
from agent.slash.ports import Channel, ChannelKind, Ports
from agent.slash.reply import Reply, Visible
from shared.address import Address

Say = Callable[..., Awaitable[Reply]]

HERE = Address(team_id="T1", channel_id="C1")


async def test_a_command_goes_on_when_the_bot_has_been_invited(
    say: Say, ports: Ports, channels: Any, channel: Callable[..., Channel]
) -> None:
    channels.known["C1"] = channel(ChannelKind.PRIVATE, member=False)
    await say("subscribe octo/shop issues")
    channels.known["C1"] = channel(ChannelKind.PRIVATE)

    continued = await continue_after_invite(HERE, ports)

    assert [(call.text, reply.visible) for call, reply in continued] == [
        ("subscribe octo/shop issues", Visible.CHANNEL)
    ]
    assert (await say("subscribe list features")).text.endswith("`issues`")


async def test_it_goes_on_once_and_only_in_its_channel(
    say: Say, ports: Ports, channels: Any, channel: Callable[..., Channel]
) -> None:
    channels.known["C1"] = channel(ChannelKind.PRIVATE, member=False)
    await say("subscribe octo/shop")
    channels.known["C1"] = channel(ChannelKind.PRIVATE)

    elsewhere = await continue_after_invite(Address(team_id="T1", channel_id="C2"), ports)
    first = await continue_after_invite(HERE, ports)
    second = await continue_after_invite(HERE, ports)

    assert (len(elsewhere), len(first), len(second)) == (0, 1, 0)
