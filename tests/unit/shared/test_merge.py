"""What of a channel's backlog shares a message, and that nothing is seen out of its order."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.merge import mates
from shared.post import Role


@dataclass(frozen=True)
class Waiting:
    at: int
    role: Role
    thread_key: str | None


MOVING = st.one_of(
    st.tuples(st.sampled_from([Role.PLAIN]), st.sampled_from([None, "a"])),
    st.tuples(st.sampled_from([Role.PARENT, Role.REPLY, Role.BROADCAST]), st.sampled_from(["a", "b", "c"])),
)
BACKLOGS = st.lists(MOVING, min_size=1, max_size=30).map(
    lambda rows: [Waiting(at, role, key) for at, (role, key) in enumerate(rows)]
)


def backlog(*rows: str) -> list[Waiting]:
    """`reply a`, `plain`… in order."""
    split = [row.split() for row in rows]
    return [Waiting(at, Role(role), key[0] if key else None) for at, (role, *key) in enumerate(split)]


def together(*rows: str) -> list[int]:
    return [each.at for each in mates(backlog(*rows))]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["reply a", "reply a", "reply a"], [0, 1, 2]),
        (["plain", "plain", "plain"], [0, 1, 2]),
        (["reply a", "parent b", "plain", "broadcast b", "reply a"], [0, 4]),
        (["plain", "reply a", "reply b", "plain"], [0, 3]),
    ],
)
def test_replies_of_one_thread_and_cards_that_nothing_updates_share_a_message(
    rows: list[str], expected: list[int]
) -> None:
    assert together(*rows) == expected


@pytest.mark.parametrize(
    "rows",
    [
        ["parent a", "parent b", "reply a", "plain"],
        ["broadcast a", "broadcast a", "reply a"],
        ["rewrite a", "rewrite a"],
        ["reply a", "reply b"],
        ["plain", "parent a", "plain"],
        ["plain", "broadcast a", "plain"],
        ["reply a", "broadcast a", "reply a"],
        ["reply a", "parent a", "reply a"],
        ["plain", "reply a"],
        ["reply a", "plain"],
    ],
)
def test_what_has_to_be_found_again_or_would_be_seen_out_of_order_stays_alone(rows: list[str]) -> None:
    assert together(*rows) == [0]


@pytest.mark.parametrize("row", ["plain", "reply a"])
def test_a_message_holds_ten_at_most_and_they_are_the_first(row: str) -> None:
    assert together(*[row] * 25) == list(range(10))


@given(BACKLOGS)
@settings(max_examples=50)
def test_the_head_comes_first_and_the_others_follow_in_their_order(waiting: list[Waiting]) -> None:
    found = [each.at for each in mates(waiting)]

    assert found[0] == 0
    assert found == sorted(set(found))
    assert len(found) <= 10


@given(BACKLOGS)
@settings(max_examples=50)
def test_what_shares_a_message_has_one_role_and_one_place(waiting: list[Waiting]) -> None:
    found = mates(waiting)

    assert len({each.role for each in found}) == 1
    assert len(found) == 1 or found[0].role in {Role.PLAIN, Role.REPLY}
    assert found[0].role is Role.PLAIN or len({each.thread_key for each in found}) == 1


@given(BACKLOGS)
def test_nobody_sees_a_backlog_out_of_order(waiting: list[Waiting]) -> None:
    left, posted = list(waiting), list[Waiting]()

    while left:
        together = mates(left)
        posted += together
        left = [each for each in left if each not in together]

    channel = [each.at for each in posted if each.role is not Role.REPLY]
    assert channel == sorted(channel)
    for key in ("a", "b", "c"):
        thread = [each.at for each in posted if each.thread_key == key and each.role is not Role.PLAIN]
        assert thread == sorted(thread)
