"""*Undo*: take back what a command changed, once, and only where it still stands.

What is private comes back only where it might be subscribed to now: since the command the channel may have been shared.
"""

from collections.abc import Sequence

from agent.slash.changing import UNDO, everything, linked
from agent.slash.click import Click
from agent.slash.ports import Channel, NotUndone, Ports, UndoId, Undone
from agent.slash.reply import Reply, bullets, to_channel, to_person
from agent.slash.sponsoring import admitted
from agent.slash.targets import Wanted
from agent.slash.who import subscriber
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import Scope, Target
from agent.subscriptions.words import code

_SAYS = {
    NotUndone.ALREADY: "It was undone already.",
    NotUndone.CHANGED: "The subscription was changed since, so nothing was undone. Change it with a new command.",
    NotUndone.UNKNOWN: "It can't be undone any more. Change the subscription with a new command.",
}


async def _run(click: Click, ports: Ports) -> Reply:
    if refusal := await subscriber(click, ports):
        return refusal
    undo_id = UndoId(click.value)
    if kept_out := await _kept_out(await ports.subscriptions.brought_back(click.address, undo_id), click, ports):
        return kept_out
    match await ports.subscriptions.undo(click.address, undo_id, click.user_id):
        case Undone(changes=changes):
            return to_channel(*(_told(change, click.user_id, ports) for change in changes))
        case NotUndone() as why:
            return to_person(_SAYS[why])


async def _kept_out(targets: Sequence[Target], click: Click, ports: Ports) -> Reply | None:
    private = [each for each in targets if await ports.sponsoring.of(click.address, each)]
    channel = await ports.channels.describe(click.address) if private else None
    if not isinstance(channel, Channel) or not channel.is_ext_shared:
        return None
    if owner := next((each for each in private if each.scope is Scope.OWNER), None):
        again = code(f"{ports.command} subscribe {owner.name}")
        return to_person(
            f"This channel is shared with another organisation by now, and {linked(owner, ports)} has private "
            f"repositories, so nothing was undone. Type {again} instead."
        )
    admission = await admitted([Wanted(target=each, sponsored=True) for each in private], click, channel, ports)
    return admission if isinstance(admission, Reply) else None


def _told(change: Change, user_id: str, ports: Ports) -> str:
    where = linked(change.target, ports)
    if change.before is None:
        return f"<@{user_id}> undid it: this channel is no longer subscribed to {where}."
    arrives = everything(change.before, change.target)
    return bullets(
        f"<@{user_id}> undid it: this channel's subscription to {where} is as before. What will arrive:", arrives
    )


ACTIONS = {UNDO: _run}
