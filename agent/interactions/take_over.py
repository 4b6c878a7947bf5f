"""*Take over*, and what a channel is told when one of its subscriptions pauses."""

from collections.abc import Sequence

from agent.ghes.answers import Unreachable
from agent.people.ports import Actor
from agent.slash.changing import linked
from agent.slash.click import Click
from agent.slash.guards import unreachable
from agent.slash.ports import Channel, Ports
from agent.slash.reply import Reply, to_channel, to_person
from agent.slash.sponsoring import admitted, sponsored, sponsorship, take_over_buttons
from agent.slash.targets import Wanted
from agent.slash.who import acting_as
from agent.sponsors.access import NotReadable, Readable, access, private_repositories
from agent.sponsors.notices import GOES_ON, OFFERED, PAUSED, TAKE_OVER, target_of
from agent.sponsors.ports import Standing
from agent.subscriptions.subscription import Scope, Subscription, Target

_GONE = "This channel isn't subscribed to it any more, so there is nothing to take over."


async def _take_over(click: Click, ports: Ports) -> Reply:
    person = await acting_as(click, ports)
    if isinstance(person, Reply):
        return person
    subscription = await _subscription(click, ports)
    if subscription is None:
        return to_person(_GONE)
    found = await _admitted(subscription.target, click, person, ports)
    if isinstance(found, Reply):
        return found
    [(target, standing)] = (await sponsored(found, click, ports)).items()
    where = linked(target, ports)
    match standing:
        case Standing.SAME:
            return to_person(f"You're a sponsor of {where} already, and it isn't paused.")
        case _:
            return to_channel(*sponsorship(target, standing, click.user_id, ports))


async def _admitted(target: Target, click: Click, person: Actor, ports: Ports) -> Sequence[Wanted] | Reply:
    wanted = await _readable(target, click, person, ports)
    if isinstance(wanted, Reply):
        # Asking GHES may have ended a sign-in that it accepts no more: then that is what is to be said.
        signed_out = await acting_as(click, ports)
        return signed_out if isinstance(signed_out, Reply) else wanted
    channel = await ports.channels.describe(click.address)
    if not isinstance(channel, Channel):
        return to_person("Slack told me nothing about this channel, so nothing was changed. Try again in a moment.")
    return await admitted([wanted], click, channel, ports)


async def _readable(target: Target, click: Click, person: Actor, ports: Ports) -> Wanted | Reply:
    if target.scope is Scope.OWNER:
        found = await private_repositories(person, target.id)
        if isinstance(found, Unreachable):
            return unreachable(found, click, ports)
        ids = () if isinstance(found, NotReadable) else tuple(found)
        if not ids:
            says = "You may read none of its private repositories on GitHub Enterprise, so they stay paused."
            return to_person(f"{linked(target, ports)}: {says} Ask somebody in this channel who may.")
        return Wanted(target=target, sponsored=True, repositories=ids)
    match await access(person, target.id):
        case Readable():
            return Wanted(target=target, sponsored=True)
        case NotReadable():
            says = "You may not read it on GitHub Enterprise, so it stays paused."
            return to_person(f"{linked(target, ports)}: {says} Ask somebody in this channel who may.")
        case why:
            return unreachable(why, click, ports)


async def _paused(click: Click, ports: Ports) -> Reply | None:
    subscription = await _subscription(click, ports)
    if subscription is None or not subscription.paused:
        return None
    target = subscription.target
    where = linked(target, ports)
    if target.scope is Scope.OWNER:
        return to_channel(
            f"The private repositories of {where} are paused in this channel: nobody who sponsors them is here and "
            "connected any more. What is open to everybody goes on. Somebody here who may read them can take over.",
            buttons=take_over_buttons((target,)),
        )
    if await ports.sponsoring.of(click.address, target):
        return to_channel(
            f"The subscription to {where} is paused: it's private, and this channel is shared with another "
            "organisation. It goes on as soon as an administrator of this app allows it."
        )
    return to_channel(
        f"The subscription to {where} is paused: nobody in this channel who sponsors it may read it any more. It "
        "isn't lost: somebody here who may read it can take over.",
        buttons=take_over_buttons((target,)),
    )


async def _offered(click: Click, ports: Ports) -> Reply | None:
    subscription = await _subscription(click, ports)
    if subscription is None or not subscription.paused:
        return None
    where = linked(subscription.target, ports)
    return to_channel(
        f"An administrator of this app has subscribed this channel to {where}, which is private. Nothing of it arrives "
        "until somebody here who may read it takes over.",
        buttons=take_over_buttons((subscription.target,)),
    )


async def _goes_on(click: Click, ports: Ports) -> Reply | None:
    subscription = await _subscription(click, ports)
    if subscription is None or subscription.paused:
        return None
    return to_channel(
        f"An administrator has allowed {linked(subscription.target, ports)} here: its news arrives again."
    )


async def _subscription(click: Click, ports: Ports) -> Subscription | None:
    target = target_of(click.value)
    return next((each for each in await ports.subscriptions.of(click.address) if each.target == target), None)


ACTIONS = {TAKE_OVER: _take_over, PAUSED: _paused, OFFERED: _offered, GOES_ON: _goes_on}
