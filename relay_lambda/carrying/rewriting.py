"""Drawing messages anew: of several drawings the newest wins, and none of them holds up a post.

Nothing is claimed and nothing reconciled: a drawing that was lost is simply sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from relay_lambda.carrying.asking import UPDATE, Asking
from relay_lambda.carrying.forming import Item, drawn
from relay_lambda.carrying.ports import Collaborators
from relay_lambda.carrying.posting import MOST_WAIT_S, Later, Settled
from relay_lambda.carrying.settling import Settling, thread_of
from shared import ledger
from shared.outcome import Accepted, Delivered, Refused, Retry, Unknown
from shared.post import Post
from shared.slack_errors import Policy, policy

MOST_AWAY_S = 5.0
"""For so long at most a drawing stays away for the sake of its bucket: until it is back, its channel stands still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """For the channels of a batch."""

    given: Collaborators
    asking: Asking
    settling: Settling

    def draw(self, items: Sequence[Item]) -> Settled | Later:
        """Draw one message anew; these are its drawings, the newest last."""
        newest = items[-1]
        ts = newest.carried.notification.thread_ts or self._thread_ts(newest)
        if not ts:
            self.settling.died(items, ledger.THREAD_UNKNOWN)
            return Settled(items)
        if (wait := self._wait_s(newest)) > 0:
            return Later(min(wait, MOST_AWAY_S))
        if not self.asking.has_time():
            return Later(0.0)
        return self._settled(items, drawn([newest], ts))

    def _settled(self, items: Sequence[Item], post: Post) -> Settled | Later:
        agent_id = items[0].carried.agent_id
        is_stopped = self.asking.is_stopped(agent_id, post.address.team_id)
        match self.asking.send(agent_id, post):
            case Delivered() as there:
                for each in items:
                    entry = ledger.claimed(each.entry, each.signed_at, (each.name,), post.ts, self.given.now())
                    self.settling.posted([each], each.name, entry, there)
                return Settled(items)
            case Refused(reason):
                thread = thread_of(items[-1])
                if policy(reason) is Policy.NEW_PARENT and thread and post.ts:
                    self.given.threads.forget(thread, post.ts)
                self.settling.died(items, reason, quiet=is_stopped)
                return Settled(items)
            case Retry(after_s, _, rate_limited):
                if rate_limited and after_s is not None:
                    self.given.log.count("slack_429", group=items[-1].carried.arrived.group)
                    self.given.paces.block(agent_id, post.address.team_id, UPDATE, after_s)
                return self._put_off(items[-1], after_s)
            case Unknown():
                return self._put_off(items[-1], None)
            case Accepted():
                raise AssertionError("Slack accepts nothing")

    def _put_off(self, newest: Item, after_s: float | None) -> Later:
        if after_s is not None:
            return Later(min(after_s, MOST_AWAY_S))
        waits = newest.entry.waits if newest.entry else 0
        entry = ledger.claimed(newest.entry, newest.signed_at, (), None, self.given.now())
        after = ledger.put_off(entry, self.given.now(), ledger.wait_s(waits), counted=True)
        self.settling.written(newest, after)
        return Later(ledger.wait_s(waits))

    def _wait_s(self, item: Item) -> float:
        """Until it may go; a short wait is waited here."""
        agent_id, team_id = item.carried.agent_id, item.carried.notification.address.team_id
        if (blocked := self.given.paces.blocked_s(agent_id, team_id, UPDATE)) > 0:
            return blocked
        wait = self.given.paces.rewrite_in_s(agent_id, team_id)
        if not 0 < wait <= MOST_WAIT_S:
            return wait
        self.given.clock.wait(wait)
        return self.given.paces.rewrite_in_s(agent_id, team_id)

    def _thread_ts(self, item: Item) -> str | None:
        thread = thread_of(item)
        return self.given.threads.find(thread) if thread else None
