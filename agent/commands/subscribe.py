"""`/ghe subscribe`: what a channel gets to see, and the list of it."""

from collections.abc import Sequence

from agent.slash.call import Call
from agent.slash.changing import BUSY, Changed, changed, everything, linked, told
from agent.slash.guards import joined_channel
from agent.slash.ports import Channel, Ports
from agent.slash.reply import Reply, bullets, to_channel, to_person
from agent.slash.sponsoring import admitted, paused_note, sponsored, sponsorship, take_over_buttons, unsponsored
from agent.slash.tables import Usage, Verb
from agent.slash.targets import Wanted, wanted
from agent.slash.who import subscriber
from agent.subscriptions.changes import Change, subscribed
from agent.subscriptions.request import Request, read
from agent.subscriptions.subscription import Scope, Subscription
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
    admission = await _admission(call, request, ports)
    if isinstance(admission, Reply):
        return admission
    found, channel = admission
    targets = [each.target for each in found]
    standings = await sponsored(found, call, ports)

    def plan(standing: Sequence[Subscription]) -> list[Change]:
        wants = {each.target: each.wants for each in standing}
        return [
            Change(target=target, before=wants.get(target), after=subscribed(wants.get(target), request))
            for target in targets
        ]

    done = await changed(call, ports, plan)
    if done is None:
        return to_person(BUSY)
    touched = [change.target for change in done.changes]
    unchanged = [_shown(each, ports) for each in done.standing if each.target in targets and each.target not in touched]
    vouched = [line for target, it in standings.items() for line in sponsorship(target, it, call.user_id, ports)]
    if not done.changes:
        if vouched:
            return to_channel(*vouched)
        return to_person(*unchanged, "Nothing was changed.")
    said = [line for change in done.changes for line in told(change, call.user_id, ports)]
    silent = [unsponsored(each.target, ports) for each in found if not each.sponsored and _is_new_owner(each, done)]
    shared = [_SHARED] if channel.is_ext_shared else []
    return to_channel(*said, *unchanged, *vouched, *silent, *shared, buttons=done.buttons)


async def _admission(call: Call, request: Request, ports: Ports) -> tuple[Sequence[Wanted], Channel] | Reply:
    """What was named, if whoever asks may bring it into this channel; nothing is changed yet."""
    if refusal := await subscriber(call, ports):
        return refusal
    found = await wanted(request.targets, call, ports)
    if isinstance(found, Reply):
        return found
    channel = await joined_channel(call, ports)
    if isinstance(channel, Reply):
        return channel
    all_of_it = await admitted(found, call, channel, ports)
    return all_of_it if isinstance(all_of_it, Reply) else (all_of_it, channel)


def _is_new_owner(each: Wanted, done: Changed) -> bool:
    """Whether an owner has just been subscribed to, so that a word on its private repositories is due."""
    if each.target.scope is not Scope.OWNER:
        return False
    return any(change.target == each.target and change.before is None for change in done.changes)


async def _list(call: Call, ports: Ports, *, with_features: bool) -> Reply:
    standing = await ports.subscriptions.of(call.address)
    if not standing:
        start = code(f"{call.command} subscribe owner/repo")
        return to_person(f"This channel has no subscriptions. Start with {start}.")
    lines = [_line(each, ports, with_features=with_features) for each in standing]
    paused = [each.target for each in standing if each.paused]
    return to_person(bullets("This channel's subscriptions:", lines), buttons=take_over_buttons(paused))


def _line(subscription: Subscription, ports: Ports, *, with_features: bool) -> str:
    target = subscription.target
    features = f" {short(subscription.wants)}" if with_features else ""
    note = f" ({paused_note(target)})" if subscription.paused else ""
    return f"{linked(target, ports)}{features}{note}"


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
