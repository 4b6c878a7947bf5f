"""Which channels get what of an event: pure, from the event's row in the card table and what is subscribed.

One event gives an address one card, however many of its features match. What the subject's card in that address looks
like already decides between a parent, a reply and a rewrite (`agent.card_table.Placement`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from agent.card_table import Placement, Shown
from agent.subject import Subject
from agent.subscriptions.matching import wants
from agent.subscriptions.subscription import Scope, Subscription
from shared.event import Event
from shared.post import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """A subscription with the address that it belongs to."""

    address_id: int
    threading: bool
    subscription: Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A notification to be queued."""

    address_id: int
    role: Role
    thread_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What an event came to; `fate` says it in words."""

    drafts: Sequence[Draft]
    fate: str


def route(
    event: Event, rule: Shown, subject: Subject | None, subscribed: Sequence[Subscribed], carded: Collection[int]
) -> Routed:
    """The notifications of `event`; `carded` are the addresses where its subject has a card already."""
    if rule.placement is Placement.SILENT:
        return Routed(drafts=(), fate="brought cards up to date")
    if reason := rule.unless(event):
        return Routed(drafts=(), fate=f"not shown: {reason}")
    if not subscribed:
        return Routed(drafts=(), fate="nobody is subscribed")
    wished = [
        (each, wish)
        for each in _own_first(subscribed).values()
        if (wish := wants(each.subscription, rule.feature, event, subject))
    ]
    drafts = [
        draft
        for each, wish in wished
        for draft in _drafts(
            each, rule.placement, subject, carded=each.address_id in carded, to_channel=wish.to_channel
        )
    ]
    return Routed(drafts=drafts, fate=_fate(len({draft.address_id for draft in drafts}), len(wished), rule.feature))


def _own_first(subscribed: Sequence[Subscribed]) -> Mapping[int, Subscribed]:
    """By address; a repository's own subscription overrides its owner's."""
    ordered = sorted(subscribed, key=lambda each: each.subscription.target.scope is Scope.REPO)
    return {each.address_id: each for each in ordered}


def _drafts(
    each: Subscribed, placement: Placement, subject: Subject | None, *, carded: bool, to_channel: bool
) -> list[Draft]:
    key = str(subject.key) if subject else None
    if key is None or placement is Placement.PLAIN or not each.threading:
        return [Draft(address_id=each.address_id, role=Role.PLAIN, thread_key=key)]
    return [
        Draft(address_id=each.address_id, role=role, thread_key=key)
        for role in _roles(placement, carded=carded, to_channel=to_channel)
    ]


def _roles(placement: Placement, *, carded: bool, to_channel: bool) -> Sequence[Role]:
    reply = Role.BROADCAST if to_channel or placement is Placement.BROADCAST else Role.REPLY
    match placement:
        case Placement.FOLLOW:
            return (reply,) if carded else (Role.PARENT, reply)
        case Placement.OPENING:
            return () if carded else (Role.PARENT,)
        case Placement.ASIDE:
            return (reply,) if carded else (Role.PLAIN,)
        case _:
            return (reply,) if carded else (Role.PARENT,)


def _fate(posted: int, wished: int, feature: str) -> str:
    channels = "channel" if max(posted, wished) == 1 else "channels"
    if posted:
        return f"for {posted} {channels}"
    if wished:
        return f"shown by the cards that {wished} {channels} had already"
    return f"no subscription wants this of `{feature}`"
