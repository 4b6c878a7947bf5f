"""The rows of the relay's table: names that never meet, and what a key proves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.relay_table import (
    AgentKey,
    agent_row,
    columns_of,
    counter_row,
    enterprise_row,
    is_there,
    item_of,
    key_columns,
    key_of,
    key_row,
    key_rows,
    public_row,
    receipt_sk,
    receipts_of,
    replay_row,
    team_row,
)

NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
SECONDS = st.integers(0, 10**11)
KEYS = st.builds(
    AgentKey,
    agent_id=NAMES,
    key_id=NAMES,
    public=st.binary(min_size=32, max_size=32),
    not_before=SECONDS,
    not_after=st.none() | SECONDS,
    retired_at=st.none() | SECONDS,
    revoked_at=st.none() | SECONDS,
    put_by=st.none() | NAMES,
    successor=st.none() | NAMES,
)
KEY = AgentKey(agent_id="a", key_id="k", public=bytes(32), not_before=100, not_after=200, retired_at=150)


@given(NAMES, NAMES, NAMES, NAMES)
def test_rows_of_two_agents_never_meet(first: str, second: str, name: str, other: str) -> None:
    rows = (key_row, team_row, enterprise_row, replay_row, counter_row)
    of_first = {row(first, name) for row in rows} | {public_row(first, b"1")}
    of_second = {row(second, other) for row in rows} | {public_row(second, b"1")}

    assert len({each.pk for each in of_first}) == 4
    assert first == second or agent_row(first) != agent_row(second)
    assert agent_row(first).pk not in {each.pk for each in of_first}
    assert first == second or not {each.pk for each in of_first} & {each.pk for each in of_second}
    assert first == second or receipts_of(first) != receipts_of(second)


@given(KEYS)
def test_a_new_key_takes_its_id_and_its_public_key(key: AgentKey) -> None:
    rows = key_rows(key)

    assert list(rows) == [key_row(key.agent_id, key.key_id), public_row(key.agent_id, key.public)]
    assert rows[public_row(key.agent_id, key.public)] == {"key_id": key.key_id}
    assert public_row(key.agent_id, key.public) != public_row(key.agent_id, key.public[:-1])


@given(KEYS)
def test_a_key_is_read_as_it_was_written(key: AgentKey) -> None:
    row = columns_of(item_of(key_columns(key)))

    assert key_of(key.agent_id, key.key_id, row) == key


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"public": "AAAA", "not_before": 1},
        {"public": "!" * 44, "not_before": 1},
        {"public": "é", "not_before": 1},
        {"public": 7, "not_before": 1},
        {"public": "A" * 43 + "="},
        {"public": "A" * 43 + "=", "not_before": "soon"},
    ],
)
def test_a_row_that_holds_no_key_is_none(row: dict[str, Any]) -> None:
    assert key_of("a", "k", row) is None


@pytest.mark.parametrize(("at", "proves"), [(99, False), (100, True), (150, True), (151, False), (201, False)])
def test_a_key_proves_what_was_signed_while_it_counted(at: int, *, proves: bool) -> None:
    assert KEY.proves(at) is proves


@given(KEYS, SECONDS)
def test_a_revoked_key_proves_nothing_whenever_it_signed(key: AgentKey, at: int) -> None:
    assert key.revoked_at is None or not key.proves(at)


@given(
    st.dictionaries(
        st.text(min_size=1),
        st.text() | st.integers() | st.booleans() | st.binary() | st.lists(st.text()).map(tuple),
    )
)
def test_columns_are_read_as_they_were_written(columns: dict[str, Any]) -> None:
    found = columns_of(item_of(columns))

    assert found == columns
    assert {name: type(value) for name, value in found.items()} == {n: type(v) for n, v in columns.items()}


def test_what_is_none_is_no_column() -> None:
    assert item_of({"a": None, "b": 1}) == {"b": {"N": "1"}}


@pytest.mark.parametrize(("row", "there"), [({}, True), ({"expires_at": 100}, True), ({"expires_at": 99}, False)])
def test_a_row_counts_until_it_expires(row: dict[str, Any], *, there: bool) -> None:
    assert is_there(row, 100) is there


@given(SECONDS, SECONDS, st.text("0123456789abcdef"), st.text("0123456789abcdef"))
def test_receipts_stand_in_order_of_time(first: int, second: int, nonce: str, other: str) -> None:
    assert first >= second or receipt_sk(first, nonce) < receipt_sk(second, other)
