"""How both databases carry out what a webhook, a claim and a settlement ask: by index, in a store that has grown."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text

from agent.store.outbox_backlogs import ACCEPTED, GOING_OVER, RECEIPT_DUE_AT, WINDOW, backlogs
from agent.store.outbox_claims import claim, next_due
from agent.store.sqlite import SqliteStore
from agent.store.subscriptions import by_repository
from agent.store.tables import addresses
from agent.subscriptions.subscription import Scope, Target
from shared.pacing import Pace

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
_FILL = (
    "INSERT INTO addresses (id, team_id, channel_id) {n} SELECT i + 100, 'T' || i % 50, 'F' || i FROM n",
    """INSERT INTO subscriptions (address_id, scope, target_id, target, wants, created_by, created_at)
       {n} SELECT i + 100, CASE WHEN i % 10 = 0 THEN 'owner' ELSE 'repo' END, 1000 + i, 'x', '', 'U1', 0 FROM n""",
    """INSERT INTO events (delivery_id, name, actor, source, fate, received_at)
       {n} SELECT 'old-' || i, 'push', 'mona', 'webhook', '', i FROM n""",
    """INSERT INTO notifications
       (id, delivery_id, event_key, address_id, subject_key, role, state, due_at, created_at, settled_at)
       {n} SELECT 'old-' || i, 'old-' || i, 'push', i % 500 + 100, '9/issue/' || i, 'plain', 'delivered', i, i, i
       FROM n""",
    """INSERT INTO threads (address_id, subject_key, ts, event_key, actor, made_at)
       {n} SELECT i % 500 + 100, '9/issue/' || i, i || '.0', 'issues.opened', 'mona', 0 FROM n""",
    """INSERT INTO subjects (key, repository_id, head_sha, fields, complete, seen_at)
       {n} SELECT '9/pull/' || i, i, 'sha' || i, '{{}}', true, 0 FROM n""",
    """INSERT INTO checks (repository_id, sha, name, state, url, seen_at)
       {n} SELECT i, 'sha' || i, 'build', 'success', '', 0 FROM n""",
)
TABLES = ("addresses", "subscriptions", "events", "notifications", "threads", "subjects", "checks")


@pytest.fixture
async def grown(agent: Any) -> Any:
    """The store of an agent that has been running for long, with little waiting."""

    def fill(connection: Connection) -> None:
        for statement in _FILL:
            connection.execute(text(statement.format(n=_NUMBERS)))
        connection.execute(text("ANALYZE"))

    await agent.store.write(fill)
    return agent


async def test_routing_finds_subscriptions_by_index(grown: Any) -> None:
    plans = await grown.store.read(lambda c: _plans(c, lambda: by_repository(c, {(7, 5), (1001, 1010), (2000, 2010)})))

    assert len(plans) == 1
    assert "ix_subscriptions_scope_target_id" in plans[0]
    assert _scanned(plans) == []


async def test_taking_in_an_event_scans_nothing(grown: Any) -> None:
    pull = {"number": 1, "title": "Faster", "state": "open", "head": {"sha": "c" * 40, "ref": "x"}}
    check = {"name": "build", "head_sha": "sha9", "status": "completed", "conclusion": "success"}
    incoming = [
        grown.incoming("pull_request.opened", {"pull_request": pull}),
        grown.incoming("check_run.completed", {"check_run": check}),
        grown.pushed("one"),
        grown.pushed("one", "old-17"),
    ]

    plans = await grown.store.write(lambda c: _plans(c, lambda: grown.intake.record(c, incoming)))

    assert len(plans) > 8
    assert _scanned(plans) == []


async def test_a_claim_finds_what_is_due_and_its_backlog_by_index(grown: Any) -> None:
    for number in range(3):
        await grown.issue("opened", number)
    now = grown.clock.now().timestamp()

    def claimed(connection: Connection) -> list[str]:
        return _plans(connection, lambda: claim(connection, "me", now + 1, 60.0, 64, Pace(1, 3)))

    plans = await grown.store.write(claimed)

    assert any("ix_addresses_next_at" in plan for plan in plans)
    assert any("ix_notifications_" in plan for plan in plans)
    assert _scanned(plans) == []


async def test_of_a_long_backlog_a_claim_reads_only_what_it_may_post_next(agent: Any) -> None:
    for number in range(70):
        await agent.issue("opened", number)
    await agent.subscribe("C2", target=Target(scope=Scope.OWNER, id=5, name="acme"))
    for number in range(70):
        await agent.push(f"commit {number}")
    now = agent.clock.now().timestamp()

    beside = ACCEPTED.label("accepted"), RECEIPT_DUE_AT.label("receipt_due_at"), GOING_OVER.label("going_over")
    query = select(addresses, *beside).order_by("id")
    due = await agent.store.read(lambda c: c.execute(query).all())
    of_issues, of_pushes = await agent.store.read(lambda c: backlogs(c, due, now))
    leases = await agent.store.write(lambda c: claim(c, "me", now, 60.0, 64, Pace(1, 3)))

    assert len(of_issues.notifications) == 1
    assert len(of_pushes.notifications) == WINDOW
    assert [len(lease.jobs[0].members) for lease in leases] == [1, 10]


async def test_the_backlog_of_an_address_whose_pace_lets_nothing_go_is_not_read(agent: Any) -> None:
    now = agent.clock.now().timestamp()
    await agent.issue("opened")
    await agent.set(addresses, tat=now + 9)

    plans = await agent.store.write(lambda c: _plans(c, lambda: claim(c, "me", now, 60.0, 64, Pace(1, 3))))

    assert len(plans) == 2  # what is due, and the putting off
    assert (await agent.address()).next_at == now + 7


async def test_asking_when_the_next_is_due_looks_only_at_addresses_where_something_waits(grown: Any) -> None:
    await grown.issue("opened")

    (plan,) = await grown.store.read(lambda c: _plans(c, lambda: next_due(c)))

    assert "ix_addresses_next_at" in plan
    assert _scanned([plan]) == []


async def test_settling_scans_nothing(grown: Any) -> None:
    await grown.issue("opened")
    await grown.push("one")
    engine = grown.store.engine if isinstance(grown.store, SqliteStore) else grown.store.engine.sync_engine

    with _recorded(engine) as statements:
        await grown.round()
    plans = await grown.store.write(lambda c: [_plan(c, *each) for each in statements])

    assert await _posted(grown) == 1
    assert len(plans) > 5
    assert _scanned(plans) == []


async def _posted(agent: Any) -> int:
    return len(agent.slack.messages)


@contextmanager
def _recorded(source: Any) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are carried out meanwhile, as the driver gets them, with the first of their parameters."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:  # noqa: FBT001
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and "pg_" not in statement:
            found.append((statement, parameters[0] if many else parameters))

    event.listen(source, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(source, "before_cursor_execute", note)


def _plans(connection: Connection, work: Any) -> list[str]:
    """How each of the statements of `work` is carried out."""
    with _recorded(connection) as statements:
        work()
    return [_plan(connection, *each) for each in statements]


def _plan(connection: Connection, statement: str, parameters: Any) -> str:
    is_sqlite = connection.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN (FORMAT JSON)"
    rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    if is_sqlite:
        return "\n".join(row.detail for row in rows)
    return "\n".join(_nodes(json.loads(rows[0][0]) if isinstance(rows[0][0], str) else rows[0][0]))


def _nodes(plan: Any) -> Iterator[str]:
    """The nodes of PostgreSQL's plan, one a line, in SQLite's words as far as it matters."""
    if isinstance(plan, list):
        for each in plan:
            yield from _nodes(each)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            yield f"SCAN {plan['Relation Name']}"
        elif "Index Name" in plan:
            yield f"SEARCH {plan.get('Relation Name')} USING {plan['Index Name']}"
        for each in plan.values():
            yield from _nodes(each)


def _scanned(plans: Sequence[str]) -> list[str]:
    """The large tables that one of these reads from end to end."""
    lines = [line.strip() for plan in plans for line in plan.splitlines()]
    return [line for line in lines if line.startswith(tuple(f"SCAN {table}" for table in TABLES))]
