"""Payloads as they are stored: JSON, compressed."""

import json
import zlib
from typing import Any


def pack(body: bytes) -> bytes:
    """Compressed, for storing."""
    return zlib.compress(body, 1)


def unpack(body: bytes) -> Any:
    """The payload again."""
    return json.loads(zlib.decompress(body))
