"""`front` refuses in the order of what that costs, and never fails by itself."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.sandbox.relay.caller import Caller, event
from infra.sandbox.relay.stepped_clock import SteppedClock
from relay_lambda.front import handler, respond
from relay_lambda.parts import FrontParts
from shared.dispatch import MOST_BODY_BYTES

ASKED = {"after": "", "limit": 1}
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature", "relay-key")


def test_the_health_check_asks_nobody(parts: FrontParts) -> None:
    answer = respond(event("/healthz", b"", {}, method="GET"), parts)

    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"ok": True})


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/v1/dispatches", 405, "POST"),
        ("PUT", "/v1/keys", 405, "POST"),
        ("POST", "/healthz", 405, "GET"),
        ("POST", "/", 404, None),
        ("POST", "/v1/dispatches/", 404, None),
        ("GET", "/v1/dispatch", 404, None),
        ("", "", 404, None),
    ],
)
def test_what_is_no_route_is_said_to_be_none(
    parts: FrontParts, method: str, path: str, status: int, allow: str | None
) -> None:
    answer = respond(event(path, b"", {}, method=method), parts)

    assert (answer["statusCode"], answer["headers"].get("allow"), answer["body"]) == (status, allow, "")
    assert "date" in answer["headers"]


def test_size_comes_before_anything_else(parts: FrontParts) -> None:
    answer = respond(event("/v1/dispatches", bytes(MOST_BODY_BYTES + 1), {}), parts)

    assert answer["statusCode"] == 413


@pytest.mark.parametrize("name", SIGNED)
def test_a_request_without_one_of_its_headers_costs_no_lookup(parts: FrontParts, caller: Caller, name: str) -> None:
    given_event = caller.request("receipts", ASKED)
    del given_event["headers"][name]

    answer = respond(given_event, parts)

    assert (answer["statusCode"], answer["body"]) == (401, "")


@pytest.mark.parametrize("off_s", [301, -301])
def test_a_request_that_is_too_old_or_too_early_costs_no_lookup(parts: FrontParts, caller: Caller, off_s: int) -> None:
    answer = respond(caller.event(b"{}", id_="m1", at=caller.now + off_s), parts)

    assert (answer["statusCode"], answer["body"]) == (401, "")


def test_base64_that_is_none_costs_no_lookup(parts: FrontParts, caller: Caller) -> None:
    answer = respond({**caller.request("receipts", ASKED), "body": "!"}, parts)

    assert answer["statusCode"] == 401


@pytest.mark.parametrize(
    "failure",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "GetItem"),
        EndpointConnectionError(endpoint_url="https://dynamodb.example"),
        RuntimeError("a secret"),
    ],
)
def test_what_fails_behind_it_is_later_and_the_log_says_what_kind(
    parts: FrontParts,
    caller: Caller,
    failure: Exception,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Broken:
        def get_item(self, **_given: Any) -> Any:
            raise failure

    monkeypatch.setattr(parts.keys._table, "_client", Broken())

    answer = respond(caller.request("receipts", ASKED), parts)

    line = json.loads(capsys.readouterr().out)
    assert (answer["statusCode"], answer["headers"]["retry-after"], answer["body"]) == (503, "5", "")
    assert line["level"] == "warning"
    assert line.get("failure", "") in {"", "RuntimeError"}
    assert "secret" not in str(line)


def test_a_function_without_its_settings_is_down_and_not_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("RELAY_ID", "RELAY_TABLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

    answer = handler({}, None)

    assert (answer["statusCode"], "date" in answer["headers"]) == (503, True)
    assert json.loads(capsys.readouterr().out)["message"] == "front is not set up"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    headers=st.dictionaries(st.sampled_from(SIGNED), st.text(max_size=90) | st.none() | st.integers(), max_size=4),
    body=st.text(max_size=50) | st.none() | st.integers(),
    encoded=st.booleans(),
    path=st.sampled_from(["/v1/dispatches", "/v1/keys", "/v1/receipts", "/v1/workspaces"]),
)
def test_whatever_strangers_send_is_refused(
    parts: FrontParts, headers: dict[str, Any], body: Any, path: str, *, encoded: bool
) -> None:
    """The lookup of a key would fail here: only what is shaped like a request, and fresh, gets there."""
    given_event = {**event(path, b"", {}), "headers": headers, "body": body, "isBase64Encoded": encoded}

    assert respond(given_event, parts)["statusCode"] == 401


def test_a_refusal_is_counted_and_names_nobody(
    parts: FrontParts, clock: SteppedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    respond(event("/v1/dispatches", b"secret body", {"webhook-signature": "v1a,secret"}), parts)

    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (line["signature_reject"], line["reason"]) == (1, "malformed")
    assert directive == {
        "Namespace": "ghe-slack/relay",
        "Dimensions": [[]],
        "Metrics": [{"Name": "signature_reject", "Unit": "Count"}],
    }
    assert line["_aws"]["Timestamp"] == int(clock.now().timestamp() * 1000)
    assert "secret" not in str(line)
