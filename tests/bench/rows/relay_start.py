"""What a cold start of the relay's functions loads, and how large their zip is.

Each import has a fresh interpreter, by turns with one that imports nothing. What follows on Lambda (making the clients,
unpacking, a smaller share of a processor) isn't in it.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.relay.build import MOST_BYTES, ROOT, build
from tests.bench.figures import Figure, Peer, at_most, percentile
from tests.bench.load import clock

ROW = "relay: cold start"
ROUNDS = 15
NOTHING = "pass"
PROGRAMS = {
    "import of `front`": "import relay_lambda.front",
    "import of `deliver`, with what its first call loads": (
        "import relay_lambda.deliver, relay_lambda.slack, relay_lambda.returning, relay_lambda.state.bots, "
        "relay_lambda.state.ledger, relay_lambda.state.pace, relay_lambda.state.threads, relay_lambda.state.tokens"
    ),
}
MB = 1_000_000


async def measured(*, quick: bool) -> list[Figure]:
    figures = [_imported(what, program, ROUNDS // 3 if quick else ROUNDS) for what, program in PROGRAMS.items()]
    return [*figures, _zip()]


def _imported(what: str, program: str, rounds: int) -> Figure:
    _started_ms(program)  # its bytecode is written, its files are in memory
    bare_ms, ours_ms = [], []
    for _ in range(rounds):
        bare_ms.append(_started_ms(NOTHING))
        ours_ms.append(_started_ms(program))
    bare = Peer(name="an interpreter alone", value=percentile(bare_ms, 0.5))
    return Figure(row=ROW, what=what, value=percentile(ours_ms, 0.5), unit="ms", peer=bare)


def _started_ms(program: str) -> float:
    before_s = clock.monotonic()
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)  # noqa: S603 - our own words
    return 1000 * (clock.monotonic() - before_s)


def _zip() -> Figure:
    """The wheels come from the package index, or from pip's cache."""
    with TemporaryDirectory() as folder:
        size = build(Path(folder) / "relay.zip", target="lambda")
    return Figure(row=ROW, what="zip for Lambda, arm64", value=size / MB, unit="MB", goal=at_most(MOST_BYTES / MB))
