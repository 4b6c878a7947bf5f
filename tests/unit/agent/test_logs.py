import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from agent import logs

SECRETS = [
    "xoxb-12-34-abcDEF",
    "xoxe.xoxb-1-abcdef",
    "xoxe-1-abcdef",
    "xapp-1-A0-12-abcdef",
    "ghs_16C7e42F292c6912E7",
    "ghp_16C7e42F292c6912E7",
    "github_pat_11AAAAAAA0_abcdef",
    "eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl",
]


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave logging as it was for the other tests."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in ("aiohttp", "slack_sdk", "sqlalchemy")}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json_with_its_fields() -> None:
    stream = io.StringIO()
    logs.configure("info", "json", stream)

    with structlog.contextvars.bound_contextvars(delivery_id="d-1"):
        structlog.get_logger("agent.web").info("Webhook stored", notifications=2)

    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "Webhook stored",
        "level": "info",
        "logger": "agent.web",
        "delivery_id": "d-1",
        "notifications": 2,
    }


def test_what_is_below_the_level_is_not_written() -> None:
    stream = io.StringIO()
    logs.configure("warning", "json", stream)

    structlog.get_logger("agent").info("Quiet")
    structlog.get_logger("agent").warning("Loud")

    assert [line["event"] for line in lines(stream)] == ["Loud"]


def test_libraries_speak_through_the_same_lines() -> None:
    stream = io.StringIO()
    logs.configure("info", "json", stream)

    logging.getLogger("aiohttp.client").warning("Took %s s", 3)

    assert [(line["event"], line["logger"], line["level"]) for line in lines(stream)] == [
        ("Took 3 s", "aiohttp.client", "warning")
    ]


@pytest.mark.parametrize("library", ["aiosqlite", "slack_sdk.web", "gidgethub", "sqlalchemy.engine"])
def test_libraries_that_write_payloads_at_debug_stay_quiet(library: str) -> None:
    stream = io.StringIO()
    logs.configure("debug", "json", stream)

    logging.getLogger(library).debug("the whole payload")
    structlog.get_logger("agent").debug("Ours")

    assert [line["event"] for line in lines(stream)] == ["Ours"]


def test_there_is_no_access_log() -> None:
    stream = io.StringIO()
    logs.configure("debug", "json", stream)

    logging.getLogger("aiohttp.access").critical("GET /link/abc")

    assert stream.getvalue() == ""


def test_a_person_reads_a_line_without_colours_outside_a_terminal() -> None:
    stream = io.StringIO()
    logs.configure("info", "console", stream)

    structlog.get_logger("agent").info("Started", port=8080)

    assert "Started" in stream.getvalue()
    assert "port=8080" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("secret", SECRETS)
def test_what_looks_like_a_token_is_taken_out(secret: str) -> None:
    stream = io.StringIO()
    logs.configure("info", "json", stream)

    structlog.get_logger("agent").info(f"Said {secret}", deep=[{"note": f"it was {secret}, really"}])
    logging.getLogger("somebody").warning("Sent %s", secret)

    assert secret not in stream.getvalue()
    assert stream.getvalue().count(logs.GONE) == 3


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("wss://wss.slack.com/link/?ticket=abc-1&app_id=7", "wss://wss.slack.com/link/?ticket=[redacted]&app_id=7"),
        ("Authorization: Bearer abcdef123456", "Authorization: Bearer [redacted]"),
        ("via http://me:pw@proxy:3128", "via http://[redacted]@proxy:3128"),
        ("https://hooks.slack.com/actions/T1/2/abc", "https://hooks.slack.com/[redacted]"),
        ("GET /callback?code=abc&state=1", "GET /callback?code=[redacted]&state=1"),
        ("a\n-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nb", "a\n[redacted]\nb"),
        ("an ordinary sentence with exit code=1 in it", "an ordinary sentence with exit code=[redacted] in it"),
        ("octo/repo#12 was closed", "octo/repo#12 was closed"),
    ],
)
def test_only_the_secret_of_a_text_is_taken_out(text: str, left: str) -> None:
    assert logs.redacted(text) == left


@pytest.mark.parametrize("name", ["token", "botToken", "client_secret", "Authorization", "admin_password"])
def test_a_field_with_a_secrets_name_is_taken_out_whole(name: str) -> None:
    assert logs.redacted({"outer": {name: "abc"}}) == {"outer": {name: logs.GONE}}


def test_a_traceback_is_kept_without_its_secrets() -> None:
    stream = io.StringIO()
    logs.configure("info", "json", stream)

    try:
        int("xoxb-1-2-abc")
    except ValueError:
        structlog.get_logger("agent").exception("Failed")

    (line,) = lines(stream)
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("ValueError: invalid literal for int() with base 10: '[redacted]'")
