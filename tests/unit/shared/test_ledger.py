"""The ledger's state machine: what may be done about a notification, whatever happened to it before."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import ledger
from shared.ledger import BUSY_S, LOOK_AFTER_S, Answer, Entry, Look, Say, State, Statement, Wait, step
from shared.outcome import Delivered, Refused, Retry, Unknown

SIGNED = Statement(signed_at=1000)
CLAIMED = ledger.claimed(None, 1000, ("a", "b"), None, 1000.0)
HAPPENS = st.lists(
    st.sampled_from(["lost", "missed", "not now", "limited", "breaks", "claimed", "split"]), min_size=1, max_size=12
)


def happened(entry: Entry, what: str, now: float) -> Entry:
    match what:
        case "lost":
            return ledger.doubted(entry, now)
        case "missed":
            return ledger.missed(entry, now)
        case "not now" | "limited":
            return ledger.put_off(entry, now, 5.0, counted=what == "not now")
        case "breaks":
            return ledger.failed(entry, 1000, now)
        case "split":
            return ledger.split(entry, now)
        case _:
            return ledger.claimed(entry, 1000, entry.members or ("a",), None, now)


def test_what_nothing_is_known_of_may_be_said() -> None:
    assert step(None, SIGNED, 1000.0) == Say()


def test_what_is_being_posted_is_left_alone_for_the_functions_time_and_then_looked_for() -> None:
    assert step(CLAIMED, SIGNED, 1010.0) == Wait(BUSY_S - 10)
    assert step(CLAIMED, SIGNED, 1000.0 + BUSY_S) == Look()


def test_after_a_lost_answer_there_are_two_looks_and_then_the_post_again() -> None:
    entry, now = ledger.doubted(CLAIMED, 1000.0), 1000.0
    for _ in range(2):
        assert step(entry, SIGNED, now + 4) == Wait(LOOK_AFTER_S - 4)
        now += LOOK_AFTER_S
        assert step(entry, SIGNED, now) == Look()
        entry = ledger.missed(entry, now)

    assert step(entry, SIGNED, now) == Say()
    assert entry.members == ("a", "b")


def test_what_was_posted_is_answered_for_ever() -> None:
    entry = ledger.posted(CLAIMED, "12.5", 1001.0, reconciled=True)

    assert step(entry, Statement(signed_at=9999, redriven_at=9999), 10**9) == Answer(Delivered("12.5", reconciled=True))


@pytest.mark.parametrize(
    ("reason", "unknown", "outcome"),
    [
        ("is_archived", False, Refused("is_archived")),
        ("withdrawn", False, Refused("withdrawn")),
        ("key_revoked", False, Retry(0.0, "key_revoked")),
        ("thread_unknown", False, Retry(None, "thread_unknown")),
        ("workspace_not_registered", False, Retry(None, "workspace_not_registered")),
        ("who knows", True, Unknown("who knows")),
    ],
)
def test_each_death_is_reported_as_what_the_agent_can_do_about_it(
    *, reason: str, unknown: bool, outcome: object
) -> None:
    assert ledger.outcome(ledger.died(None, 1000, reason, 1001.0, unknown=unknown)) == outcome


@pytest.mark.parametrize(
    ("reason", "statement", "revives"),
    [
        ("is_archived", Statement(signed_at=1000), False),
        ("is_archived", Statement(signed_at=999), False),
        ("is_archived", Statement(signed_at=1001), True),
        ("is_archived", Statement(signed_at=1000, redriven_at=1000), False),
        ("is_archived", Statement(signed_at=1000, redriven_at=1002), True),
        ("key_revoked", Statement(signed_at=1), True),
        ("withdrawn", Statement(signed_at=900), False),
        ("withdrawn", Statement(signed_at=900, redriven_at=1002), False),
        ("withdrawn", Statement(signed_at=1001), True),
    ],
)
def test_a_dead_one_is_revived_by_a_newer_statement_an_operator_or_after_a_revocation_by_any_good_one(
    *, reason: str, statement: Statement, revives: bool
) -> None:
    entry = ledger.died(None, 1000, reason, 1001.0)

    assert (step(entry, statement, 2000.0) == Say()) is revives


def test_nothing_has_come_of_what_is_on_its_way() -> None:
    with pytest.raises(ValueError, match="nothing has come of it"):
        ledger.outcome(CLAIMED)


def test_a_member_has_the_answer_of_its_head_and_keeps_its_own_version_and_time() -> None:
    own = replace(ledger.joined(None, 1234, "a", 1000.0), version=7)
    head = replace(ledger.posted(CLAIMED, "12.5", 1001.0), version=2)

    found = ledger.resolved(own, head, "b")

    assert (found.state, found.ts, found.version, found.signed_at, found.head) == (State.POSTED, "12.5", 7, 1234, "a")


@pytest.mark.parametrize(
    "head", [None, ledger.put_off(CLAIMED, 1001.0, 1.0, counted=True), replace(CLAIMED, members=("a",))]
)
def test_a_member_that_its_head_knows_nothing_of_is_open_again(head: Entry | None) -> None:
    found = ledger.resolved(ledger.joined(None, 1000, "a", 1000.0), head, "b")

    assert (found.state, found.head) == (State.OPEN, None)


def test_who_is_no_member_is_what_it_is() -> None:
    assert ledger.resolved(CLAIMED, None, "a") == CLAIMED


@given(HAPPENS)
def test_what_may_be_there_is_never_said_again_without_two_looks_or_a_refusal_of_its_content(
    happens: list[str],
) -> None:
    entry, doubt, looks, now = CLAIMED, False, 0, 1000.0
    for what in happens:
        now += 100.0
        before = entry.state
        entry = happened(entry, what, now)
        if what == "lost" or (what == "breaks" and before is State.POSTING):
            doubt, looks = True, 0
        if what == "missed":
            doubt, looks = True, looks + 1
        if what == "split":
            doubt = False
        if what == "claimed":
            looks = 2

        if doubt and looks < 2 and entry.state is not State.POSTING:
            assert step(entry, SIGNED, now + 1000) != Say() or entry.looks >= 2
        if doubt:
            assert entry.doubtful


@given(HAPPENS)
def test_of_what_may_be_there_the_set_is_kept(happens: list[str]) -> None:
    entry = ledger.doubted(CLAIMED, 1000.0)
    for number, what in enumerate(each for each in happens if each != "split"):
        entry = happened(entry, what, 1000.0 + number)

    assert entry.members == ("a", "b")


def test_waits_grow_and_an_hour_of_them_stays_far_from_what_the_queue_bears() -> None:
    waits = [ledger.wait_s(number) for number in range(1000)]

    assert waits == sorted(waits)
    assert max(waits) == 600
    assert next(at for at in range(1000) if sum(waits[:at]) > 3600) < 70
    assert next(at for at in range(1000) if sum(waits[:at]) > 4 * 86_400) < 1000


def test_who_breaks_is_counted_and_has_a_post_of_its_own() -> None:
    entry = ledger.failed(None, 1000, 1000.0)
    entry = ledger.failed(entry, 1000, 1001.0)

    assert (entry.failures, entry.alone, entry.state) == (2, True, State.OPEN)


def test_what_breaks_after_its_request_began_may_be_there() -> None:
    assert ledger.failed(CLAIMED, 1000, 1001.0).state is State.AMBIGUOUS


def test_who_was_left_to_a_person_is_said_alone_when_it_comes_again() -> None:
    dead = ledger.died(CLAIMED, 1000, "who knows", 1001.0, unknown=True)

    entry = ledger.claimed(dead, 1002, ("a",), None, 1003.0)

    assert (entry.alone, entry.doubtful, entry.version) == (True, True, dead.version)


def test_a_request_that_may_have_arrived_is_remembered_beyond_a_refusal() -> None:
    unclear = ledger.doubted(ledger.claimed(None, 1000, ("n", "m"), None, 1001.0), 1002.0)

    dead = ledger.died(unclear, 1000, "is_archived", 1003.0)
    again = ledger.claimed(dead, 1004, ("n",), None, 1005.0)

    assert (dead.doubtful, dead.alone) == (True, True)
    assert (again.doubtful, again.alone) == (True, True)
    assert not ledger.died(None, 1000, "is_archived", 1003.0).alone
