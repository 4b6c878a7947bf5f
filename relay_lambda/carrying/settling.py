"""What is written once something has come of a notification: ledger, thread, receipt, dead letter.

Ledger first: whatever is lost behind it is done again when the queue gives the message out once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from relay_lambda.carrying.forming import Item, known
from relay_lambda.carrying.ports import Collaborators, DeadLetter, Thread
from relay_lambda.carrying.verifying import Arrived, Carried
from shared import ledger
from shared.outcome import Delivered, Outcome, Retry, Unknown
from shared.post import Role
from shared.receipt import Receipt
from shared.slack_errors import Policy, policy

_HEALING = frozenset({Policy.NEW_PARENT, Policy.DROP_REWRITE})
"""Refusals that the agent's own order of things answers: a new card, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """For the channels of a batch."""

    given: Collaborators

    def answer(self, item: Item, outcome: Outcome) -> None:
        """Report what the ledger knows, once more."""
        if isinstance(outcome, Delivered):
            self._remember(item, outcome.ts)
        self._report(item.carried, outcome)

    def posted(self, items: Sequence[Item], name: str, entry: ledger.Entry, found: Delivered) -> None:
        """A post is there: `entry` is its head's, of that name, in which the whole set has its answer."""
        head = items[0].carried
        after = ledger.posted(entry, found.ts, self.given.now(), reconciled=found.reconciled)
        self.given.ledger.put(head.agent_id, name, after)
        deliveries = [each.carried.notification.delivery_id for each in items]
        self.given.log.info("said", group=head.arrived.group, deliveries=deliveries, reconciled=found.reconciled)
        self._remember(items[0], found.ts)
        for each in items:
            self._report(each.carried, found)
        if len(items) > 1:
            self.given.log.count("coalesced", len(items) - 1, delivery_id=head.notification.delivery_id)

    def died(self, items: Sequence[Item], reason: str, *, unknown: bool = False, quiet: bool = False) -> None:
        """These won't be said. `quiet`: no dead letter, since there is one already that says the same."""
        for each in items:
            carried = each.carried
            entry = ledger.died(each.entry, each.signed_at, reason, self.given.now(), unknown=unknown)
            outcome = ledger.outcome(entry)
            if isinstance(outcome, Retry):
                self.given.log.count("sent_back", reason=reason, delivery_id=carried.notification.delivery_id)
            if _is_news(carried, outcome, reason, quiet=quiet):
                self.bury(carried.arrived, reason, carried)  # first: what the ledger calls dead is buried no more
            self.given.ledger.put(carried.agent_id, each.name, entry)
            delivery = carried.notification.delivery_id
            self.given.log.info("not said", group=carried.arrived.group, deliveries=[delivery], reason=reason)
            self._report(carried, outcome)

    def revoked(self, item: Item) -> None:
        """Its key proves nothing any more; what is known of the notification itself stays.

        Of what may be there it was looked first: it isn't, as far as anybody can tell.
        """
        match item.step(self.given.now()):
            case ledger.Answer(outcome):
                self.answer(item, outcome)
            case _ if item.doubtful:
                outcome = Retry(0.0, ledger.KEY_REVOKED)
                if _is_news(item.carried, outcome, outcome.reason, quiet=False):
                    self.bury(item.carried.arrived, outcome.reason, item.carried)
                self._report(item.carried, outcome)
            case _:
                self.died([item], ledger.KEY_REVOKED)

    def written(self, item: Item, entry: ledger.Entry) -> Item:
        """Write an item's own entry."""
        return known(item, self.given.ledger.put(item.carried.agent_id, item.name, entry))

    def bury(self, arrived: Arrived, reason: str, carried: Carried | None = None) -> None:
        """To the dead letters; what isn't proved names nobody."""
        letter = DeadLetter(
            body=arrived.body,
            group=arrived.group,
            message_id=arrived.message_id,
            reason=reason,
            agent_id=carried.agent_id if carried else "",
            id=carried.notification.id if carried else "",
            delivery_id=carried.notification.delivery_id if carried else "",
        )
        self.given.returning.bury(letter)
        self.given.log.count("dead_letters", reason=reason, delivery_id=letter.delivery_id)

    def _remember(self, item: Item, ts: str) -> None:
        if item.role is Role.PARENT and (thread := thread_of(item)):
            self.given.threads.put(thread, ts)

    def _report(self, carried: Carried, outcome: Outcome) -> None:
        self.given.receipts.put(carried.agent_id, Receipt(id=carried.notification.id, outcome=outcome))


def _is_news(carried: Carried, outcome: Outcome, reason: str, *, quiet: bool) -> bool:
    """Whether somebody has to hear of it: not of what the agent sends again by itself, or has withdrawn.

    Who has put a dead letter back hears of it always: that letter is gone, and the agent may wait for a person.
    """
    if reason == ledger.WITHDRAWN:
        return False
    if carried.statement.redriven_at is not None:
        return True
    heals = not isinstance(outcome, Unknown) and policy(reason) in _HEALING
    return not (quiet or heals or isinstance(outcome, Retry))


def thread_of(item: Item) -> Thread | None:
    """The thread that it belongs to."""
    notification = item.carried.notification
    if not notification.thread_key:
        return None
    return Thread(agent_id=item.carried.agent_id, address=notification.address, key=notification.thread_key)
