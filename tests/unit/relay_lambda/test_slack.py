"""Slack's answers as values, over loopback HTTP; and that nothing is sent twice."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from relay_lambda.carrying.ports import Answer
from relay_lambda.slack import SlackApi
from shared.outcome import Refused, Retry, Unknown


@dataclass
class FarSide:
    """Answers with what is set, and keeps what was asked. `drops`: it takes the request and closes the connection."""

    status: int = 200
    body: bytes = b'{"ok": true, "ts": "1.5"}'
    headers: dict[str, str] = field(default_factory=dict)
    drops: bool = False
    stays_silent: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    released: Event = field(default_factory=Event)
    url: str = ""


def _handler(far: FarSide) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            far.connections.add(self.client_address)
            far.asked.append({"path": self.path, "headers": dict(self.headers), "body": body})
            if far.stays_silent:
                far.released.wait(30)
            if far.drops or far.stays_silent:
                self.close_connection = True
                return
            self.send_response(far.status)
            for name, value in far.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(far.body)))
            self.end_headers()
            self.wfile.write(far.body)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    return Handler


@pytest.fixture
def far() -> Iterator[FarSide]:
    far = FarSide()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(far))
    far.url = f"http://127.0.0.1:{server.server_address[1]}/api/"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield far
    far.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_call_goes_as_json_with_the_token_in_its_header_and_over_one_connection(far: FarSide) -> None:
    api = SlackApi(far.url)

    answers = [api.call("xoxb-1", "chat.postMessage", {"text": "grüße"}) for _ in range(3)]

    assert answers == [Answer({"ok": True, "ts": "1.5"})] * 3
    first = far.asked[0]
    assert (first["path"], json.loads(first["body"])) == ("/api/chat.postMessage", {"text": "grüße"})
    assert first["headers"]["Authorization"] == "Bearer xoxb-1"
    assert len(far.connections) == 1


def test_a_query_has_its_arguments_in_the_address_and_never_the_token(far: FarSide) -> None:
    SlackApi(far.url).query("xoxb-1", "conversations.join", {"channel": "C1 &x"})

    asked = urlsplit(far.asked[0]["path"])
    assert asked.path == "/api/conversations.join"
    assert parse_qs(asked.query) == {"channel": ["C1 &x"]}


@pytest.mark.parametrize(
    ("status", "body", "headers", "outcome"),
    [
        (
            429,
            b'{"ok": false, "error": "ratelimited"}',
            {"Retry-After": "7"},
            Retry(7.0, "ratelimited", rate_limited=True),
        ),
        (429, b"", {}, Retry(1.0, "ratelimited", rate_limited=True)),
        (429, b"", {"Retry-After": "-5"}, Retry(1.0, "ratelimited", rate_limited=True)),
        (429, b"", {"Retry-After": "9" * 30}, Retry(1.0, "ratelimited", rate_limited=True)),
        (503, b"<html>", {}, Retry(None, "http_503")),
        (500, b"<html>", {}, Retry(None, "http_500")),
        (504, b"<html>", {}, Unknown("http_504")),
        (404, b"<html>", {}, Unknown("http_404")),
        (200, b"<html>", {}, Unknown("answer_not_from_slack")),
        (200, b"[" * 100_000, {}, Unknown("answer_not_from_slack")),
        (200, b"[]", {}, Unknown("answer_not_from_slack")),
        (302, b"", {"Location": "/api/elsewhere"}, Unknown("answer_not_from_slack")),
        (200, b'{"ok": false, "error": "is_archived"}', {}, Refused("is_archived")),
        (200, b'{"ok": false, "error": "internal_error"}', {}, Unknown("internal_error")),
        (500, b'{"ok": false, "error": "fatal_error"}', {}, Unknown("fatal_error")),
        (200, b'{"ok": false, "error": "token_expired"}', {}, Retry(None, "token_expired")),
        (200, b'{"ok": false, "error": "rate_limited"}', {}, Retry(None, "rate_limited", rate_limited=True)),
    ],
)
def test_each_answer_is_one_of_the_outcomes_and_asked_for_once(
    far: FarSide, status: int, body: bytes, headers: dict[str, str], outcome: object
) -> None:
    far.status, far.body, far.headers = status, body, headers

    assert SlackApi(far.url).call("xoxb-1", "chat.postMessage", {}) == outcome

    assert len(far.asked) == 1


@pytest.mark.parametrize("way", ["call", "query"])
def test_a_connection_that_is_dropped_after_the_request_is_unknown_and_the_request_is_not_repeated(
    far: FarSide, way: str
) -> None:
    far.drops = True

    outcome = getattr(SlackApi(far.url), way)("xoxb-1", "chat.postMessage", {})

    assert isinstance(outcome, Unknown)
    assert len(far.asked) == 1


def test_an_answer_that_does_not_come_is_unknown(far: FarSide) -> None:
    far.stays_silent = True

    outcome = SlackApi(far.url, timeout_s=0.05).call("xoxb-1", "chat.postMessage", {})

    assert outcome == Unknown("ReadTimeoutError")


def test_a_connection_that_is_refused_sent_nothing() -> None:
    free = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    port = free.server_address[1]
    free.server_close()

    outcome = SlackApi(f"http://127.0.0.1:{port}/api/").call("xoxb-1", "chat.postMessage", {})

    assert outcome == Retry(None, "NewConnectionError")
