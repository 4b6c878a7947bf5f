"""Carries envelopes to their app's sockets: each to one, three seconds to acknowledge, events again (slack.md §2-4).

event  ──send──▶ 3 s ──▶ retry 1 ──▶ 3 s … 60 s … retry 2 … 300 s … retry 3 ──▶ given up
command ─send──▶ 3 s ──▶ the person sees operation_timeout (dispatch_failed when there is no socket at all)
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from infra.sandbox.slack.feed import PATIENCE_S, Change, Feed
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.socket import Socket
from infra.sandbox.slack.switches import Switches
from shared.clock import Clock

ACK_DEADLINE_S = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One sending; `socket` None when there was none."""

    envelope_id: str
    socket: int | None
    retry_attempt: int
    sent_at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Delivery:
    """One event, command or interaction on its way to the app.

    `answer`: the payload of the acknowledgement, empty when it had none; `use_answer` carries it out. `shown`: the
    error that the person saw. `settled` is set when it is acknowledged or given up; `acknowledged` tells which.
    """

    kind: Literal["events_api", "slash_commands", "interactive"]
    payload: Mapping[str, Any]
    accepts_payload: bool = False
    use_answer: Callable[[Mapping[str, Any]], None] | None = None
    attempts: list[Attempt] = field(default_factory=list)
    acknowledged: bool = False
    late_acks: int = 0
    answer: Mapping[str, Any] | None = None
    shown: Literal["operation_timeout", "dispatch_failed"] | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def app_id(self) -> str:
        """Which app it is for; empty where the payload doesn't say, so that any may get it."""
        return str(self.payload.get("api_app_id") or "")

    async def finished(self) -> "Delivery":
        """Return it once it is settled. Raises `TimeoutError` after ten seconds of the machine's own time."""
        async with asyncio.timeout(PATIENCE_S):
            await self.settled.wait()
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    after_s: float
    retry_attempt: int
    envelope_id: str


@dataclass(slots=True, kw_only=True, eq=False)
class _Pending:
    delivery: Delivery
    socket: Socket
    arrived: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, kw_only=True, eq=False)
