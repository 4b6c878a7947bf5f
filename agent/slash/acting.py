"""Writing to GHES once, whatever happens meanwhile, and telling the person what came of it.

    done_once ─ New ──▶ perform ─ done ────────▶ note, tell, end ─▶ Done
       │                    ├─── said no ──────▶ forgotten (nothing was done) ─▶ NotDone, with the reason
       │                    └─── no answer ──▶ ┐
       ├─ Begun (killed, or handed on) ──────▶ looked up ─ found ─▶ note, tell, end ─▶ Done
       │                                           └────── not found ─▶ NotDone: unclear, with *Try again*
       └─ Ended (the gesture came twice) ────▶ what was said then ─▶ Done

*Try again* looks once more, and only then does it anew; clicked twice, it finds what the first click came to.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import assert_never

from agent.audit import Entry
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from agent.slash.acts import Begun, Ended, New
from agent.slash.asked import Asked
from agent.slash.later import opened
from agent.slash.ports import Ports
from agent.slash.refusals import refusal
from agent.slash.reply import Button, Reply, Visible, to_person
from agent.slash.shown import reason_of
from shared.blockkit.mrkdwn import link
from shared.card import DataClass
from shared.event import Payload, number

TRY_AGAIN = "try_again"
"""`action_id` of the button that does once more what may not have been done."""

SKEW = timedelta(minutes=1)
"""By so much GHES's clock may be behind ours: what was made earlier isn't ours."""

_SHOWN_TO = "data_class"
_AGAIN = "again "
"""An act that the person wants tried once more ends with this and the instant at which it was first begun."""

Performed = Payload | Reply | Refused | Unreachable
"""What GHES made of it; a reply where it turned out that there is nothing to do."""
Left = Payload | Refused | Unreachable | None
"""What an interrupted attempt left behind; None where there is no trace of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One write to GHES, and what is to be known around it."""

    action: str
    """Its word in the audit log."""
    target: str
    """`owner/repo#12`."""
    what: str
    """As mrkdwn after "I couldn't": `close octo/shop#12`."""
    page: str
    """Where a person sees whether it was done."""
    perform: Callable[[], Awaitable[Performed]]
    left: Callable[[datetime], Awaitable[Left]]
    """Looks for what the same person did since that instant."""
    tell: Callable[[Payload], Awaitable[Reply]]
    """What follows, which may happen twice, and what to say."""
    refused: Callable[[Refused], Awaitable[None]] | None = None
    """What a refusal leads to, beside its reply."""
    makes_numbered: bool = False
    """`target` is the repository of what it makes, whose number the log names."""
    part: str = ""
    """Of a gesture that does several things: which one this is."""


@dataclass(frozen=True, slots=True)
class Done:
    """It was done, now or before."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class NotDone:
    """It wasn't, or nobody knows."""

    reply: Reply
    is_unclear: bool = False


async def done_once(asked: Asked, actor: Actor, deed: Deed, ports: Ports) -> Done | NotDone:
    """Do it, unless it was done; see above."""
    act_id = f"{asked.id} {deed.part}".strip()
    match await ports.acts.begin(act_id):
        case New():
            return await _performed(act_id, asked, actor, deed, ports)
        case Begun(at=at):
            return await _looked_up(act_id, at, "I was interrupted", asked, actor, deed, ports)
        case Ended(result=result) if result.startswith(_AGAIN):
            return await _once_more(act_id, datetime.fromisoformat(result[len(_AGAIN) :]), asked, actor, deed, ports)
        case Ended(result=result):
            return Done(_said_then(result, asked, deed, ports))
        case never:
            assert_never(never)


async def wanted_again(act_id: str, ports: Ports) -> None:
    """The person wants it tried once more; nothing for what is over, or being tried."""
    match await ports.acts.begin(act_id):
        case Begun(at=at):
            await ports.acts.end(act_id, f"{_AGAIN}{at.isoformat()}")
        case New():
            await ports.acts.again(act_id)
        case Ended():
            pass


