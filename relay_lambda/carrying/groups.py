"""One channel of a batch, in its order."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from relay_lambda.carrying.asking import POST, Asking
from relay_lambda.carrying.forming import Item, members
from relay_lambda.carrying.limits import Refusal
from relay_lambda.carrying.ports import Collaborators, Contested, Deadline, Unreadable
from relay_lambda.carrying.posting import Came, Changed, Later, Posting, Settled
from relay_lambda.carrying.rewriting import Rewriting
from relay_lambda.carrying.settling import Settling
from relay_lambda.carrying.verifying import Arrived, Carried, Forged, verified
from relay_lambda.unavailable import Unavailable
from shared import ledger
from shared.ledger import Answer, Look, Say, State, Wait
from shared.post import Role

CONTESTED_S = 1.0
UNAVAILABLE_MOST_S = 60.0
BROKEN_S = 10.0
REWRITE_LEAST_S = 1.0
BROKEN = "internal_error_of_the_relay"
JITTER = 0.25
"""By how much of it a block of a whole workspace is drawn out, so that its channels don't come back together."""


class Group:
    """What is left of one channel's messages; `carry` is called once."""

    def __init__(self, given: Collaborators, deadline: Deadline, arrived: Sequence[Arrived]) -> None:
        self._given, self._left = given, {each.message_id: each for each in arrived}
        self._asking = asking = Asking(given, deadline)
        self._settling = Settling(given=given)
        self._posting = Posting(given=given, asking=asking, settling=self._settling)
        self._rewriting = Rewriting(given=given, asking=asking, settling=self._settling)
        self._backlog: list[Item] = []
        self._aside_s = 0.0

    def carry(self) -> Sequence[str]:
        """Say what can be said; the ids of the messages that are given back."""
        wait_s = self._rounds()
        if self._left:
            self._give_back(wait_s)
        return list(self._left)

    def _rounds(self) -> float:
        """Until all is settled or has to wait; for how long."""
        is_read = False
        while True:
            try:
                if not is_read:
                    self._backlog = self._read()
                    is_read = True
                if not self._backlog:
                    if not self._left:
                        return 0.0
                    is_read = False  # doubles of what is settled by now
                    continue
                if (wait := self._round()) is not None:
                    return wait
            except Contested:
                return CONTESTED_S
            except Unavailable as failure:
                self._given.log.warning("something behind the relay failed", what=str(failure))
                return failure.after_s or self._unavailable_s()
            except Exception as failure:  # noqa: BLE001 - the one edge: what breaks is counted, and dead in the end
                if not self._failed(failure):
                    return BROKEN_S

    def _read(self) -> list[Item]:
        """Prove the messages; those that are to be said, or looked for.

        What is dispatched again may stand beside its first message: until it is settled, of doubles only the one that
        decides.
        """
        deciding: dict[str, Item] = {}
        for each in list(self._left.values()):
            try:
                item = self._proved(each, deciding)
            except Unreadable:  # the ledger can't count it either: SQS does, not only failures, but it stays what it is
                if each.receives < ledger.FAILURES:
                    raise
                self._bury(each, BROKEN)
                continue
            if item:
                _enter(deciding, item, self._given.now())
        proved, now = list(deciding.values()), self._given.now()
        if not proved or self._given.bots.find(*_place(proved[0])):
            return proved
        fresh = [each for each in proved if isinstance(each.step(now), Say) and not each.carried.revoked]
        self._settling.died(fresh, ledger.NOT_REGISTERED)
        self._done(fresh)
        return [each for each in proved if each not in fresh]

    def _proved(self, arrived: Arrived, known: Mapping[str, Item]) -> Item | None:
        """None for what is dead by now. The ledger says the same of all doubles."""
        match verified(arrived, self._given.keys, self._given.audience, self._given.now()):
            case Forged(reason):
                self._given.log.count("signature_reject", reason=reason)
                self._bury(arrived, reason)
                return None
            case Carried() as carried:
                double = known.get(carried.name)
                return replace(double, carried=carried) if double else self._item(carried)
            case never:
                assert_never(never)

    def _bury(self, arrived: Arrived, reason: str) -> None:
        self._settling.bury(arrived, reason)
        self._left.pop(arrived.message_id)

    def _item(self, carried: Carried) -> Item:
        own = self._given.ledger.get(carried.agent_id, carried.name)
        if own is None or own.head is None:
            return Item(carried=carried, entry=own)
        head = self._given.ledger.get(carried.agent_id, own.head)
        entry = ledger.resolved(own, head, carried.name)
        return Item(carried=carried, entry=entry, head_entry=head if entry.head else None)

    def _round(self) -> float | None:
        """One step further; how long to wait when there is none."""
        if self._answered():
            return None
        posts = [each for each in self._backlog if each.role is not Role.REWRITE]
        rewrites = [each for each in self._backlog if each.role is Role.REWRITE]
        if rewrites and not self._aside_s and (not posts or self._backlog[0] is rewrites[0]):
            self._drawn(rewrites)
            return None
        if not posts:
            return self._aside_s
        if (blocked := self._given.paces.blocked_s(*_place(posts[0]), POST)) > 0:
            return blocked * (1 + JITTER * self._given.random.random())
        return self._came(self._stepped(posts))

    def _stepped(self, posts: Sequence[Item]) -> Came:
        now = self._given.now()
        match posts[0].step(now):
            case Wait(seconds):
                return Later(seconds)
            case Look():
                return self._posting.look(members(posts, now))
            case Say():
                return self._posting.say([each for each in members(posts, now) if each.carried.card is not None])
            case Answer(outcome):
                self._settling.answer(posts[0], outcome)
                return Settled(posts[:1])

    def _answered(self) -> bool:
        """Whether something was settled without Slack: by the ledger, as withdrawn or revoked, or with its channel."""
        now = self._given.now()
        before = len(self._backlog)
        for item in list(self._backlog):
            match item.step(now):
                case Answer() | Say() if item.carried.revoked:
                    self._settling.revoked(item)
                    self._done([item])
                case Answer(outcome):
                    self._settling.answer(item, outcome)
                    self._done([item])
                case Say() if item.carried.card is None:
                    self._settling.died([item], ledger.MALFORMED if item.carried.unreadable else ledger.WITHDRAWN)
                    self._done([item])
                case Say() if not item.doubtful and (refusal := self._asking.parked(item.carried.arrived)):
                    self._settling.died([item], refusal.reason, quiet=_has_letter(item, refusal))
                    self._done([item])
                case _:
                    pass
        return len(self._backlog) < before

    def _drawn(self, rewrites: Sequence[Item]) -> None:
        """One message drawn anew; where that has to wait, what stands behind goes on."""
        target = _target(rewrites[0])
        came = self._rewriting.draw([each for each in rewrites if _target(each) == target])
        if isinstance(came, Settled):
            self._done(came.items)
        else:
            self._aside_s = max(came.seconds, REWRITE_LEAST_S)

    def _came(self, came: Came) -> float | None:
        match came:
            case Settled(items):
                self._done(items)
                return None
            case Changed(items):
                changed = {each.name: each for each in items}
                self._backlog = [changed.get(each.name, each) for each in self._backlog]
                return None
            case Later(seconds):
                return seconds

    def _done(self, items: Sequence[Item]) -> None:
        names = {each.carried.arrived.message_id for each in items}
        self._backlog = [each for each in self._backlog if each.carried.arrived.message_id not in names]
        for name in names:
            self._left.pop(name, None)

    def _failed(self, failure: Exception) -> bool:
        """Count it against the head; whether the channel goes on, since the head is dead by now."""
        kind = type(failure).__name__
        if not self._backlog:
            self._given.log.warning("a message broke before it was read", kind=kind)
            return False
        head = self._backlog[0]
        self._given.log.warning("a message broke", kind=kind, delivery_id=head.carried.notification.delivery_id)
        try:
            latest = self._item(head.carried)
            entry = ledger.failed(latest.entry, head.signed_at, self._given.now())
            if entry.failures < ledger.FAILURES:
                self._settling.written(latest, entry)
                return False
            unknown = entry.doubtful or entry.state is State.AMBIGUOUS
            self._settling.died([latest], BROKEN, unknown=unknown)
            self._done([head])
        except (Contested, Unavailable, Unreadable):
            return False
        return True

    def _give_back(self, wait_s: float) -> None:
        handles = [each.receipt_handle for each in self._left.values()]
        try:
            self._given.returning.give_back(handles, math.ceil(wait_s))
        except Unavailable as failure:  # they come back by themselves then, later and together
            self._given.log.warning("messages can't be given back", what=str(failure))

    def _unavailable_s(self) -> float:
        return min(UNAVAILABLE_MOST_S, 2.0 * max(each.receives for each in self._left.values()))


