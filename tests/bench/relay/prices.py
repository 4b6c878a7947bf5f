"""What AWS asks for, in dollars: the list prices of us-east-1 and arm64 that docs/relay.md reckons with.

Nothing has run on AWS. How long a function takes there is reckoned from its processor time on this machine, which
`tests.bench.rows.relay_cloud` measures under Lambda's own runtime client, and from what is assumed of waiting.
"""

from collections.abc import Mapping
from dataclasses import dataclass

MILLION = 1_000_000
REQUEST_OF_FIFO = 0.50 / MILLION
WRITE = 0.625 / MILLION
READ = 0.125 / MILLION
INVOCATION = 0.20 / MILLION
GB_SECOND = 0.0000133334
KEY_USE = 0.03 / 10_000
VCPU_OF_GB = 0.58
"""Lambda's share of a processor for a gigabyte; assumed to be as fast as one of the machine that was measured."""
REQUEST_S = 0.01
"""What a function waits for an answer of DynamoDB or SQS; assumed."""
POST_S = 0.18
"""What it waits for Slack; assumed, the median."""
LOGS_AND_TRAFFIC = 0.5 * 0.50 + 1.5 * 0.09
"""Of a million: 0.5 KB of logs and 1.5 KB on their way to Slack for each; assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """Processor seconds of a warm invocation on the machine that was measured, and the memory that it has on Lambda."""

    gb: float
    once_s: float
    each_s: float
    """For each notification."""

    def seconds(self, notifications: float, *, requests: float, posts: int = 0) -> float:
        """What Lambda bills; `requests`, `posts`: those that wait for each other, one after another."""
        cpu_s = self.once_s + notifications * self.each_s
        return cpu_s / (self.gb * VCPU_OF_GB) + requests * REQUEST_S + posts * POST_S

    def price(self, seconds: float) -> float:
        """Of one invocation."""
        return INVOCATION + seconds * self.gb * GB_SECOND


FRONT = Function(gb=1.0, once_s=0.0123, each_s=0.0002)
DELIVER = Function(gb=0.5, once_s=0.0036, each_s=0.0113)
"""Both as docs/performance.md has them."""
PRICES: Mapping[str, float] = {"requests": REQUEST_OF_FIFO, "writes": WRITE, "reads": READ, "keys": KEY_USE}
"""By the units of `tests.bench.relay.aws.Aws`."""
