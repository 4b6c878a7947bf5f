"""The message that a shortcut was used on."""

import asyncio

from agent.people.ports import Member
from agent.slash.ports import Ports
from agent.slash.quoting import people_in, quoted
from agent.slash.shortcut import Shortcut

MOST_NAMES = 10


async def quote_of(shortcut: Shortcut, ports: Ports) -> str:
    """The message, quoted, with who wrote it and its address; empty for a global shortcut."""
    if not shortcut.message_ts or not shortcut.channel_id:
        return ""
    permalink = await ports.channels.permalink(shortcut.address, shortcut.message_ts)
    author = await ports.members.of(shortcut.team_id, shortcut.author_id) if shortcut.author_id else None
    name = author.name if isinstance(author, Member) else ""
    names = await _names(shortcut, ports)
    return quoted(shortcut.message_text, permalink, author=name, names=names)


async def _names(shortcut: Shortcut, ports: Ports) -> dict[str, str]:
    """Of those whom the message mentions; a message that mentions many leaves the rest without."""
    ids = people_in(shortcut.message_text)[:MOST_NAMES]
    found = await asyncio.gather(*(ports.members.of(shortcut.team_id, each) for each in ids))
    return {each: member.name for each, member in zip(ids, found, strict=True) if isinstance(member, Member)}
