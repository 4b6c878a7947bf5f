"""Changing a channel's subscriptions, and saying what became of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.slash.call import Call
from agent.slash.ports import ConflictError, Ports, UndoId
from agent.slash.reply import Button, bullets
from agent.subscriptions.changes import Change
from agent.subscriptions.features import ALWAYS_ARRIVES
from agent.subscriptions.subscription import Scope, Subscription, Target, Wants
from agent.subscriptions.words import added, arriving, removed
from shared.blockkit.mrkdwn import link

UNDO = "undo"
"""`action_id` of the button; its value is the undo's id."""

BUSY = "Somebody else is changing this channel's subscriptions at the same moment. Nothing was changed; try again."

_TRIES = 3
_OF_OWNER = (
    "private repositories only where a sponsor in this channel may read them; a repository's own subscription goes "
    "before this one"
)


@dataclass(frozen=True, slots=True)
class Changed:
    """The changes were made, if there were any to make."""

    changes: tuple[Change, ...]
    """Those that changed nothing are left out."""
    standing: Sequence[Subscription]
    """The channel's subscriptions before."""
    undo_id: UndoId | None

    @property
    def buttons(self) -> tuple[Button, ...]:
        """*Undo*, where there is something to undo."""
        return (Button(text="Undo", action_id=UNDO, value=self.undo_id),) if self.undo_id else ()


async def changed(
    call: Call, ports: Ports, plan: Callable[[Sequence[Subscription]], Sequence[Change]]
) -> Changed | None:
    """Make what `plan` makes of the channel's subscriptions; planned anew when somebody was quicker, None at last."""
    for _ in range(_TRIES):
        standing = await ports.subscriptions.of(call.address)
        changes = tuple(change for change in plan(standing) if change.before != change.after)
        if not changes:
            return Changed(changes, standing, None)
        try:
            undo_id = await ports.subscriptions.change(call.address, changes, call.user_id)
        except ConflictError:
            continue
        return Changed(changes, standing, undo_id)
    return None


def told(change: Change, user_id: str, ports: Ports) -> list[str]:
    """What a change means, for everybody in the channel: who did what, what arrives now, what came and went."""
    where = linked(change.target, ports)
    if change.after is None:
        return [f"<@{user_id}> unsubscribed this channel from {where}."]
    arrives = everything(change.after, change.target)
    if change.before is None:
        return [bullets(f"<@{user_id}> subscribed this channel to {where}. What will arrive:", arrives)]
    said = [bullets(f"<@{user_id}> changed this channel's subscription to {where}. What will arrive:", arrives)]
    said += [bullets("Added:", lines)] if (lines := added(change)) else []
    said += [bullets("Removed:", lines)] if (lines := removed(change)) else []
    return said


def everything(wants: Wants, target: Target) -> list[str]:
    """What arrives from a target, and what doesn't."""
    lines = [*arriving(wants), f"always: {ALWAYS_ARRIVES}"]
    if target.scope is Scope.OWNER:
        lines.append(_OF_OWNER)
    return lines


def linked(target: Target, ports: Ports) -> str:
    """A target's name as a link to its page."""
    return link(f"{ports.ghes_url}/{target.name}", target.name)
