"""The function URL's event: what is read of it, and that nothing of it is ever an error of ours."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.sandbox.relay.caller import event
from infra.sandbox.relay.stepped_clock import SteppedClock
from relay_lambda.answer import Answer, response
from relay_lambda.request import TooLarge, Unreadable, asked_of, body_of
from shared.dispatch import MOST_BODY_BYTES

KEYS = st.sampled_from(["headers", "body", "isBase64Encoded", "rawPath", "requestContext", "http", "method", "host"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("POST") | st.just("/v1/receipts"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner, max_size=6),
    max_leaves=12,
)


def with_body(body: Any, *, encoded: bool) -> dict[str, Any]:
    return {"body": body, "isBase64Encoded": encoded}


@given(st.binary(max_size=2000))
def test_bytes_arrive_as_they_were_sent(body: bytes) -> None:
    assert body_of(asked_of(event("/v1/receipts", body, {}))) == body


@given(st.text(max_size=500))
def test_text_arrives_as_its_bytes(body: str) -> None:
    assert body_of(asked_of(with_body(body, encoded=False))) == body.encode()


@given(ANYTHING)
def test_no_event_is_too_strange_to_read(found: Any) -> None:
    asked = asked_of(found)

    assert isinstance(body_of(asked), bytes | TooLarge | Unreadable)
    assert all(name == name.lower() for name in asked.headers)
    assert all(value == str(value) for value in asked.headers.values())


def test_a_header_that_is_there_twice_is_one_with_a_comma() -> None:
    asked = asked_of({"headers": {"Webhook-Id": "a", "webhook-id": "b", "x": None, "Y": ["z"]}})

    assert asked.headers == {"webhook-id": "a,b", "x": "", "y": ""}


@pytest.mark.parametrize("body", ["AAA", "AA==\n", "A===", "é", "AA AA", "AA-_", "\ud800"])
def test_base64_that_is_none_is_unreadable(body: str) -> None:
    assert body_of(asked_of(with_body(body, encoded=True))) == Unreadable()


@pytest.mark.parametrize(("size", "fits"), [(MOST_BODY_BYTES, True), (MOST_BODY_BYTES + 1, False)])
def test_a_body_may_have_a_mebibyte(size: int, *, fits: bool) -> None:
    encoded = base64.b64encode(bytes(size)).decode()
    text = "é" * (size // 2) + "a" * (size % 2)

    answers = [body_of(asked_of(with_body(encoded, encoded=True))), body_of(asked_of(with_body(text, encoded=False)))]

    assert [isinstance(answer, bytes) for answer in answers] == [fits, fits]
    assert fits or answers == [TooLarge(), TooLarge()]


def test_what_is_too_large_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relay_lambda.request.base64", None)

    assert body_of(asked_of(with_body("!" * 2 * MOST_BODY_BYTES, encoded=True))) == TooLarge()


def test_an_answer_is_what_a_function_url_takes() -> None:
    now = SteppedClock().now()

    full = response(Answer(status=202, body={"accepted": 1}, headers={"allow": "POST"}), now)
    empty = response(Answer(status=401), now)

    assert json.loads(full["body"]) == {"accepted": 1}
    assert full["headers"]["content-type"] == "application/json"
    assert (full["statusCode"], full["headers"]["allow"], full["isBase64Encoded"]) == (202, "POST", False)
    assert (empty["statusCode"], empty["body"]) == (401, "")
    assert "content-type" not in empty["headers"]
    assert empty["headers"]["date"] == "Sun, 22 Nov 2026 09:00:00 GMT"
