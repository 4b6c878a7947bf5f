"""*Undo*: take back what a command changed, once, and only where it still stands."""

from agent.slash.changing import UNDO, everything, linked
from agent.slash.click import Click
from agent.slash.ports import NotUndone, Ports, UndoId, Undone
from agent.slash.reply import Reply, bullets, to_channel, to_person
from agent.subscriptions.changes import Change

_SAYS = {
    NotUndone.ALREADY: "It was undone already.",
    NotUndone.CHANGED: "The subscription was changed since, so nothing was undone. Change it with a new command.",
    NotUndone.UNKNOWN: "It can't be undone any more. Change the subscription with a new command.",
}


async def _run(click: Click, ports: Ports) -> Reply:
    match await ports.subscriptions.undo(click.address, UndoId(click.value), click.user_id):
        case Undone(changes=changes):
            return to_channel(*(_told(change, click.user_id, ports) for change in changes))
        case NotUndone() as why:
            return to_person(_SAYS[why])


def _told(change: Change, user_id: str, ports: Ports) -> str:
    where = linked(change.target, ports)
    if change.before is None:
        return f"<@{user_id}> undid it: this channel is no longer subscribed to {where}."
    arrives = everything(change.before, change.target)
    return bullets(
        f"<@{user_id}> undid it: this channel's subscription to {where} is as before. What will arrive:", arrives
    )


ACTIONS = {UNDO: _run}
