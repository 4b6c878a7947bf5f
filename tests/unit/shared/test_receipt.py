"""Receipts as JSON: every outcome, there and back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.outcome import Accepted, Delivered, Refused, Retry, Unknown
from shared.receipt import Receipt, receipt_of, receipt_to_json

REASONS = st.text(max_size=30)
OUTCOMES = st.one_of(
    st.builds(Delivered, REASONS, st.booleans()),
    st.builds(Accepted),
    st.builds(Retry, st.none() | st.floats(0, 1e6), REASONS, st.booleans()),
    st.builds(Refused, REASONS),
    st.builds(Unknown, REASONS),
)


@given(st.builds(Receipt, id=st.text(max_size=30), outcome=OUTCOMES))
def test_a_receipt_is_read_as_it_was_written(receipt: Receipt) -> None:
    assert receipt_of(json.loads(json.dumps(receipt_to_json(receipt)))) == receipt


def test_what_travels_is_this() -> None:
    receipts = [
        Receipt(id="n1", outcome=Delivered("1.1", reconciled=True)),
        Receipt(id="n2", outcome=Retry(0, "key_revoked")),
        Receipt(id="n3", outcome=Refused("withdrawn")),
    ]

    assert [receipt_to_json(each) for each in receipts] == [
        {"id": "n1", "outcome": "delivered", "ts": "1.1", "reconciled": True},
        {"id": "n2", "outcome": "retry", "after_s": 0, "reason": "key_revoked", "rate_limited": False},
        {"id": "n3", "outcome": "refused", "reason": "withdrawn"},
    ]


def test_what_an_older_relay_leaves_out_has_its_default() -> None:
    found = [{"id": "n1", "outcome": "delivered", "ts": "1.1"}, {"id": "n2", "outcome": "retry", "reason": "x"}]

    assert [receipt_of(each).outcome for each in found] == [Delivered("1.1"), Retry(None, "x")]


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"id": "n1"},
        {"id": 1, "outcome": "accepted"},
        {"id": "n1", "outcome": "posted"},
        {"id": "n1", "outcome": ["delivered"]},
        {"id": "n1", "outcome": "delivered"},
        {"id": "n1", "outcome": "delivered", "ts": 1.1},
        {"id": "n1", "outcome": "delivered", "ts": "1.1", "reconciled": "yes"},
        {"id": "n1", "outcome": "retry", "after_s": "7", "reason": "x"},
        {"id": "n1", "outcome": "retry", "after_s": True, "reason": "x"},
        {"id": "n1", "outcome": "retry", "after_s": -1, "reason": "x"},
        {"id": "n1", "outcome": "retry", "after_s": float("nan"), "reason": "x"},
        {"id": "n1", "outcome": "refused", "reason": None},
    ],
)
def test_what_is_no_receipt_is_refused(found: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="that is no"):
        receipt_of(found)
