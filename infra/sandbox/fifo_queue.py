"""A FIFO queue in memory, as strict as SQS's own, by a clock that is driven.

    queue = FifoQueue(clock)
    queue.send(body, group="g", deduplication_id="n1")
    records = queue.receive()          as the event source of Lambda brings them
    queue.change_visibility(handles, 7), queue.delete(handles)

What it keeps to: the order of a group; of a group only what stands before its first message in flight is given out
(localstack/localstack#13386); a deduplication id is dropped for five minutes after it was sent, with success, also when
the first was deleted since; a handle is good until its message is received again; what was received too often is a dead
letter. As many messages of one group as there is room for come together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any, Protocol

DEDUPLICATION_S = 300.0
MOST = 10


class Clock(Protocol):
    """As much of a clock as it takes."""

    def now(self) -> datetime:
        """What messages are stamped with."""

    def monotonic(self) -> float:
        """Seconds that only ever grow."""


@dataclass(slots=True, kw_only=True)
class Message:
    """A message that is kept; `visible_at` by the clock's seconds, `sent_at` in seconds since 1970."""

    number: int
    """Counts all messages of the queue, in the order of sending."""
    message_id: str
    body: str
    group: str
    deduplication_id: str
    attributes: dict[str, str]
    sent_at: float
    visible_at: float = 0.0
    receives: int = 0
    handle: str = ""


@dataclass(slots=True, kw_only=True)
class FifoQueue:
    """`dead`: what was received `max_receives` times. `visibility_s`: how long what is received stays hidden.

    A group that may be received stands in `_ready` by the number of its first message, one that has to wait in `_later`
    by its instant, so that a call costs what it moves and not what is kept. Entries that time has overtaken are dropped
    when they come to the top.
    """

    clock: Clock
    visibility_s: float = 180.0
    max_receives: int = 1000
    dead: list[Message] = field(default_factory=list)
    _groups: dict[str, list[Message]] = field(default_factory=dict)
    _ready: list[tuple[int, str]] = field(default_factory=list)
    _later: list[tuple[float, str]] = field(default_factory=list)
    _by_handle: dict[str, Message] = field(default_factory=dict)
    _sent: dict[tuple[str, str], float] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def kept(self) -> list[Message]:
        """All messages, in the order of sending."""
        return sorted((each for group in self._groups.values() for each in group), key=lambda each: each.number)

    def send(self, body: str, *, group: str, deduplication_id: str, attributes: dict[str, str] | None = None) -> bool:
        """Take a message; False when it was dropped as a duplicate, of which SQS says nothing."""
        now, name = self.clock.monotonic(), (group, deduplication_id)
        if now - self._sent.get(name, -DEDUPLICATION_S) < DEDUPLICATION_S:
            return False
        self._sent[name] = now
        number = next(self._numbers)
        self._groups.setdefault(group, []).append(
            Message(
                number=number,
                message_id=f"m{number}",
                body=body,
                group=group,
                deduplication_id=deduplication_id,
                attributes=attributes or {},
                sent_at=self.clock.now().timestamp(),
            )
        )
        self._note(group)
        return True

    def receive(self, most: int = MOST) -> list[dict[str, Any]]:
        """What may go now, `most` of it, group by group."""
        chosen: list[Message] = []
        while len(chosen) < most and (group := self._next_ready()) is not None:
            heappop(self._ready)
            found = self._free(group)[: most - len(chosen)]
            for message in found:
                message.visible_at = self.clock.monotonic() + self.visibility_s
            chosen += found
            self._note(group)
        return [self._received(message) for message in chosen]

    def delete(self, handles: Sequence[str]) -> None:
        """Forget messages. Raises `LookupError` for a handle that is good no more."""
        for handle in handles:
            message = self._by(handle)
            del self._by_handle[handle]
            self._groups[message.group].remove(message)
            self._note(message.group)

    def change_visibility(self, handles: Sequence[str], seconds: float) -> None:
        """Hide messages for `seconds` from now on. Raises `LookupError` for a handle that is good no more."""
        for handle in handles:
            message = self._by(handle)
            message.visible_at = self.clock.monotonic() + seconds
            self._note(message.group)

    def next_in(self) -> float | None:
        """Seconds until there is something to receive, 0 for at once; None when nothing is kept."""
        if self._next_ready() is not None:
            return 0.0
        return self._later[0][0] - self.clock.monotonic() if self._later else None

    def _note(self, group: str) -> None:
        """Enter a group where its first message has it stand now."""
        if messages := self._groups.get(group):
            heappush(self._later, (messages[0].visible_at, group))
        else:
            self._groups.pop(group, None)

    def _next_ready(self) -> str | None:
        """The group with the oldest first message of those that may go; it stands at the top of `_ready` then."""
        now = self.clock.monotonic()
        while self._later and (self._later[0][0] <= now or self._is_overtaken(*self._later[0])):
            at, group = heappop(self._later)
            if not self._is_overtaken(at, group):
                heappush(self._ready, (self._groups[group][0].number, group))
        while self._ready:
            number, group = self._ready[0]
            head = next(iter(self._groups.get(group, ())), None)
            if head is not None and head.number == number and head.visible_at <= now:
                return group
            heappop(self._ready)
        return None

    def _is_overtaken(self, at: float, group: str) -> bool:
        return group not in self._groups or self._groups[group][0].visible_at != at

    def _free(self, group: str) -> list[Message]:
        """What stands before the group's first message in flight; what was received too often is dead now."""
        now = self.clock.monotonic()
        found = []
        for message in list(self._groups[group]):
            if message.visible_at > now:
                break
            if message.receives >= self.max_receives:
                self._groups[group].remove(message)
                self._by_handle.pop(message.handle, None)
                self.dead.append(message)
            else:
                found.append(message)
        return found

    def _received(self, message: Message) -> dict[str, Any]:
        message.receives += 1
        self._by_handle.pop(message.handle, None)
        message.handle = f"{message.message_id}/{message.receives}"
        self._by_handle[message.handle] = message
        return {
            "messageId": message.message_id,
            "receiptHandle": message.handle,
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": str(message.receives),
                "MessageGroupId": message.group,
                "MessageDeduplicationId": message.deduplication_id,
                "SentTimestamp": str(int(message.sent_at * 1000)),
            },
            "messageAttributes": {
                name: {"stringValue": text, "dataType": "String"} for name, text in message.attributes.items()
            },
            "eventSource": "aws:sqs",
        }

    def _by(self, handle: str) -> Message:
        if handle not in self._by_handle:
            raise LookupError(f"the handle {handle} is good no more")
        return self._by_handle[handle]
