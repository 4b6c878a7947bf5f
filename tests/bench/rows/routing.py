"""Finding who wants an event, among few subscriptions and among many.

In this process, on SQLite: the lookup and the decision for 16 events, as the intake does it for what waits at the same
time. Each repository has two channels that subscribe to it, however many there are.
"""

import json
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, insert

from agent.card_table import Shown, load, rule_for
from agent.routing import route
from agent.store.migrate import migrate_sqlite
from agent.store.sqlite import SqliteStore
from agent.store.subscriptions import by_repository
from agent.store.tables import addresses, subscriptions
from agent.subscriptions.subscription import Scope, encode
from shared.event import Event, label
from tests.bench.figures import Figure, at_most, percentile
from tests.bench.load import clock
from tests.bench.seeding import STORE, WANTS
from tests.bench.webhooks import repository_id, repository_name, template

ROW = "routing"
SIZES = (100, 10_000, 100_000)
TOGETHER = 16
PER_REPOSITORY, PER_CHANNEL = 2, 10
ROUNDS = 300


async def measured(*, quick: bool) -> list[Figure]:
    took_ms = {size: await _took_ms(size, ROUNDS // 3 if quick else ROUNDS) for size in SIZES}
    least, most = SIZES[0], SIZES[-1]
    return [
        *(
            Figure(row=ROW, what=f"an event among {size:,} subscriptions", value=took_ms[size], unit="ms")
            for size in SIZES
        ),
        Figure(row=ROW, what=f"{most:,} ÷ {least:,}", value=took_ms[most] / took_ms[least], unit="×", goal=at_most(2)),
    ]


async def _took_ms(size: int, rounds: int) -> float:
    """For one event, the median of many rounds."""
    random, repositories = Random(7), size // PER_REPOSITORY
    pushed = json.loads(template("issues.opened.with_everything", repository=0, size_bytes=8000).body)
    with TemporaryDirectory() as folder:
        path = Path(folder) / STORE
        migrate_sqlite(path)
        store = SqliteStore(path)
        try:
            await store.write(partial(_fill, size=size))
            took_ms = []
            for _ in range(rounds):
                events = [_event(pushed, random.randrange(repositories)) for _ in range(TOGETHER)]
                took_ms.append(await store.read(partial(_routed, events=events)))
        finally:
            await store.aclose()
    return percentile(took_ms, 0.5) / TOGETHER


def _fill(connection: Connection, size: int) -> None:
    channels = max(PER_REPOSITORY, size // PER_CHANNEL)
    connection.execute(
        insert(addresses), [{"team_id": "T1", "channel_id": f"C{number:08d}"} for number in range(1, channels + 1)]
    )
    wants = encode(WANTS)
    rows = [
        {
            "address_id": 1 + number % channels,
            "scope": Scope.REPO,
            "target_id": repository_id(number // PER_REPOSITORY),
            "target": repository_name(number // PER_REPOSITORY),
            "wants": wants,
            "created_by": "U1",
            "created_at": 0.0,
        }
        for number in range(size)
    ]
    connection.execute(insert(subscriptions), rows)


_RULES, _ = load()


def _event(payload: dict[str, Any], repository: int) -> Event:
    there = payload["repository"] | {"id": repository_id(repository), "full_name": repository_name(repository)}
    return label("d", "issues", payload | {"repository": there}, clock.now())


def _routed(connection: Connection, events: list[Event]) -> float:
    started = clock.monotonic()
    found = by_repository(connection, {(it.id, it.owner_id) for event in events if (it := event.repository)})
    for event in events:
        rule = rule_for(_RULES, event)
        if not isinstance(rule, Shown) or event.repository is None:
            raise TypeError(event.key)
        routed = route(event, rule, None, found[event.repository.id], ())
        if len(routed.drafts) != PER_REPOSITORY:
            raise ValueError(routed.fate)
    return 1000 * (clock.monotonic() - started)
