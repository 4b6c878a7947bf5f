"""`make bench`: eleven rows, each beside a limit or a peer, in one run on this machine.

make bench                    all, in about eight minutes
make bench ARGS=--quick       all, shorter and rougher, in about two minutes and a half
make bench ARGS="--only intake"
"""

import argparse
import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console

from agent.clock import SystemClock
from tests.bench.figures import Figure, show, write
from tests.bench.rows import (
    acknowledgement,
    delivery,
    drain,
    intake,
    relay_cloud,
    relay_fan_out,
    relay_requests,
    relay_signing,
    relay_start,
    relay_storm,
    routing,
)

RESULT = Path("bench.json")
WIDTH = 140


class Row(Protocol):
    def __call__(self, *, quick: bool) -> Awaitable[list[Figure]]: ...


ROWS: Mapping[str, Row] = {
    "intake": intake.measured,
    "delivery": delivery.measured,
    "acknowledgement": acknowledgement.measured,
    "drain": drain.measured,
    "routing": routing.measured,
    "relay_signing": relay_signing.measured,
    "relay_start": relay_start.measured,
    "relay_fan_out": relay_fan_out.measured,
    "relay_storm": relay_storm.measured,
    "relay_requests": relay_requests.measured,
    "relay_cloud": relay_cloud.measured,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure, beside limits and peers.")
    parser.add_argument("--quick", action="store_true", help="shorter and rougher")
    parser.add_argument("--only", choices=list(ROWS), action="append", help="this row; may be given several times")
    given = parser.parse_args()
    console = Console(width=WIDTH)
    figures = asyncio.run(_measured(given.only or list(ROWS), console, quick=given.quick))
    show(figures, console)
    console.print("* measured on such a machine, not in this run")
    write(figures, SystemClock().now(), RESULT)
    console.print(f"Written to {RESULT}.")


async def _measured(names: Sequence[str], console: Console, *, quick: bool) -> list[Figure]:
    clock, figures = SystemClock(), []
    for name in names:
        started = clock.monotonic()
        figures += await ROWS[name](quick=quick)
        console.print(f"{name}: {clock.monotonic() - started:.0f} s")
    return figures


if __name__ == "__main__":
    main()
