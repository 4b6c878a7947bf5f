"""A transport that settles by receipts, as the relay does, in front of one that answers at once.

    relay = AcceptingTransport(SlackTransport(api), clock)
    await relay.send(post)             Accepted: it is kept
    receipts = await relay.carry()     says what is kept, in order, and reports it

What becomes of the receipts is the test's affair: their order, their doubles, when they arrive, and whether. It knows
each notification by its id and says it once, however often it is sent; after a receipt other than `Delivered` it has it
no more. Within an address it keeps the order: what can't be said now is tried again at the next `carry`, after a look
where nobody knows, and what is behind it waits. What the sender does against the contract stands in `complaints`.
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.outbox.transport import Look, Seen, Sought, Transport
from shared.address import Address
from shared.blockkit.limits import MERGED
from shared.clock import Clock
from shared.outcome import Accepted, Delivered, Outcome, Refused, Retry, Unknown
from shared.post import Post, Role
from shared.receipt import Receipt

MOST = 200
"""Notifications of one channel that may be on their way at a time."""
AGAIN_S = 900.0
"""How long a receipt is waited for before the same is sent again."""
_IN_THREAD = (Role.REPLY, Role.BROADCAST)
_NO_CARD = Retry(None, "thread_unknown")


@dataclass(slots=True, kw_only=True)
class _Kept:
    """A post that it has: `acknowledged` when the sender knows, `outcome` once it is said, `unclear` if it may be."""

    post: Post
    at_s: float
    acknowledged: bool
    outcome: Delivered | None = None
    unclear: bool = False


class AcceptingTransport:
    """`agent.outbox.transport.Transport`; `beyond` is how it says things itself.

    `dispatched`: every post that was sent, in order. `answers`: what the next sends are answered instead of `Accepted`;
    an `Unknown` among them was kept all the same, anything else was not. `hands_back`: report `Retry` and `Unknown`
    instead of trying again.
    """

    def __init__(self, beyond: Transport, clock: Clock) -> None:
        self._beyond, self._clock = beyond, clock
        self.answers: deque[Outcome] = deque()
        self.dispatched: list[Post] = []
        self.complaints: list[str] = []
        self.hands_back = False
        self._kept: dict[str, _Kept] = {}
        self._waiting: list[_Kept] = []
        self._cards: dict[tuple[Address, str | None], str] = {}
        self._rewritten: set[str] = set()
        self._sending: Counter[Address] = Counter()

    async def send(self, post: Post) -> Outcome:
        """See the port."""
        self._sending[post.address] += post.role is not Role.REWRITE
        try:
            await self._clock.sleep(0)
            self._check(post)
            self.dispatched.append(post)
            outcome = self.answers.popleft() if self.answers else Accepted()
            if isinstance(outcome, Accepted | Unknown):
                self._keep(post, acknowledged=isinstance(outcome, Accepted))
            return outcome
        finally:
            self._sending[post.address] -= post.role is not Role.REWRITE

    async def look(self, sought: Sought) -> Look:
        """See the port: what it has said it knows, and for the rest it looks itself."""
        kept = self._kept.get(sought.id)
        return Seen(kept.outcome.ts) if kept and kept.outcome else await self._beyond.look(sought)

    async def carry(self, most: int | None = None) -> Sequence[Receipt]:
        """Say what is kept, `most` posts of it; the receipts, one for each notification, in the order of saying."""
        receipts: list[Receipt] = []
        held: set[Address] = set()
        for kept in self._waiting[:most]:
            if kept.post.address not in held and (outcome := await self._said(kept)):
                self._waiting.remove(kept)
                receipts += [Receipt(id=each, outcome=outcome) for each in kept.post.members]
            else:
                held.add(kept.post.address)
        return receipts

    def forget(self) -> None:
        """Lose all that is kept and what is known of it, as a queue does after its days."""
        self._kept.clear()
        self._waiting.clear()

    def on_their_way(self, address: Address) -> int:
        """How many notifications of an address are kept and not said yet, rewrites not among them."""
        posts = (kept.post for kept in self._waiting if kept.post.role is not Role.REWRITE)
        return sum(len(post.members) for post in posts if post.address == address)

    def _keep(self, post: Post, *, acknowledged: bool) -> None:
        known = self._kept.get(post.id)
        if known:
            known.at_s, known.acknowledged = self._clock.monotonic(), acknowledged
            if known.outcome:
                self._waiting.append(known)  # it is reported once more
            return
        kept = _Kept(post=post, at_s=self._clock.monotonic(), acknowledged=acknowledged)
        self._kept |= dict.fromkeys(post.members, kept)
        self._waiting.append(kept)
        if post.role is Role.PARENT:
            self._cards.setdefault((post.address, post.thread_key), "")
        if self.on_their_way(post.address) > MOST:
            self.complaints.append(f"{post.address}: more than {MOST} on their way")

    async def _said(self, kept: _Kept) -> Outcome | None:
        """What is to be reported; None when it is to be tried again."""
        outcome = kept.outcome or await self._found(kept) or await self._posted(kept.post)
        if isinstance(outcome, Delivered):
            kept.outcome = outcome
            if kept.post.role is Role.PARENT:
                self._cards[kept.post.address, kept.post.thread_key] = outcome.ts
        elif isinstance(outcome, Retry | Unknown) and not self.hands_back and outcome != _NO_CARD:
            kept.unclear = kept.unclear or isinstance(outcome, Unknown)
            return None
        else:
            self._drop(kept.post, outcome)
        return outcome

    def _drop(self, post: Post, outcome: Outcome) -> None:
        for each in post.members:
            self._kept.pop(each, None)
        asked_for = post.ts if post.role is Role.REWRITE else self._card(post)
        if outcome == Refused("message_not_found") and self._cards.get((post.address, post.thread_key)) == asked_for:
            del self._cards[post.address, post.thread_key]

    async def _found(self, kept: _Kept) -> Delivered | None:
        if not kept.unclear or kept.post.role is Role.REWRITE:
            return None
        post = kept.post
        thread_ts = self._card(post) if post.role in _IN_THREAD else None
        posted_at = self._clock.now().timestamp()
        sought = Sought(id=post.id, address=post.address, thread_ts=thread_ts, posted_at=posted_at)
        seen = await self._beyond.look(sought)
        return Delivered(seen.ts, reconciled=True) if isinstance(seen, Seen) else None

    async def _posted(self, post: Post) -> Outcome:
        if post.role not in _IN_THREAD:
            return await self._beyond.send(post)
        card = self._card(post)
        return await self._beyond.send(replace(post, ts=card)) if card else _NO_CARD

    def _card(self, post: Post) -> str | None:
        return self._cards.get((post.address, post.thread_key)) or post.ts

    def _check(self, post: Post) -> None:
        known = self._kept.get(post.id)
        wrong = {
            "two posts to one address at a time": self._sending[post.address] > 1 and post.role is not Role.REWRITE,
            "too many notifications in one post": len(post.members) > MERGED,
            "a set that has grown": bool(known and set(post.members) - set(known.post.members)),
            "sent again too early": bool(
                known and known.acknowledged and self._clock.monotonic() - known.at_s < AGAIN_S
            ),
            "a rewrite of no message, or of a name that was there before": post.role is Role.REWRITE
            and (not post.ts or post.id in self._rewritten),
            "a reply to a card that never came here": post.role in _IN_THREAD
            and not post.ts
            and (post.address, post.thread_key) not in self._cards,
        }
        self.complaints += [f"{post.id}: {what}" for what, is_so in wrong.items() if is_so]
        if post.role is Role.REWRITE:
            self._rewritten.add(post.id)
