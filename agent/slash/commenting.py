"""Commenting on issues and pull requests, by button, by shortcut and while closing."""

from datetime import datetime

from agent.deeds import comments
from agent.deeds.things import Numbered
from agent.ghes.answers import Refused
from agent.people.ports import Actor
from agent.slash.acting import Deed, Left, Performed
from agent.slash.asked import Asked
from agent.slash.closing import linked, set_right
from agent.slash.ports import Ports
from agent.slash.reply import Reply, to_person
from shared.blockkit.mrkdwn import link, url
from shared.event import Payload, text


def commenting(asked: Asked, actor: Actor, thing: Numbered, body: str, ports: Ports, *, part: str = "") -> Deed:
    """Write the comment."""

    async def perform() -> Performed:
        return await comments.commented(actor, thing, body)

    async def left(since: datetime) -> Left:
        return await comments.commented_since(actor, thing, body, since)

    async def tell(made: Payload) -> Reply:
        if asked.channel_id:
            await ports.channel_settings.used(asked.address, thing.repository)
        comment = link(text(made, "html_url"), "commented") if url(text(made, "html_url")) else "commented"
        return to_person(f"You {comment} on {linked(thing, ports)}.")

    async def refused(_why: Refused) -> None:
        await set_right(actor, thing, ports)

    return Deed(
        action="comment",
        target=str(thing),
        what=f"comment on {linked(thing, ports)}",
        page=thing.page(ports.ghes_url),
        perform=perform,
        left=left,
        tell=tell,
        refused=refused,
        part=part,
    )
