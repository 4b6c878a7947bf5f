"""Vouching for what is private, and what is said of it."""

from collections.abc import Sequence
from dataclasses import replace

from agent.slash.asked import Asked
from agent.slash.changing import linked
from agent.slash.later import KEPT_S, allowed
from agent.slash.ports import Channel, Ports
from agent.slash.reply import Button, Reply, to_person
from agent.slash.targets import Wanted
from agent.sponsors.notices import TAKE_OVER, value_of
from agent.sponsors.ports import Answer, Standing
from agent.subscriptions.subscription import Scope, Target
from agent.subscriptions.words import code

MOST_BUTTONS = 5


async def admitted(wanted: Sequence[Wanted], asked: Asked, channel: Channel, ports: Ports) -> Sequence[Wanted] | Reply:
    """What may come into this channel: private things into a shared one only after an administrator's yes.

    Of an owner its private repositories are left out there, but for those that were allowed.
    """
    if not channel.is_ext_shared:
        return wanted
    private = [each.target for each in wanted if each.is_private]
    of_owners = [id_ for each in wanted for id_ in each.repositories]
    answers = await ports.sponsoring.answers(asked.address, [*(each.id for each in private), *of_owners])
    if waiting := [each for each in private if answers.get(each.id) is not Answer.YES]:
        return await _asking(waiting, asked, refused=answers.get(waiting[0].id) is Answer.NO, ports=ports)
    kept = (tuple(id_ for id_ in each.repositories if answers.get(id_) is Answer.YES) for each in wanted)
    return [replace(each, repositories=ids) for each, ids in zip(wanted, kept, strict=True)]


async def _asking(waiting: Sequence[Target], asked: Asked, *, refused: bool, ports: Ports) -> Reply:
    first = waiting[0]
    if refused:
        return to_person(
            f"An administrator of this app has just refused {linked(first, ports)} in this channel, which is shared "
            "with another organisation. Talk to them, or subscribe a channel that isn't shared."
        )
    asked_of = [await ports.sponsoring.ask(asked.address, each, asked.user_id) for each in waiting]
    if not min(asked_of):
        return to_person(
            f"{linked(first, ports)} is private and this channel is shared with another organisation, so an "
            "administrator of this app has to allow it, and none of them is connected in this workspace. Ask whoever "
            f"runs this app to have one of them type {code(f'{ports.command} signin')}, then try again."
        )
    await ports.later.keep(asked, allowed(asked.address, first.id))
    names = ", ".join(linked(each, ports) for each in waiting)
    return to_person(
        f"{names}: private, and this channel is shared with another organisation, so I've asked the administrators of "
        f"this app to allow it. As soon as one of them does, within {KEPT_S // 60} minutes, I go on by myself."
    )


async def sponsored(wanted: Sequence[Wanted], asked: Asked, ports: Ports) -> dict[Target, Standing]:
    """Make whoever asks a sponsor of what they have proved that they may read."""
    standings = {}
    for each in wanted:
        if each.sponsored:
            standing = await ports.sponsoring.sponsor(asked.address, each.target, asked.user_id, each.repositories)
            standings[each.target] = standing
    return standings


def sponsorship(target: Target, standing: Standing, user_id: str, ports: Ports) -> list[str]:
    """What it means that somebody vouches; nothing where they did before."""
    where = linked(target, ports)
    match standing, target.scope:
        case Standing.SAME, _:
            return []
        case Standing.TOOK_OVER, Scope.REPO:
            return [f"<@{user_id}> took over {where}, which was paused: its news arrives again. {_ENDS}"]
        case Standing.TOOK_OVER, _:
            return [f"<@{user_id}> took over the private repositories of {where}: their news arrives again. {_ENDS}"]
        case _, Scope.REPO:
            return [f"{where} is private, and <@{user_id}> is its sponsor here, as somebody who may read it. {_ENDS}"]
        case _:
            vouches = f"<@{user_id}> is the sponsor of {where}'s private repositories here"
            return [f"{vouches}: those that they may read arrive too. {_ENDS}"]


_ENDS = (
    "When nobody in this channel who sponsors it may read it any more, it pauses, and somebody else who may can take "
    "over."
)


def unsponsored(target: Target, ports: Ports) -> str:
    """What is said of an owner for whose private repositories nobody vouches."""
    typed = code(f"{ports.command} subscribe {target.name}")
    return (
        f"Private repositories of {linked(target, ports)} stay silent here until somebody who may read them connects "
        f"with {code(f'{ports.command} signin')} and types {typed} too."
    )


def paused_note(target: Target) -> str:
    """What the list says of a paused subscription."""
    if target.scope is Scope.OWNER:
        return "its private repositories are paused: nobody here sponsors them any more; *Take over* resumes them"
    return "paused: nobody here may read it; *Take over* resumes it"


def take_over_buttons(targets: Sequence[Target]) -> tuple[Button, ...]:
    """*Take over*, with a name where there are several; no more than a message takes."""
    several = len(targets) > 1
    return tuple(
        Button(text=f"Take over {each.name}" if several else "Take over", action_id=TAKE_OVER, value=value_of(each))
        for each in targets[:MOST_BUTTONS]
    )
