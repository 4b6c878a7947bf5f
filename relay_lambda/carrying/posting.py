"""Saying one post: its place in the channel's pace, the claim, the request, and what came of it.

    members' entries ──▶ head's entry (POSTING) ──▶ request ──▶ POSTED │ OPEN │ AMBIGUOUS │ DEAD
    point to the head    the claim, conditional      10 s at most

Killed anywhere behind the claim, the next one finds POSTING, and looks before anything is posted again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from relay_lambda.carrying.asking import POST, Asking, CannotLook, NotSeen, Sought
from relay_lambda.carrying.forming import IN_THREAD, Item, drawn, known
from relay_lambda.carrying.ports import Collaborators
from relay_lambda.carrying.settling import Settling, thread_of
from shared import ledger
from shared.ledger import Entry, State
from shared.outcome import Accepted, Delivered, Refused, Retry, Unknown
from shared.post import Post
from shared.slack_errors import Policy, policy

MOST_WAIT_S = 1.0
"""Longer than this nobody waits inside the function."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Something has come of these."""

    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Changed:
    """The ledger knows more of these now; go on with them."""

    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: the channel is given back for so long."""

    seconds: float


Came = Settled | Changed | Later


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """For the channels of a batch."""

    given: Collaborators
    asking: Asking
    settling: Settling

    def say(self, items: Sequence[Item]) -> Came:
        """Say a set, the head first."""
        head = items[0]
        thread_ts = self._thread_ts(head) if head.role in IN_THREAD else None
        if head.role in IN_THREAD and not thread_ts:
            self.settling.died([head], ledger.THREAD_UNKNOWN)
            return Settled([head])
        post = drawn(items, thread_ts)
        if (wait := self._pace_s(head)) > MOST_WAIT_S:
            return Later(wait)
        if wait:
            self.given.clock.wait(wait)
        if not self.asking.has_time():
            return Later(0.0)
        claimed = self._claimed(items, post)
        self.given.limits.posts(head.carried.arrived.group, self.given.now())
        return self._settled(claimed, post)

    def look(self, items: Sequence[Item]) -> Came:
        """Look for a post whose fate nobody knows; look again; only then say it once more."""
        head = items[0]
        name, entry = head.speaking
        notification = head.carried.notification
        if not self.asking.has_time():
            return Later(0.0)
        if entry.state is State.POSTING:
            self.given.log.count("ambiguous", reason="killed", delivery_id=notification.delivery_id)
        sought = Sought(
            agent_id=head.carried.agent_id,
            team_id=notification.address.team_id,
            channel_id=notification.address.channel_id,
            name=name,
            thread_ts=entry.thread_ts,
            posted_at=entry.posted_at,
        )
        match self.asking.look(sought):
            case Delivered() as found:
                self.settling.posted(items, name, entry, found)
                return Settled(items)
            case NotSeen():
                after = ledger.missed(entry, self.given.now())
                return self._waited(head, name, after, ledger.LOOK_AFTER_S)
            case Retry(after_s, _):
                wait = ledger.wait_s(entry.waits) if after_s is None else after_s
                after = replace(ledger.doubted(entry, self.given.now(), wait), looks=entry.looks, waits=entry.waits + 1)
                self._put(head, name, after)
                return Later(wait)
            case CannotLook(reason):
                return self._unseen(items, name, entry, reason)

    def _unseen(self, items: Sequence[Item], name: str, entry: Entry, reason: str) -> Came:
        """Nobody may look: the signed notification says whether it is said again, or left to a person."""
        if items[0].carried.notification.unknown == "park":
            self.settling.died(items, f"nobody can tell whether Slack has it ({reason})", unknown=True)
            return Settled(items)
        self.given.log.count("maybe_twice", delivery_id=items[0].carried.notification.delivery_id)
        given_up = replace(ledger.missed(entry, self.given.now()), looks=ledger.LOOKS)
        return self._waited(items[0], name, given_up, 0.0)

    def _waited(self, head: Item, name: str, after: Entry, seconds: float) -> Came:
        stored = self._put(head, name, after)
        if after.looks < ledger.LOOKS:
            return Later(seconds)
        entry = stored if name == head.name else ledger.resolved(head.entry or stored, stored, head.name)
        return Changed([replace(head, entry=entry, head_entry=None if name == head.name else stored)])

    def _put(self, head: Item, name: str, entry: Entry) -> Entry:
        return self.given.ledger.put(head.carried.agent_id, name, entry)

    def _claimed(self, items: Sequence[Item], post: Post) -> Sequence[Item]:
        """The set with its entries; the head's is the claim, and the last that is written."""
        head, now = items[0], self.given.now()
        rest = [
            known(each, self._put(each, each.name, ledger.joined(each.entry, each.signed_at, head.name, now)))
            for each in items[1:]
        ]
        names = tuple(each.name for each in items)
        claimed = ledger.claimed(head.entry, head.signed_at, names, post.ts, now)
        return [known(head, self._put(head, head.name, claimed)), *rest]

    def _settled(self, items: Sequence[Item], post: Post) -> Came:
        head, now = items[0], self.given.now
        name, claimed = head.speaking
        is_stopped = self.asking.is_stopped(head.carried.agent_id, post.address.team_id)
        match self.asking.send(head.carried.agent_id, post):
            case Delivered() as there:
                self.settling.posted(items, name, claimed, there)
                return Settled(items)
            case Retry() as answer:
                return self._put_off(head, claimed, answer)
            case Refused(reason) if len(items) > 1 and policy(reason) is Policy.PARK_NOTIFICATION:
                return Changed(self._split(items, claimed))
            case Refused(reason):
                self._forget_thread(head, post, reason)
                self.settling.died(items, reason, quiet=is_stopped)
                return Settled(items)
            case Unknown(reason):
                self.given.log.count("ambiguous", reason=reason, delivery_id=post.delivery_id)
                self._put(head, name, ledger.doubted(claimed, now()))
                return Later(ledger.LOOK_AFTER_S)
            case Accepted():
                raise AssertionError("Slack accepts nothing")

    def _split(self, items: Sequence[Item], claimed: Entry) -> Sequence[Item]:
        """Post the parts singly, to find the bad one."""
        head, now = items[0], self.given.now()
        stored = self._put(head, head.name, ledger.split(claimed, now))
        rest = [
            known(each, replace(ledger.resolved(_entry(each), stored, each.name), alone=True)) for each in items[1:]
        ]
        return [known(head, stored), *rest]

    def _put_off(self, head: Item, claimed: Entry, answer: Retry) -> Later:
        wait = ledger.wait_s(claimed.waits) if answer.after_s is None else answer.after_s
        after = ledger.put_off(claimed, self.given.now(), wait, counted=answer.after_s is None)
        self._put(head, head.name, after)
        if answer.rate_limited and answer.after_s is not None:
            self._limited(head, answer.after_s)
        return Later(wait)

    def _limited(self, head: Item, seconds: float) -> None:
        carried, now = head.carried, self.given.now()
        agent_id, team_id = carried.agent_id, carried.notification.address.team_id
        self.given.log.count("slack_429", group=carried.arrived.group)
        if self.given.limits.limited(agent_id, team_id, carried.arrived.group, now + seconds, now):
            self.given.paces.block(agent_id, team_id, POST, seconds)

    def _forget_thread(self, head: Item, post: Post, reason: str) -> None:
        thread = thread_of(head)
        if policy(reason) is Policy.NEW_PARENT and thread and post.ts:
            self.given.threads.forget(thread, post.ts)

    def _thread_ts(self, head: Item) -> str | None:
        """What this relay posted or what the agent knows, whichever is newer."""
        thread = thread_of(head)
        ours = self.given.threads.find(thread) if thread else None
        known_ts = [ts for ts in (ours, head.carried.notification.thread_ts) if ts]
        return max(known_ts, key=_instant, default=None)

    def _pace_s(self, head: Item) -> float:
        return self.given.limits.post_in_s(head.carried.arrived.group, self.given.now())


def _entry(item: Item) -> Entry:
    return item.speaking[1]


def _instant(ts: str) -> float:
    """A `ts` as a number; what isn't one is the oldest."""
    try:
        found = float(ts)
    except ValueError:
        return 0.0
    return found if math.isfinite(found) else 0.0