async def _performed(act_id: str, asked: Asked, actor: Actor, deed: Deed, ports: Ports) -> Done | NotDone:
    match await deed.perform():
        case Reply() as needless:
            await ports.acts.again(act_id)
            return NotDone(needless)
        case Refused() as refused:
            await ports.acts.again(act_id)
            await ports.audit.note(_entry(asked, actor, deed, _refused(refused)))
            if deed.refused and refused.status != HTTPStatus.UNAUTHORIZED:
                await deed.refused(refused)
            return NotDone(await refusal(asked, refused, ports, what=deed.what))
        case Unreachable() as why:
            begun = await ports.acts.begin(act_id)
            if not isinstance(begun, Begun):
                return await done_once(asked, actor, deed, ports)
            reason = reason_of(why, asked.team_id, ports)
            return await _looked_up(act_id, begun.at, reason, asked, actor, deed, ports)
        case made:
            return await _ended(act_id, made, asked, actor, deed, ports)


async def _looked_up(
    act_id: str, at: datetime, reason: str, asked: Asked, actor: Actor, deed: Deed, ports: Ports
) -> Done | NotDone:
    match await deed.left(at - SKEW):
        case None | Refused() | Unreachable():
            await ports.audit.note(_entry(asked, actor, deed, "unclear"))
            return NotDone(await _unclear(act_id, reason, asked, deed, ports), is_unclear=True)
        case found:
            return await _ended(act_id, found, asked, actor, deed, ports)


async def _once_more(act_id: str, at: datetime, asked: Asked, actor: Actor, deed: Deed, ports: Ports) -> Done | NotDone:
    match await deed.left(at - SKEW):
        case None:
            await ports.acts.again(act_id)
            return await done_once(asked, actor, deed, ports)
        case Refused() as refused:
            await ports.audit.note(_entry(asked, actor, deed, _refused(refused)))
            return NotDone(await refusal(asked, refused, ports, what=deed.what))
        case Unreachable() as why:
            await ports.audit.note(_entry(asked, actor, deed, "unclear"))
            reason = reason_of(why, asked.team_id, ports)
            return NotDone(await _unclear(act_id, reason, asked, deed, ports), is_unclear=True)
        case found:
            return await _ended(act_id, found, asked, actor, deed, ports)


async def _ended(act_id: str, made: Payload, asked: Asked, actor: Actor, deed: Deed, ports: Ports) -> Done:
    if ports.homes:
        ports.homes.looks.forget(asked.team_id, asked.user_id)
    entry = _entry(asked, actor, deed, "done")
    if deed.makes_numbered:
        entry = replace(entry, target=f"{deed.target}#{number(made, 'number')}")
    await ports.audit.note(entry)  # first of all: rather twice, after a kill, than never
    reply = await deed.tell(made)
    await ports.acts.end(act_id, json.dumps({**asdict(reply), _SHOWN_TO: ports.data_class(asked.team_id)}))
    return Done(reply)


async def _unclear(act_id: str, reason: str, asked: Asked, deed: Deed, ports: Ports) -> Reply:
    kept_id = await ports.later.keep(asked, opened(asked.team_id, asked.user_id))
    button = Button(text="Try again", action_id=TRY_AGAIN, value=f"{kept_id} {act_id}", anywhere=True)
    return to_person(
        f"{reason}, so it's unclear whether I did what you asked: to {deed.what}. Look at "
        f"{link(deed.page, 'its page')}; if it wasn't done, use *Try again*.",
        buttons=(button,),
    )


def _refused(refused: Refused) -> str:
    return f"refused: {refused.status} {refused.message}"[:200]


def _entry(asked: Asked, actor: Actor, deed: Deed, outcome: str) -> Entry:
    return Entry(
        team_id=asked.team_id,
        user_id=asked.user_id,
        channel_id=asked.channel_id,
        login=actor.person.login,
        action=deed.action,
        target=deed.target,
        outcome=outcome,
    )


def _said_then(stored: str, asked: Asked, deed: Deed, ports: Ports) -> Reply:
    """What was said; where the workspace was shown more or less then, only what it was about."""
    fields = json.loads(stored)
    if fields.get(_SHOWN_TO, DataClass.FULL) != ports.data_class(asked.team_id):
        return to_person(f"I did it already: {deed.what}.")
    return Reply(
        visible=Visible(fields["visible"]),
        paragraphs=tuple(fields["paragraphs"]),
        buttons=tuple(Button(**button) for button in fields["buttons"]),
        replaces=fields["replaces"],
    )
