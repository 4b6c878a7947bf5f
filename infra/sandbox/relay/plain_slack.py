"""As much of Slack as `deliver` needs, in memory and without HTTP, for tests over hours and thousands of faults.

It keeps messages, threads, metadata and the limit of a channel; `faults` are met by the next calls, one each, and
`always` by every call while it is set. The stand-in proper is `infra.sandbox.slack`.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from relay_lambda.carrying.ports import Answer, Answered
from relay_lambda.clock import Clock
from shared.outcome import Refused, Retry, Unknown
from shared.slack_errors import outcome

Fault = int | str
"""A number is a 429 with this `Retry-After`. A word: `answer lost`, `request lost`, `killed before` or `killed after`
the deed; `http_503` and the like are such answers; any other is Slack's own. Empty is none.
"""
BURST = 4


class Killed(BaseException):
    """The process is gone: nothing that would clean up after it runs."""


@dataclass(slots=True, kw_only=True)
class Said:
    """A message that stands there."""

    ts: str
    channel: str
    text: str
    thread_ts: str | None
    broadcast: bool
    payload: Mapping[str, Any]
    edits: int = 0


@dataclass(slots=True, kw_only=True)
class PlainSlack:
    """The port `Slack`. `calls`: instant, method and channel of each. `may_look`: the history scope."""

    clock: Clock
    messages: list[Said] = field(default_factory=list)
    calls: list[tuple[float, str, str]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    always: Fault = ""
    of_channel: dict[str, Fault] = field(default_factory=dict)
    dead_tokens: dict[str, str] = field(default_factory=dict)
    bad_words: tuple[str, ...] = ()
    may_look: bool = True
    _rooms: dict[str, tuple[float, float]] = field(default_factory=dict)

    def call(self, token: str, method: str, arguments: Mapping[str, Any]) -> Answered:
        """See the port."""
        channel = str(arguments.get("channel", ""))
        self.calls.append((self.clock.monotonic(), method, channel))
        if code := self.dead_tokens.get(token):
            return outcome(code)
        if method == "auth.test":
            return Answer({"ok": True})
        fault = self.of_channel.get(channel) or self.always or (self.faults.popleft() if self.faults else "")
        if fault == "killed before":
            raise Killed
        if fault not in {"", "answer lost", "killed after"}:
            return _instead(fault)
        if method == "chat.postMessage" and not self._has_room(channel):
            return _instead(1)
        answer = (self._update if method == "chat.update" else self._post)(arguments)
        if fault == "killed after":
            raise Killed
        return Unknown("ProtocolError") if fault == "answer lost" else answer

    def query(self, _token: str, method: str, arguments: Mapping[str, Any]) -> Answered:
        """See the port."""
        channel = str(arguments["channel"])
        self.calls.append((self.clock.monotonic(), method, channel))
        if self.always:
            return _instead(self.always)
        if method == "conversations.join":
            return Answer({"ok": True})
        if not self.may_look:
            return Refused("missing_scope")
        found = [each for each in self.messages if each.channel == channel]
        if method == "conversations.replies":
            found = [each for each in found if arguments["ts"] in {each.ts, each.thread_ts}]
        return Answer({"messages": [{"ts": each.ts, "metadata": {"event_payload": each.payload}} for each in found]})

    def times(self, method: str, channel: str) -> list[float]:
        """When a method was called for a channel."""
        return [at for at, called, where in self.calls if (called, where) == (method, channel)]

    def texts(self, channel: str, thread_ts: str | None = None) -> list[str]:
        """What stands in a channel, or in a thread of it, in order; merged posts in their lines."""
        found = [
            each
            for each in self.messages
            if each.channel == channel and (each.thread_ts == thread_ts or (each.broadcast and not thread_ts))
        ]
        return [line for each in found for line in each.text.split("\n")]

    def _has_room(self, channel: str) -> bool:
        """One a second, after a pause a few at once."""
        now = self.clock.monotonic()
        room, at = self._rooms.get(channel, (float(BURST), now))
        room = min(float(BURST), room + now - at)
        self._rooms[channel] = (room - 1 if room >= 1 else room, now)
        return room >= 1

    def _post(self, arguments: Mapping[str, Any]) -> Answered:
        if any(word in str(arguments["text"]) for word in self.bad_words):
            return Refused("invalid_blocks")
        thread_ts = arguments.get("thread_ts")
        if thread_ts and not any(each.ts == thread_ts for each in self.messages):
            return Refused("message_not_found")
        now = self.clock.now().timestamp()
        last = float(self.messages[-1].ts) if self.messages else 0.0
        said = Said(
            ts=f"{max(now, last + 0.000001):.6f}",
            channel=arguments["channel"],
            text=arguments["text"],
            thread_ts=thread_ts,
            broadcast=bool(arguments.get("reply_broadcast")),
            payload=arguments["metadata"]["event_payload"],
        )
        self.messages.append(said)
        return Answer({"ok": True, "ts": said.ts})

    def _update(self, arguments: Mapping[str, Any]) -> Answered:
        for each in self.messages:
            if (each.ts, each.channel) == (arguments["ts"], arguments["channel"]):
                each.text, each.edits = arguments["text"], each.edits + 1
                return Answer({"ok": True, "ts": each.ts})
        return Refused("message_not_found")


def _instead(fault: Fault) -> Answered:
    if isinstance(fault, int):
        return Retry(float(fault), "ratelimited", rate_limited=True)
    if fault == "request lost":
        return Unknown("ProtocolError")
    return Retry(None, fault) if fault.startswith("http_") else outcome(fault)