class Line:
    """`pick` chooses among the open sockets; None takes turns. `deliveries` remembers all of them, oldest first."""

    clock: Clock
    switches: Switches
    feed: Feed
    complaints: list[str]
    pick: Callable[[Sequence[Socket]], Socket] | None = None
    sockets: list[Socket] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    _turns: dict[str, int] = field(default_factory=dict)
    _pending: dict[str, _Pending] = field(default_factory=dict)
    _known: dict[str, Delivery] = field(default_factory=dict)
    _tasks: asyncio.TaskGroup | None = None
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def open(self, tasks: asyncio.TaskGroup) -> None:
        """From now on deliveries travel, as tasks of this group."""
        self._tasks = tasks

    def close(self) -> None:
        """Stop every delivery under way."""
        self._tasks = None
        for task in self._running:
            task.cancel()

    def start(self, delivery: Delivery) -> Delivery:
        """Send it on its way and return it. While the server isn't running it is only remembered."""
        self.deliveries.append(delivery)
        self.aside(self._carry(delivery))
        return delivery

    def aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside what is asked now; nothing while the server isn't running."""
        if self._tasks is None:
            work.close()
            return
        task = self._tasks.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def open_sockets(self, app_id: str = "") -> list[Socket]:
        """Return the sockets that Slack believes to be open, the oldest first; of one app, or all."""
        self.sockets = [socket for socket in self.sockets if not socket.gone.is_set()]
        return [socket for socket in self.sockets if app_id in {"", socket.app_id}]

    def acknowledge(self, socket: Socket, text: str) -> None:
        """Take a frame from the app; what breaks the protocol becomes a complaint."""
        try:
            frame = json.loads(text)
            envelope_id = frame["envelope_id"]
        except (ValueError, TypeError, KeyError):
            self.complaints.append("a frame is not JSON with an envelope_id")
            return
        delivery = self._known.get(envelope_id)
        if delivery is None:
            self.complaints.append(f"an acknowledgement names the unknown envelope {envelope_id}")
            return
        pending = self._pending.get(envelope_id)
        if delivery.app_id not in {"", socket.app_id}:
            self.complaints.append(f"an acknowledgement names another app's envelope {envelope_id}")
        elif pending is None:
            delivery.late_acks += 1
        elif socket is pending.socket or self.switches.acks_on_any_socket:
            self._accept(delivery, frame.get("payload"))
            pending.arrived.set()

    def _accept(self, delivery: Delivery, payload: Any) -> None:
        delivery.acknowledged = True
        if payload and not (delivery.accepts_payload and isinstance(payload, Mapping)):
            self.complaints.append(f"an acknowledgement of {delivery.kind} has a payload that is not accepted")
            return
        delivery.answer = payload or {}
        if delivery.use_answer is not None:
            try:
                delivery.use_answer(delivery.answer)
            except Refused as refused:
                self.complaints.append(f"the payload of an acknowledgement is refused: {refused.code}")

    async def _carry(self, delivery: Delivery) -> None:
        for planned in self._plan(delivery):
            if planned.after_s:
                await self.clock.sleep(planned.after_s)
            await self._attempt(delivery, planned)
            if delivery.acknowledged:
                break
            nowhere = delivery.attempts[-1].socket is None
            if nowhere and delivery.kind == "events_api" and not self.switches.events_outlive_no_socket:
                break
            if delivery.kind != "events_api":
                delivery.shown = "dispatch_failed" if nowhere else "operation_timeout"
                if nowhere:
                    break
        delivery.settled.set()
        outcome = "acknowledged" if delivery.acknowledged else delivery.shown or "given up"
        self.feed.publish(Change(kind="delivery", team_id=_team_of(delivery.payload), what=outcome))

    def _plan(self, delivery: Delivery) -> Iterator[_Planned]:
        first = str(uuid.uuid4())
        again_s = self.switches.event_retries_s
        if delivery.kind != "events_api":
            again_s = (0,) if self.switches.commands_are_redelivered else ()
        reuse = delivery.kind == "events_api" and self.switches.retries_reuse_envelope
        for _series in range(2 if reuse else 1):
            for number, after_s in enumerate((0, *again_s)):
                envelope_id = first if reuse or number == 0 else str(uuid.uuid4())
                yield _Planned(after_s=after_s, retry_attempt=number, envelope_id=envelope_id)

    async def _attempt(self, delivery: Delivery, planned: _Planned) -> None:
        socket = self._next_socket(delivery.app_id)
        delivery.attempts.append(
            Attempt(
                envelope_id=planned.envelope_id,
                socket=None if socket is None else socket.number,
                retry_attempt=planned.retry_attempt,
                sent_at=self.clock.now(),
            )
        )
        if socket is None:
            return
        pending = _Pending(delivery=delivery, socket=socket)
        self._pending[planned.envelope_id] = pending
        self._known[planned.envelope_id] = delivery
        try:
            async with self.clock.timeout(ACK_DEADLINE_S):
                await socket.send(_frame(delivery, planned))
                await pending.arrived.wait()
        except TimeoutError:
            return
        finally:
            del self._pending[planned.envelope_id]

    def _next_socket(self, app_id: str) -> Socket | None:
        there = self.open_sockets(app_id)
        if not there:
            return None
        if self.pick is not None:
            return self.pick(there)
        self._turns[app_id] = self._turns.get(app_id, 0) + 1
        return there[self._turns[app_id] % len(there)]


def _frame(delivery: Delivery, planned: _Planned) -> dict[str, Any]:
    frame: dict[str, Any] = {
        "envelope_id": planned.envelope_id,
        "type": delivery.kind,
        "accepts_response_payload": delivery.accepts_payload,
        "payload": delivery.payload,
    }
    if delivery.kind == "events_api":
        frame |= {
            "retry_attempt": planned.retry_attempt,
            "retry_reason": "timeout" if planned.retry_attempt else "",
        }
    return frame


def _team_of(payload: Mapping[str, Any]) -> str | None:
    team = payload.get("team_id") or (payload.get("team") or {}).get("id")
    return team if isinstance(team, str) else None
