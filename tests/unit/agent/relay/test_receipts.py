import pytest

from agent.relay.receipts import ANEW_S, UNTIMED_S, _fetched
from shared.outcome import Delivered, Retry
from shared.receipt import Receipt, receipt_to_json


def test_a_receipt_that_cannot_be_read_holds_up_no_other() -> None:
    good = Receipt(id="n1", outcome=Delivered("1.0"))

    fetched = _fetched({"receipts": [{"id": "n0", "outcome": "?"}, 7, receipt_to_json(good)], "cursor": "c"})

    assert (fetched.receipts, fetched.cursor) == ([good], "c")


@pytest.mark.parametrize(("said_s", "wait_s"), [(0.0, ANEW_S), (7.0, 7.0), (None, UNTIMED_S)])
def test_what_the_relay_has_no_more_is_sent_again_in_another_second_at_the_earliest(
    said_s: float | None, wait_s: float
) -> None:
    said = receipt_to_json(Receipt(id="n1", outcome=Retry(said_s, "key_revoked")))

    (receipt,) = _fetched({"receipts": [said], "cursor": "c"}).receipts

    assert receipt.outcome == Retry(wait_s, "key_revoked")
