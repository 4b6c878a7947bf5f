from agent.relay.receipts import _fetched
from shared.outcome import Delivered
from shared.receipt import Receipt, receipt_to_json


def test_a_receipt_that_cannot_be_read_holds_up_no_other() -> None:
    good = Receipt(id="n1", outcome=Delivered("1.0"))

    fetched = _fetched({"receipts": [{"id": "n0", "outcome": "?"}, 7, receipt_to_json(good)], "cursor": "c"})

    assert (fetched.receipts, fetched.cursor) == ([good], "c")
