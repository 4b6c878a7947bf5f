"""What AWS asks for, in dollars: the list prices of us-east-1 and arm64 that docs/relay.md reckons with."""

from collections.abc import Mapping
from dataclasses import dataclass

MILLION = 1_000_000
REQUEST_OF_FIFO = 0.50 / MILLION
WRITE = 0.625 / MILLION
READ = 0.125 / MILLION
INVOCATION = 0.20 / MILLION
GB_SECOND = 0.0000133334
KEY_USE = 0.03 / 10_000
PRICES: Mapping[str, float] = {"requests": REQUEST_OF_FIFO, "writes": WRITE, "reads": READ, "keys": KEY_USE}
"""By the units of `tests.bench.relay.aws.Aws`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """How long an invocation takes, and the memory that it has."""

    seconds: float
    gb: float

    @property
    def price(self) -> float:
        """Of one invocation."""
        return INVOCATION + self.seconds * self.gb * GB_SECOND


FRONT = Function(seconds=0.025, gb=1.0)
"""Assumed: a warm one, with a handful of requests to AWS."""
DELIVER = Function(seconds=0.25, gb=0.5)
"""One post of 0.18 s with its requests to AWS, or several at the same time."""
