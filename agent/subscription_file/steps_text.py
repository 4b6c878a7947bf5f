"""Steps as lines, each of which says all by itself: `+ T012AB3CD/C024BE91L acme/docs: issues pulls`."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from agent.subscription_file.planning import ChannelSteps
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import Scope, Target, Wants
from agent.subscriptions.words import as_typed

NOTHING = "Nothing differs."
_PRIVATE = " (private: paused until somebody in the channel who may read it takes it over)"
_OWNER = " (of its private repositories only those that somebody in the channel vouches for)"
_ALLOWED = "private, and allowed here although the channel is shared with another organisation"
_DISALLOWED = "not allowed any more where the channel is shared with another organisation"


def lines(steps: Sequence[ChannelSteps]) -> list[str]:
    """`+` for what is added, `~` for what is changed, `-` for what is removed; plain text on one line each."""
    return [
        "".join(char if char.isprintable() else " " for char in f"{sign} {_place(each)} {says}")
        for each in steps
        for sign, says in _said(each)
    ]


def summary(steps: Sequence[ChannelSteps]) -> str:
    """How many lines of each sort."""
    if not steps:
        return NOTHING
    signs = [sign for each in steps for sign, _ in _said(each)]
    return f"To add: {signs.count('+')}, to change: {signs.count('~')}, to remove: {signs.count('-')}."


def _place(steps: ChannelSteps) -> str:
    return f"{steps.address.team_id}/{steps.address.channel_id}"


def _said(steps: ChannelSteps) -> Iterator[tuple[str, str]]:
    before = asdict(steps.before)
    for name, is_on in asdict(steps.after).items():
        if is_on != before[name]:
            yield "~", f"{name}: {_switch(is_on=before[name])} -> {_switch(is_on=is_on)}"
    for change in steps.changes:
        yield _changed(change, steps.private)
    for target in steps.allow:
        yield "+", f"{target.name}: {_ALLOWED}"
    for target in steps.disallow:
        yield "-", f"{target.name}: {_DISALLOWED}"


def _changed(change: Change, private: frozenset[Target]) -> tuple[str, str]:
    name = change.target.name
    match change.before, change.after:
        case None, Wants() as after:
            note = _PRIVATE if change.target in private else _OWNER if change.target.scope is Scope.OWNER else ""
            return "+", f"{name}: {as_typed(after)}{note}"
        case Wants() as before, Wants() as after:
            return "~", f"{name}: {as_typed(before)} -> {as_typed(after)}"
        case before, _:
            return "-", f"{name}: {as_typed(before) if before else ''}"


def _switch(*, is_on: bool) -> str:
    return "on" if is_on else "off"
