"""What has to be done so that the store has what the file says: pure, and equal for equal states.

So a plan that somebody has looked at is made anew in the transaction that carries it out, and compared.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.slash.channel_settings import Chosen
from agent.subscription_file.declared import WishedChannel
from agent.subscription_file.held import HeldChannel
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import Target, Wants
from shared.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSteps:
    """What has to be done for one channel; never nothing."""

    address: Address
    changes: tuple[Change, ...] = ()
    """Of its subscriptions, by name; each changes something."""
    private: frozenset[Target] = frozenset()
    """Of those that are added, the ones that not everybody may read: they are paused until somebody takes them over."""
    is_shared: bool = True
    """The channel is shared with another organisation, as far as anybody knows."""
    before: Chosen = field(default_factory=Chosen)
    after: Chosen = field(default_factory=Chosen)
    """Its settings; equal where nothing is to be done about them."""
    allow: tuple[Target, ...] = ()
    """Private repositories that may be here from now on, although the channel is shared with others; by name."""
    disallow: tuple[Target, ...] = ()

    @property
    def do_nothing(self) -> bool:
        """Whether the channel is as it is wished."""
        return not (self.changes or self.allow or self.disallow) and self.before == self.after


def steps(
    wished: Sequence[WishedChannel], held: Mapping[Address, HeldChannel], *, prune: bool
) -> tuple[ChannelSteps, ...]:
    """The steps of each channel that isn't as wished, by ids; `prune` takes theirs from channels that aren't named."""
    found = [_steps(each, held.get(each.address, HeldChannel(address=each.address))) for each in wished]
    if prune:
        found += _pruned(held, {each.address for each in wished})
    return tuple(
        sorted(
            (each for each in found if not each.do_nothing),
            key=lambda each: (each.address.team_id, each.address.channel_id),
        )
    )


def _steps(wished: WishedChannel, held: HeldChannel) -> ChannelSteps:
    changes = () if wished.wants is None else tuple(_changes(wished.wants, held))
    added = {change.target for change in changes if change.before is None}
    chosen = held.chosen
    if wished.threading is not None:
        chosen = replace(chosen, threading=wished.threading)
    if wished.previews is not None:
        chosen = replace(chosen, previews=wished.previews)
    has = frozenset(each.target for each in held.subscriptions if each.allowed)
    wants = has if wished.allowed is None else wished.allowed
    return ChannelSteps(
        address=wished.address,
        changes=changes,
        private=wished.private & added,
        is_shared=wished.is_shared,
        before=held.chosen,
        after=chosen,
        allow=_by_name(wants - has),
        disallow=_by_name(has - wants),
    )


def _changes(wants: Mapping[Target, Wants], held: HeldChannel) -> Iterator[Change]:
    has = {each.target: each.wants for each in held.subscriptions}
    for target in _by_name(frozenset(wants) | frozenset(has)):
        before, after = has.get(target), wants.get(target)
        if before != after:
            yield Change(target=target, before=before, after=after)


def _pruned(held: Mapping[Address, HeldChannel], named: set[Address]) -> list[ChannelSteps]:
    return [
        ChannelSteps(address=each.address, changes=tuple(_changes({}, each)))
        for each in held.values()
        if each.address not in named
    ]


def _by_name(targets: frozenset[Target]) -> tuple[Target, ...]:
    return tuple(sorted(targets, key=lambda each: (each.name.lower(), each.scope, each.id)))
