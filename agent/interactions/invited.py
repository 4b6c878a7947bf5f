"""The bot was invited: what was typed before goes on."""

from agent.slash.call import Call
from agent.slash.dispatch import reply_to
from agent.slash.ports import Ports, Waiting
from agent.slash.reply import Reply
from shared.address import Address


async def continue_after_invite(address: Address, ports: Ports) -> list[tuple[Call, Reply]]:
    """Run the calls that waited for the bot in this channel, oldest first; each with its reply, yet to be sent.

    To be called when `member_joined_channel` names the bot itself.
    """
    return [(call, await reply_to(call, ports)) for call in await ports.later.take(address, Waiting.INVITE)]