def _place(item: Item) -> tuple[str, str]:
    return item.carried.agent_id, item.carried.notification.address.team_id


def _enter(deciding: dict[str, Item], item: Item, now: float) -> None:
    """Of doubles that are to be said the one that was signed later decides, in the place of the first.

    What may be there already in one message with others stays what it was, so that their set stays, too, unless its
    key was revoked. A first one that isn't to be said itself, or looked for, holds the place only of a parent: that of
    anything else may stand in between.
    """
    first = deciding.setdefault(item.name, item)
    is_live = _is_live(first, now)
    if first is item or (is_live, first.signed_at) >= (_is_live(item, now), item.signed_at):
        return
    is_of_set = first.doubtful and first.entry and (first.entry.head or len(first.entry.members) > 1)
    if is_live and is_of_set and not first.carried.revoked:
        return
    if not is_live and item.role is not Role.PARENT:
        del deciding[item.name]
    deciding[item.name] = item


def _is_live(item: Item, now: float) -> bool:
    """Whether it is to be said, or looked for."""
    match item.step(now):
        case Answer():
            return False
        case Say():
            return not item.carried.revoked
        case _:
            return True


def _has_letter(item: Item, refusal: Refusal) -> bool:
    """Whether a double of it is a dead letter of this refusal already; the ledger remembers milliseconds."""
    entry = item.entry
    if entry is None or entry.state is not State.DEAD:
        return False
    return entry.reason == refusal.reason and entry.at > refusal.at - 0.001


def _target(item: Item) -> tuple[str | None, str | None]:
    """The message that it draws anew."""
    return item.carried.notification.thread_ts, item.thread_key
