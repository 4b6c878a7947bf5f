"""Deliver's rows: written on their conditions, forgotten in time, opened for their agent alone."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from relay_lambda.carrying.ports import Contested, Thread, Unreadable
from relay_lambda.state.bots import WorkspaceBots
from relay_lambda.state.ledger import LedgerTable
from relay_lambda.state.pace import PaceTable
from relay_lambda.state.threads import ThreadTable
from relay_lambda.state.tokens import Opening
from relay_lambda.state.workspaces import Workspaces
from relay_lambda.unavailable import Unavailable
from shared import ledger
from shared.address import Address
from shared.ledger import Entry, State
from shared.relay_table import RowKey

THREAD = Thread(agent_id="agent-1", address=Address(team_id="T1", channel_id="C1"), key="7/issue/1")
FULL = Entry(
    state=State.AMBIGUOUS,
    at=1764000000.125,
    signed_at=1764000000,
    head="h",
    members=("h", "i"),
    posted_at=1764000000.5,
    thread_ts="1.5",
    ts="2.5",
    reconciled=True,
    reason="because",
    unknown=True,
    looks=1,
    look_at=1764000010.25,
    doubtful=True,
    alone=True,
    failures=2,
    waits=3,
)


def opened(rig: Any) -> WorkspaceBots:
    return WorkspaceBots(Workspaces(rig.table, rig.clock), Opening(rig.kms, rig.kms_key), rig.clock)


@pytest.mark.parametrize("entry", [FULL, Entry(state=State.OPEN, at=0.0, signed_at=0)])
def test_an_entry_comes_back_as_it_was_written(rig: Any, entry: Entry) -> None:
    table = LedgerTable(rig.table, rig.clock)

    stored = table.put("agent-1", "n1", entry)

    assert stored == replace(entry, version=1)
    assert table.get("agent-1", "n1") == stored
    assert (table.get("agent-2", "n1"), table.get("agent-1", "n2")) == (None, None)


@pytest.mark.parametrize("change", [{"state": "paused"}, {"at_ms": None}, {"at_ms": "soon"}, {"expires_at": "never"}])
def test_a_row_that_is_no_entry_is_told_from_a_table_that_fails(rig: Any, change: dict[str, Any]) -> None:
    table = LedgerTable(rig.table, rig.clock)
    table.put("agent-1", "n1", FULL)
    (row,) = rig.rows("ledger#agent-1#n1")
    columns = {name: value for name, value in row.items() if name not in {"pk", "sk"}} | change
    rig.table.put(RowKey("ledger#agent-1#n1", "n"), columns)

    with pytest.raises(Unreadable):
        table.get("agent-1", "n1")


def test_of_many_who_claim_one_notification_exactly_one_gets_it(rig: Any) -> None:
    table = LedgerTable(rig.table, rig.clock)

    def claim(number: int) -> bool:
        try:
            table.put("agent-1", "n1", ledger.claimed(None, number, ("n1",), None, 1.0))
        except Contested:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(40))) == 1


def test_who_has_read_an_old_version_writes_nothing(rig: Any) -> None:
    table = LedgerTable(rig.table, rig.clock)
    first = table.put("agent-1", "n1", ledger.claimed(None, 1, ("n1",), None, 1.0))
    table.put("agent-1", "n1", ledger.doubted(first, 2.0))

    with pytest.raises(Contested):
        table.put("agent-1", "n1", ledger.posted(first, "1.5", 3.0))


def test_an_entry_that_has_expired_is_nothing_though_it_is_there_still(rig: Any) -> None:
    table = LedgerTable(rig.table, rig.clock)
    table.put("agent-1", "n1", FULL)
    rig.clock.wait(23 * 86_400)
    kept = table.get("agent-1", "n1")
    rig.clock.wait(8 * 86_400)

    assert kept is not None
    assert table.get("agent-1", "n1") is None
    table.put("agent-1", "n1", ledger.claimed(None, 1, ("n1",), None, 1.0))

    assert rig.rows("ledger#agent-1#n1")[0]["state"] == "posting"


def test_of_a_thread_the_newer_message_stays_and_only_what_is_gone_is_forgotten(rig: Any) -> None:
    table = ThreadTable(rig.table, rig.clock)
    table.put(THREAD, "1764000000.000002")
    table.put(THREAD, "1764000000.000001")
    table.forget(THREAD, "1764000000.000001")
    assert table.find(THREAD) == "1764000000.000002"

    table.forget(THREAD, "1764000000.000002")

    assert table.find(THREAD) is None
    assert table.find(replace(THREAD, agent_id="agent-2")) is None
    table.put(THREAD, "1764000000.000003")
    assert table.find(THREAD) == "1764000000.000003"


def test_drawings_of_all_processes_together_keep_to_fifty_a_minute(rig: Any) -> None:
    tables = [PaceTable(rig.table, rig.clock) for _ in range(3)]
    at = []
    for number in range(120):
        while (wait := tables[number % 3].rewrite_in_s("agent-1", "T1")) > 0:
            rig.clock.wait(wait)
        at.append(rig.clock.monotonic())

    assert at[4] == 0.0
    assert max(sum(begin <= each < begin + 60 for each in at) for begin in at) <= 50 + 5
    assert 130 < at[-1] < 145
    assert tables[0].rewrite_in_s("agent-1", "T2") == 0.0


def test_a_block_binds_other_processes_until_it_ends(rig: Any) -> None:
    one, other = PaceTable(rig.table, rig.clock), PaceTable(rig.table, rig.clock)
    assert one.blocked_s("agent-1", "T1", "chat.postMessage") == 0

    one.block("agent-1", "T1", "chat.postMessage", 30)

    assert other.blocked_s("agent-1", "T1", "chat.postMessage") == 30
    assert other.blocked_s("agent-1", "T2", "chat.postMessage") == 0
    rig.clock.wait(31)
    assert one.blocked_s("agent-1", "T1", "chat.postMessage") == 0


def test_a_token_is_opened_for_its_agent_and_kept_for_five_minutes_at_most(rig: Any) -> None:
    bots, team = opened(rig), rig.world.team("acme").team_id
    first = bots.find("agent-1", team)
    rig.register(team, "xoxb-new")
    kept = bots.find("agent-1", team)
    rig.clock.wait(301)
    later = bots.find("agent-1", team)

    assert first == kept
    assert first is not None
    assert first.token == rig.world.team("acme").bot_token
    assert later is not None
    assert later.token == "xoxb-new"
    assert bots.find("agent-2", team) is None
    assert "xoxb" not in repr(first)


def test_a_token_of_another_agents_row_opens_for_nobody(rig: Any) -> None:
    team = rig.world.team("acme").team_id
    (row,) = [each for each in rig.dynamodb.scan(TableName="relay-table")["Items"] if each["sk"]["S"] == f"team#{team}"]
    rig.dynamodb.put_item(TableName="relay-table", Item={**row, "pk": {"S": "workspace#agent-2"}})

    with pytest.raises(Unavailable):
        opened(rig).find("agent-2", team)


def test_an_organisations_token_serves_its_workspaces(rig: Any) -> None:
    rig.register("E1", "xoxb-organisation", teams=("T77", "T78"))

    bots = opened(rig)
    found = [bots.find("agent-1", team) for team in ("T77", "T78", "T79")]

    assert [each and each.token for each in found] == ["xoxb-organisation", "xoxb-organisation", None]
