"""As much of AWS as both functions call, in memory, which counts what it is asked and what AWS would bill.

There is one agent and nobody works against it, so every condition of a write holds; what conditions are worth is
tested elsewhere, on moto and on the local cloud. `units` are what prices are for: requests of SQS (by 64 KB), reads
and writes of DynamoDB (by 4 KB and 1 KB), calls of KMS. `written` tells the writes by what a partition holds.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from infra.sandbox.fifo_queue import FifoQueue

READ_BYTES, WRITE_BYTES, REQUEST_BYTES = 4096, 1024, 65536
DATA_KEY = bytes(32)


class Aws:
    """`calls` by name, `units` by service; it stands for the clients of all three services."""

    def __init__(self, queue: FifoQueue) -> None:
        self.queue = queue
        self.calls, self.units, self.written = Counter[str](), Counter[str](), Counter[str]()
        self._rows: dict[tuple[str, str], Mapping[str, Any]] = {}

    def forget(self) -> None:
        """Count anew."""
        self.calls.clear()
        self.units.clear()
        self.written.clear()

    def get_item(self, *, Key: Mapping[str, Any], **_given: Any) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        """DynamoDB."""
        row = self._rows.get(_name(Key))
        self._bill("get_item", "reads", _size(row) / READ_BYTES)
        return {"Item": row} if row else {}

    def put_item(self, *, Item: Mapping[str, Any], **_given: Any) -> Mapping[str, Any]:  # noqa: N803
        """DynamoDB."""
        self._wrote("put_item", Item, _size(Item) / WRITE_BYTES)
        self._rows[_name(Item)] = Item
        return {}

    def update_item(self, *, Key: Mapping[str, Any], **_given: Any) -> Mapping[str, Any]:  # noqa: N803
        """DynamoDB; the rows that are changed this way (requests' ids, counters) are small, and nobody reads them."""
        self._wrote("update_item", Key, 1)
        return {}

    def send_message_batch(self, *, Entries: Sequence[Mapping[str, Any]], **_given: Any) -> Mapping[str, Any]:  # noqa: N803
        """SQS."""
        self._bill("send_message_batch", "requests", sum(len(each["MessageBody"]) for each in Entries) / REQUEST_BYTES)
        for each in Entries:
            self.queue.send(
                each["MessageBody"], group=each["MessageGroupId"], deduplication_id=each["MessageDeduplicationId"]
            )
        return {"Successful": [{"Id": each["Id"]} for each in Entries]}

    def change_message_visibility_batch(self, *, Entries: Sequence[Mapping[str, Any]], **_given: Any) -> dict[str, Any]:  # noqa: N803
        """SQS."""
        self._bill("change_message_visibility_batch", "requests", 1)
        for each in Entries:
            self.queue.change_visibility([each["ReceiptHandle"]], each["VisibilityTimeout"])
        return {}

    def receive(self, most: int) -> list[dict[str, Any]]:
        """What Lambda's event source does with SQS before an invocation."""
        records = self.queue.receive(most)
        self._bill("receive_message", "requests", sum(len(each["body"]) for each in records) / REQUEST_BYTES)
        return records

    def delete(self, records: Sequence[Mapping[str, Any]]) -> None:
        """What it does afterwards."""
        self._bill("delete_message_batch", "requests", 1)
        self.queue.delete([each["receiptHandle"] for each in records])

    def generate_data_key(self, **_given: Any) -> Mapping[str, Any]:
        """KMS."""
        self._bill("generate_data_key", "keys", 1)
        return {"Plaintext": DATA_KEY, "CiphertextBlob": b"a data key"}

    def decrypt(self, **_given: Any) -> Mapping[str, Any]:
        """KMS."""
        self._bill("decrypt", "keys", 1)
        return {"Plaintext": DATA_KEY}

    def _wrote(self, call: str, item: Mapping[str, Any], number: float) -> None:
        partition, _ = _name(item)
        self.written[partition.partition("#")[0]] += self._bill(call, "writes", number)

    def _bill(self, call: str, unit: str, number: float) -> int:
        billed = max(1, ceil(number))
        self.calls[call] += 1
        self.units[unit] += billed
        return billed


def _name(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _size(item: Mapping[str, Any] | None) -> int:
    return len(json.dumps(item, default=str)) if item else 0
