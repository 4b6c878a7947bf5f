"""`/ghe subscribe`: what a channel gets to see, and the list of it."""

import asyncio
from collections.abc import Sequence

from agent.slash.call import Call
from agent.slash.changing import BUSY, changed, everything, linked, told
from agent.slash.guards import joined_channel, readable_target
from agent.slash.ports import Ports
from agent.slash.reply import Reply, bullets, to_channel, to_person
from agent.slash.tables import Usage, Verb
from agent.subscriptions.changes import Change, subscribed
from agent.subscriptions.request import Request, read
from agent.subscriptions.subscription import Subscription, Target
from agent.subscriptions.words import code, short

_SHARED = "This channel is shared with another organisation, whose people will see all of it too."


async def _run(call: Call, arguments: str, ports: Ports) -> Reply:
    match arguments.lower().split():
        case [] | ["list"]:
            return await _list(call, ports, with_features=False)
        case ["list", "features"]:
            return await _list(call, ports, with_features=True)
        case _:
            return await _subscribe(call, read(arguments, ports.ghes_url), ports)


async def _subscribe(call: Call, request: Request, ports: Ports) -> Reply:
    targets: list[Target] = []
    for found in await asyncio.gather(*(readable_target(named, ports) for named in request.targets)):
        if isinstance(found, Reply):
            return found
        targets.append(found)
    channel = await joined_channel(call, ports)
    if isinstance(channel, Reply):
        return channel

    def plan(standing: Sequence[Subscription]) -> list[Change]:
        wants = {each.target: each.wants for each in standing}
        return [
            Change(target=target, before=wants.get(target), after=subscribed(wants.get(target), request))
            for target in dict.fromkeys(targets)
        ]

    done = await changed(call, ports, plan)
    if done is None:
        return to_person(BUSY)
    touched = [change.target for change in done.changes]
    unchanged = [_shown(each, ports) for each in done.standing if each.target in targets and each.target not in touched]
    if not done.changes:
        return to_person(*unchanged, "Nothing was changed.")
    said = [line for change in done.changes for line in told(change, call.user_id, ports)]
    return to_channel(*said, *unchanged, *([_SHARED] if channel.is_ext_shared else []), buttons=done.buttons)


async def _list(call: Call, ports: Ports, *, with_features: bool) -> Reply:
    standing = await ports.subscriptions.of(call.address)
    if not standing:
        start = code(f"{call.command} subscribe owner/repo")
        return to_person(f"This channel has no subscriptions. Start with {start}.")
    lines = [
        f"{linked(each.target, ports)} {short(each.wants)}" if with_features else linked(each.target, ports)
        for each in standing
    ]
    return to_person(bullets("This channel's subscriptions:", lines))


def _shown(subscription: Subscription, ports: Ports) -> str:
    where = linked(subscription.target, ports)
    arrives = everything(subscription.wants, subscription.target)
    return bullets(f"This channel is subscribed to {where}. What arrives:", arrives)


VERB = Verb(
    name="subscribe",
    usages=(
        Usage("subscribe owner/repo [features] [filters]", "post a repository's news in this channel"),
        Usage("subscribe owner", "the same for all repositories of an organisation or a person"),
        Usage("subscribe list [features]", "what this channel is subscribed to"),
    ),
    run=_run,
)
