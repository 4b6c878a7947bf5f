"""Closing and reopening issues and pull requests, by command and by button."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from agent.card_parts import title
from agent.deeds import issues
from agent.deeds.looking import Seen, look
from agent.deeds.things import Numbered
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from agent.slash.acting import Deed, Left, Performed
from agent.slash.asked import Asked
from agent.slash.ports import Ports
from agent.slash.refusals import refusal
from agent.slash.reply import Reply, to_person
from agent.slash.shown import shown
from shared.blockkit.mrkdwn import link, url
from shared.card import Label, Link, Span, reference
from shared.event import Payload, mapping, text

_TITLE_LENGTH = 150
_AS = {"completed": " as completed", "not_planned": " as not planned"}


def closing(asked: Asked, actor: Actor, thing: Numbered, ports: Ports, *, reason: str = "", part: str = "") -> Deed:
    """Close it, unless it is closed; `reason`, `completed` or `not_planned`, doesn't count for a pull request."""

    async def perform(seen: Seen) -> Performed:
        if not seen.is_open:
            name, what = named(seen.thing, seen.fields, asked, ports), "merged" if seen.is_merged else "closed"
            return to_person(f"{name} is {what} already, so nothing was changed.")
        return await issues.closed(actor, seen.thing, reason)

    def said(made: Payload) -> str:
        return f"Closed {named(thing, made, asked, ports)}{'' if 'merged_at' in made else _AS.get(reason, '')}."

    return _deed("close", asked, actor, thing, ports, perform=perform, state="closed", said=said, part=part)


def reopening(asked: Asked, actor: Actor, thing: Numbered, ports: Ports) -> Deed:
    """Open it again; what is open already is said to be."""

    async def perform(seen: Seen) -> Performed:
        name = named(seen.thing, seen.fields, asked, ports)
        if seen.is_open:
            return to_person(f"{name} is open already, so nothing was changed.")
        if seen.is_merged:
            return to_person(f"{name} was merged, so it can't be reopened. Open a new pull request instead.")
        return await issues.reopened(actor, seen.thing)

    def said(made: Payload) -> str:
        return f"Reopened {named(thing, made, asked, ports)}."

    return _deed("reopen", asked, actor, thing, ports, perform=perform, state="open", said=said)


async def set_right(actor: Actor, thing: Numbered, ports: Ports) -> None:
    """Have the cards show how it is now, after GHES refused something about it."""
    seen = await look(actor, thing.repository, thing.number)
    if isinstance(seen, Seen):
        await ports.cards.seen(seen.repository, seen.fields)


def named(thing: Numbered, fields: Payload, asked: Asked, ports: Ports) -> str:
    """`owner/repo#12 Title`, linked; without the title where titles are hidden."""
    address = text(fields, "html_url") or thing.page(ports.ghes_url)
    words = (reference(str(thing)), Span(Label.TITLE, " "), title(text(fields, "title"), _TITLE_LENGTH))
    return shown((Link(url(address), words),), asked, ports)


def linked(thing: Numbered, ports: Ports) -> str:
    """`owner/repo#12`, linked."""
    return link(thing.page(ports.ghes_url), str(thing))


def _deed(
    action: str,
    asked: Asked,
    actor: Actor,
    thing: Numbered,
    ports: Ports,
    *,
    perform: Callable[[Seen], Awaitable[Performed]],
    state: str,
    said: Callable[[Payload], str],
    part: str = "",
) -> Deed:
    """What it makes is both the thing and its repository: cards are of both."""
    what = f"{action} {linked(thing, ports)}"

    async def on_what_is_there() -> Performed:
        seen = await look(actor, thing.repository, thing.number)
        if not isinstance(seen, Seen):
            return seen if isinstance(seen, Refused) else await refusal(asked, seen, ports, what=what)
        made = await perform(seen)
        if isinstance(made, Reply):
            await ports.cards.seen(seen.repository, seen.fields)
        return made if isinstance(made, Reply | Refused | Unreachable) else _both(seen.repository, made)

    async def left(_since: datetime) -> Left:
        seen = await look(actor, thing.repository, thing.number)
        if not isinstance(seen, Seen):
            return seen
        return _both(seen.repository, seen.fields) if seen.is_open is (state == "open") else None

    async def tell(made: Payload) -> Reply:
        await ports.cards.seen(mapping(made, "repository"), mapping(made, "subject"))
        if asked.channel_id:
            await ports.channel_settings.used(asked.address, text(made, "repository", "full_name") or thing.repository)
        return to_person(said(mapping(made, "subject")))

    async def refused(_why: Refused) -> None:
        await set_right(actor, thing, ports)

    return Deed(
        action=action,
        target=str(thing),
        what=what,
        page=thing.page(ports.ghes_url),
        perform=on_what_is_there,
        left=left,
        tell=tell,
        refused=refused,
        part=part,
    )


def _both(repository: Payload, subject: Payload) -> Payload:
    return {"repository": repository, "subject": subject}
