"""What stands behind the HTTP: the queue, what was said, threads, and receipts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agent.outbox.transport import Transport
from agent.workspaces import Workspace, Workspaces
from shared.address import Address
from shared.blockkit.message import merged
from shared.card import Card
from shared.clock import Clock
from shared.dispatch import Notification
from shared.merge import mates
from shared.outcome import Delivered, Outcome, Refused, Retry, Unknown
from shared.post import Post, Role
from shared.receipt import Receipt

HELD_BACK_S = 5.0
"""How old a receipt is before it is given away."""
UNSETTLED = 200
SWALLOWED_S = 300.0
"""So long after a statement was enqueued the same one is swallowed, as by SQS."""
_IN_THREAD = (Role.REPLY, Role.BROADCAST)
_NO_CARD = Retry(None, "thread_unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A notification of an agent that is to be said, signed by that key."""

    agent_id: str
    key_id: str
    signed_at: int
    said: Notification
    card: Card | None

    @property
    def role(self) -> Role:
        """See `shared.merge.Waiting`."""
        return self.said.role

    @property
    def thread_key(self) -> str | None:
        """See `shared.merge.Waiting`."""
        return self.said.thread_key


class StandInRelay:
    """One relay; what tests turn stands first.

    `hands_back`: report `Retry` and `Unknown` instead of trying again. `lost_receipts`: so many are never written.
    """

    def __init__(self, clock: Clock, beyond: Callable[[Workspaces], Transport], relay_id: str = "relay-1") -> None:
        """`beyond` makes how it says things itself, with the bot tokens that it was given."""
        self.clock, self.relay_id = clock, relay_id
        self.hands_back, self.lost_receipts = False, 0
        self.keys: dict[tuple[str, str], Ed25519PublicKey] = {}
        self.revoked: set[tuple[str, str]] = set()
        self.tokens: dict[tuple[str, str], str] = {}
        """By agent and place: a workspace or an organisation."""
        self.queue: list[Queued] = []
        self.complaints: list[str] = []
        self.said: list[Notification] = []
        """What was said, in order, a rewrite as often as it was."""
        self._workspaces: Workspaces = {}
        self._beyond = beyond(self._workspaces)
        self._enqueued_at: dict[tuple[str, str, int], float] = {}
        self._ledger: dict[tuple[str, str], Delivered] = {}
        self._threads: dict[tuple[str, Address, str | None], str] = {}
        self._receipts: dict[str, list[tuple[str, float, Receipt]]] = {}
        self._numbers = count(1)

    def enter(self, agent_id: str, key_id: str, key: Ed25519PublicKey) -> None:
        """The operator enters an agent's key."""
        self.keys[agent_id, key_id] = key

    def put(self, agent_id: str, place_id: str, token: str) -> None:
        """A workspace's token, or an organisation's."""
        self.tokens[agent_id, place_id] = token
        self._workspaces[place_id] = Workspace(
            team_id=place_id, name=place_id, domain="", bot_user_id="", token=token, scopes=frozenset()
        )

    def remove(self, agent_id: str, place_id: str) -> None:
        """It is taken back."""
        self.tokens.pop((agent_id, place_id), None)

    def enqueue(self, queued: Sequence[Queued]) -> None:
        """Keep these, unless they have come not long ago; nobody is told. What is signed anew stands there twice."""
        now = self.clock.now().timestamp()
        for each in queued:
            name = each.agent_id, each.said.id, each.signed_at
            if now - self._enqueued_at.get(name, float("-inf")) >= SWALLOWED_S:
                self._enqueued_at[name] = now
                self.queue.append(each)
        for address in {each.said.address for each in queued}:
            here = [each for each in self.queue if each.said.address == address and each.role is not Role.REWRITE]
            if len({(each.agent_id, each.said.id) for each in here}) > UNSETTLED:
                self.complaints.append(f"{address}: more than {UNSETTLED} on their way")

    def receipts_after(self, agent_id: str, after: str, limit: int) -> tuple[Sequence[Receipt], str, bool]:
        """Those that are old enough, the cursor behind them, and whether there are more."""
        now = self.clock.now().timestamp()
        found = [
            (cursor, receipt)
            for cursor, at, receipt in self._receipts.get(agent_id, [])
            if cursor > after and at <= now - HELD_BACK_S
        ]
        page = found[:limit]
        return [receipt for _, receipt in page], page[-1][0] if page else after, len(found) > limit

    async def carry(self) -> Sequence[Receipt]:
        """Say what is queued, in order within a channel; the receipts, one for each notification."""
        receipts: list[Receipt] = []
        held = set[Address]()
        while waiting := [each for each in self.queue if each.said.address not in held]:
            address = waiting[0].said.address
            here = [each for each in waiting if each.said.address == address]
            first = {(each.agent_id, each.said.id): each for each in reversed(here)}
            group = mates([each for each in here if first[each.agent_id, each.said.id] is each])
            outcomes = await self._outcomes(group)
            if outcomes is None:
                held.add(address)
                continue
            done = {id(each) for each in group}
            self.queue = [each for each in self.queue if id(each) not in done]
            for each in group:
                receipts.append(Receipt(id=each.said.id, outcome=outcomes[each.said.id]))
                self._report(each.agent_id, receipts[-1])
        return receipts

    async def _outcomes(self, group: Sequence[Queued]) -> dict[str, Outcome] | None:
        """What came of each; None when all of it is to be tried again."""
        known: dict[str, Outcome] = {each.said.id: found for each in group if (found := self._known(each))}
        rest = [each for each in group if each.said.id not in known]
        if not rest:
            return known
        outcome = await self._posted(rest)
        if isinstance(outcome, Retry | Unknown) and outcome != _NO_CARD and not self.hands_back:
            return None
        for each in rest:
            if isinstance(outcome, Delivered):
                self._ledger[each.agent_id, each.said.id] = outcome
                self.said.append(each.said)
                if each.role is Role.PARENT:
                    self._threads[each.agent_id, each.said.address, each.thread_key] = outcome.ts
            known[each.said.id] = outcome
        return known

    def _known(self, queued: Queued) -> Outcome | None:
        if (queued.agent_id, queued.key_id) in self.revoked:
            return Retry(0.0, "key_revoked")
        if (queued.agent_id, queued.said.address.team_id) not in self.tokens:
            return Refused("team_not_found")
        said = self._ledger.get((queued.agent_id, queued.said.id))
        return said or (Refused("withdrawn") if queued.card is None else None)

    async def _posted(self, group: Sequence[Queued]) -> Outcome:
        head, cards = group[0], {each.said.id: each.card for each in group if each.card}
        in_thread = head.role in _IN_THREAD
        ts = head.said.thread_ts if head.role is Role.REWRITE else None
        if in_thread:
            ts = self._threads.get((head.agent_id, head.said.address, head.thread_key)) or head.said.thread_ts
        if in_thread and not ts:
            return _NO_CARD
        return await self._beyond.send(
            Post(
                id=head.said.id,
                also=tuple(each.said.id for each in group[1:]),
                delivery_id=head.said.delivery_id,
                address=head.said.address,
                role=head.role,
                ts=ts,
                thread_key=head.thread_key,
                message=merged([*cards.values()], head.said.data_class),
                cards=cards,
                data_class=head.said.data_class,
            )
        )

    def _report(self, agent_id: str, receipt: Receipt) -> None:
        if self.lost_receipts:
            self.lost_receipts -= 1
            return
        at = self.clock.now().timestamp()
        cursor = f"{int(at * 1000):013d}#{next(self._numbers):08x}"
        self._receipts.setdefault(agent_id, []).append((cursor, at, receipt))
