"""Which of a channel's backlog share a message, and what it says. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from relay_lambda.carrying.verifying import Carried
from shared.blockkit.message import fitting, merged
from shared.ledger import Entry, Say, State, Step, step
from shared.merge import mates
from shared.post import Post, Role

IN_THREAD = frozenset({Role.REPLY, Role.BROADCAST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A notification in hand with what the ledger knows of it; `entry` is as its head knows it."""

    carried: Carried
    entry: Entry | None
    head_entry: Entry | None = None
    """Of a member: its head's own entry."""

    @property
    def role(self) -> Role:
        """For merging."""
        return self.carried.notification.role

    @property
    def thread_key(self) -> str | None:
        """For merging."""
        return self.carried.notification.thread_key

    @property
    def name(self) -> str:
        """Its own."""
        return self.carried.name

    @property
    def signed_at(self) -> int:
        """When its statement was signed."""
        return self.carried.statement.signed_at

    def step(self, now: float) -> Step:
        """What the ledger says about it."""
        return step(self.entry, self.carried.statement, now)

    @property
    def doubtful(self) -> bool:
        """Whether it may be there already."""
        return self.entry is not None and self.entry.state in {State.POSTING, State.AMBIGUOUS}

    @property
    def speaking(self) -> tuple[str, Entry]:
        """Name and entry of the head that speaks for it, be it itself. Raises `ValueError` when nothing is known."""
        if self.entry is None:
            raise ValueError("nothing is known of it")
        if self.entry.head and self.head_entry:
            return self.entry.head, self.head_entry
        return self.name, self.entry


def members(backlog: Sequence[Item], now: float) -> Sequence[Item]:
    """The first of `backlog` and those that go with it; rewrites aren't among them.

    All have cards, but those of a set that may be there already.
    """
    head = backlog[0]
    if head.doubtful:
        names = head.speaking[1].members
        return [head, *(each for each in backlog[1:] if each.name in names and each.doubtful)]
    if _alone(head):
        return [head]
    run = mates(backlog)
    fresh = list(takewhile(lambda each: _may_join(each, head, now), run))
    cards = [each.carried.card for each in fresh if each.carried.card is not None]
    return fresh[: fitting(cards, head.carried.notification.data_class)]


def drawn(items: Sequence[Item], thread_ts: str | None) -> Post:
    """The post of a set; of a rewrite `thread_ts` is the message to draw anew."""
    head = items[0].carried.notification
    cards = {each.carried.notification.id: each.carried.card for each in items}
    shown = {id_: card for id_, card in cards.items() if card is not None}
    return Post(
        id=head.id,
        also=tuple(each.carried.notification.id for each in items[1:]),
        delivery_id=head.delivery_id,
        address=head.address,
        role=head.role,
        ts=thread_ts,
        thread_key=head.thread_key,
        message=merged(list(shown.values()), head.data_class),
        cards=shown,
        data_class=head.data_class,
    )


def known(item: Item, entry: Entry) -> Item:
    """The item with a newer entry of its own."""
    return replace(item, entry=entry, head_entry=None)


def _alone(item: Item) -> bool:
    return item.entry is not None and (item.entry.alone or item.entry.unknown)


def _may_join(item: Item, head: Item, now: float) -> bool:
    """The head always; behind it what nothing is known of that would speak against it."""
    if item is head:
        return True
    same = item.carried.notification.data_class is head.carried.notification.data_class
    return same and not item.doubtful and not _alone(item) and isinstance(item.step(now), Say)
