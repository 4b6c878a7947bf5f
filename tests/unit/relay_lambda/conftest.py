"""`front` with nothing behind it, and a Slack that answers what it is told; no network but loopback."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from infra.sandbox.relay.caller import Caller
from infra.sandbox.relay.stepped_clock import SteppedClock
from relay_lambda.log import JsonLog
from relay_lambda.parts import FrontParts
from relay_lambda.sending import Sending
from relay_lambda.state.counters import Counters
from relay_lambda.state.keys import Keys
from relay_lambda.state.receipts import Receipts
from relay_lambda.state.replay import Replay
from relay_lambda.state.table import Table
from relay_lambda.state.workspaces import Workspaces


@dataclass
class SaysNothing:
    """A client of AWS that must not be called; `calls` are those that were."""

    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        def called(**_given: Any) -> Any:
            self.calls.append(name)
            raise AssertionError(f"{name} was called")

        return called


@dataclass
class Told:
    """Slack, as far as `auth.*` goes: `answers` in their order; `asked` has method, token and fields."""

    url: str
    answers: deque[tuple[int, dict[str, str], bytes]] = field(default_factory=deque)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def says(self, found: Any, status: int = 200, **headers: str) -> None:
        self.answers.append((status, headers, json.dumps(found).encode()))


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def aws() -> SaysNothing:
    return SaysNothing()


@pytest.fixture
def parts(clock: SteppedClock, aws: SaysNothing) -> FrontParts:
    """The parts of relay `relay-1`; whatever asks AWS fails."""
    table = Table(aws, "table")

    def none() -> Any:
        raise AssertionError("nobody registers here")

    return FrontParts(
        relay_id="relay-1",
        clock=clock,
        log=JsonLog(clock),
        keys=Keys(table, clock),
        workspaces=Workspaces(table, clock),
        replay=Replay(table, clock),
        receipts=Receipts(table, clock),
        counters=Counters(table),
        sending=Sending(aws, "url"),
        registering=none,
    )


@pytest.fixture
def caller(clock: SteppedClock) -> Caller:
    return Caller("agent-1", "k1", "relay-1", clock)


@pytest.fixture
def told() -> Iterator[Told]:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    slack = Told(f"http://127.0.0.1:{server.server_address[1]}/api")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked, token = urlsplit(self.path), self.headers["authorization"].removeprefix("Bearer ")
            fields = dict(parse_qsl(asked.query, strict_parsing=bool(asked.query)))
            slack.asked.append((asked.path.removeprefix("/api/"), token, fields))
            if not slack.answers:
                return
            status, headers, body = slack.answers.popleft()
            self.send_response(status)
            for name, value in ({"content-length": str(len(body))} | headers).items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_given: Any) -> None:
            pass

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield slack
    server.shutdown()
    thread.join()
    server.server_close()
