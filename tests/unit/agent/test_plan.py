"""What the plan promises of every backlog: order, one post at a time, pace, and that nothing waits for ever."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.card_table import Headline
from agent.outbox.notification import Backlog, Bucket, Notification, PostJob, RewriteJob, State, Thread
from agent.outbox.plan import MARKER_S, REWRITES, Plan, plan
from shared.address import Address
from shared.pacing import Pace, spend
from shared.post import Role

PACE = Pace(1, 3)
NOW = 1000.0


def notification(
    id_: str, role: Role = Role.PLAIN, key: str | None = None, *, due_at: float = NOW, head: str | None = None
) -> Notification:
    return Notification(
        id=id_,
        delivery_id=f"d-{id_}",
        thread_key=key,
        role=role,
        state=State.QUEUED,
        head_id=head,
        attempts=0,
        looks=0,
        due_at=due_at,
        posted_at=0.0,
    )


def thread(key: str, ts: str | None = "1.0", *, rewrite_at: float | None = None, rank: int = 0) -> Thread:
    headline = Headline(event_key="issues.opened", actor="ann")
    return Thread(key=key, ts=ts, headline=headline, rewrite_at=rewrite_at, rewrite_rank=rank)


def backlog(notifications: Sequence[Notification], threads: Sequence[Thread] = (), tat: float = 0.0) -> Backlog:
    return Backlog(
        address_id=1,
        address=Address(team_id="T1", channel_id="C1"),
        threading=True,
        tat=tat,
        notifications=notifications,
        threads=threads,
    )


def planned(
    notifications: Sequence[Notification], threads: Sequence[Thread] = (), *, tat: float = 0.0, rewrites: int = 20
) -> Plan:
    return plan(backlog(notifications, threads, tat), NOW, PACE, Bucket(), rewrites)


def posted(found: Plan) -> list[str]:
    return [member.id for job in found.jobs if isinstance(job, PostJob) for member in job.members]


def rewritten(found: Plan) -> list[str]:
    return [job.thread.key for job in found.jobs if isinstance(job, RewriteJob)]


def test_nothing_to_do_is_nothing_and_never_due() -> None:
    assert planned([], [thread("a")]) == Plan(jobs=[], next_at=None)


def test_what_may_share_a_message_does() -> None:
    waiting = [notification(f"{n}") for n in range(12)]

    assert posted(planned(waiting)) == [f"{n}" for n in range(10)]


def test_a_reply_waits_for_its_parent_and_other_subjects_go_on() -> None:
    waiting = [notification("r", Role.REPLY, "a"), notification("b", Role.BROADCAST, "a"), notification("p")]

    found = planned(waiting, [thread("a", ts=None)])

    assert posted(found) == ["p"]
    assert posted(planned(waiting[:2], [thread("a", ts=None)])) == posted(planned(waiting[:2])) == []
    assert posted(planned(waiting, [thread("a", ts="1.0")])) == ["r"]


def test_a_reply_goes_with_the_thread_that_it_stands_in() -> None:
    found = planned([notification("r", Role.REPLY, "b")], [thread("a", "1.0"), thread("b", "2.0")])

    assert found.jobs == [PostJob(members=[notification("r", Role.REPLY, "b")], thread=thread("b", "2.0"))]


def test_a_stored_set_goes_again_as_it_is_its_head_first() -> None:
    waiting = [
        notification("b", head="c"),
        notification("new"),
        notification("c", head="c"),
        notification("d", head="c"),
    ]

    assert posted(planned(waiting)) == ["c", "b", "d"]


def test_a_stored_set_takes_up_nothing_new_and_is_taken_up_by_nothing() -> None:
    waiting = [notification("a", head="a"), notification("b"), notification("c", head="c"), notification("d")]

    assert posted(planned(waiting)) == ["a"]
    assert posted(planned(waiting[1:])) == ["b"]


def test_what_waits_for_another_try_is_overtaken_by_nothing() -> None:
    waiting = [notification("a", head="a", due_at=NOW + 7), notification("b"), notification("c", Role.PARENT, "k")]

    assert planned(waiting) == Plan(jobs=[], next_at=NOW + 7)


@pytest.mark.parametrize("between", [Role.PLAIN, Role.PARENT])
def test_what_was_freed_does_not_pull_others_over_what_waits_for_another_try(between: Role) -> None:
    waiting = [notification("freed"), notification("again", between, "k", head="again"), notification("new")]
    late = [replace(each, due_at=NOW + 7) if each.id == "again" else each for each in waiting]

    assert posted(planned(waiting)) == posted(planned(late)) == ["freed"]


@pytest.mark.parametrize("state", [State.POSTING, State.UNKNOWN])
def test_a_post_whose_fate_is_unknown_is_looked_at_before_anything_is_posted(state: State) -> None:
    unclear = [replace(notification(each, head="x"), state=state, due_at=NOW + 10) for each in ("y", "x")]
    waiting = [notification("first"), *unclear]

    early = planned(waiting)
    late = plan(backlog(waiting), NOW + 10, PACE, Bucket(), 20)

    assert early == Plan(jobs=[], next_at=NOW + 10)
    assert posted(late) == ["x", "y"]
    assert [isinstance(job, PostJob) and job.look for job in late.jobs] == [True]


def test_while_a_workspace_goes_over_only_what_was_sent_goes_on() -> None:
    due = [thread("7/issue/1", rewrite_at=NOW - 1)]
    unsettled = [
        replace(notification("lost", head="lost"), state=State.UNKNOWN),
        replace(notification("overdue", head="overdue"), state=State.ACCEPTED),
    ]
    going = replace(backlog([notification("new"), notification("again", head="again")], due), going_over=True)

    found = plan(going, NOW, PACE, Bucket(), 20)
    sent = [plan(replace(going, notifications=[each]), NOW, PACE, Bucket(), 20) for each in unsettled]

    assert found == Plan(jobs=[], next_at=None)
    assert [posted(each) for each in sent] == [["lost"], ["overdue"]]
    assert [rewritten(each) for each in sent] == [[], []]


def test_of_two_posts_whose_fate_is_unknown_the_first_is_looked_at_alone() -> None:
    waiting = [replace(notification(each, head=each), state=State.UNKNOWN) for each in "ab"]

    assert posted(planned(waiting)) == ["a"]


def test_a_channel_that_has_used_up_its_pace_waits_and_no_other_with_it() -> None:
    waiting = [notification("a")]

    busy, idle = planned(waiting, tat=NOW + 3.5), planned(waiting, tat=NOW + 2)

    assert busy == Plan(jobs=[], next_at=NOW + 1.5)
    assert posted(idle) == ["a"]


def test_a_workspace_that_slack_holds_up_posts_nothing_but_goes_on_rewriting() -> None:
    due = thread("a", rewrite_at=NOW)

    found = plan(backlog([notification("n")], [due]), NOW, PACE, Bucket(blocked_until=NOW + 30), 20)

    assert found == Plan(jobs=[RewriteJob(thread=due, marker=NOW + MARKER_S)], next_at=NOW + 30)


def test_rewrites_go_beside_a_post_state_before_counters_and_the_oldest_first() -> None:
    threads = [
        thread("counters", rewrite_at=NOW - 9, rank=1),
        thread("late", rewrite_at=NOW - 1),
        thread("early", rewrite_at=NOW - 2),
        thread("not yet", rewrite_at=NOW + 1),
        thread("not posted", ts=None, rewrite_at=NOW - 3),
    ]

    found = planned([notification("n")], threads)

    assert posted(found) == ["n"]
    assert rewritten(found) == ["early", "late", "counters"]
    assert found.next_at == NOW + 1


@pytest.mark.parametrize(("allowed", "expected"), [(0, 0), (3, 3), (100, REWRITES)])
def test_rewrites_keep_to_what_the_workspace_has_left(allowed: int, expected: int) -> None:
    threads = [thread(f"{n}", rewrite_at=NOW - n) for n in range(8)]

    found = plan(backlog([], threads), NOW, PACE, Bucket(), allowed, rewrites_at=NOW + 4)

    assert len(rewritten(found)) == expected
    assert found.next_at == NOW + 4


ROLES = st.sampled_from([Role.PARENT, Role.REPLY, Role.REPLY, Role.BROADCAST, Role.PLAIN])
ARRIVALS = st.lists(st.tuples(ROLES, st.sampled_from("abc")), min_size=1, max_size=25)
FATES = st.lists(st.sampled_from(["delivered", "delivered", "retry", "lost"]), max_size=30)


@given(arrivals=ARRIVALS, fates=FATES)
@settings(max_examples=80)
def test_whatever_fails_on_the_way_everything_is_posted_once_in_order_and_no_faster_than_allowed(
    arrivals: list[tuple[Role, str]], fates: list[str]
) -> None:
    waiting = [notification(f"{at:02}", *arrival, due_at=0.0) for at, arrival in enumerate(_with_parents(arrivals))]
    left, threads = list(waiting), {key: thread(key, ts=None) for key in "abc"}
    now, tat = 0.0, 0.0
    delivered: list[Notification] = []
    went: list[float] = []

    while left:
        found = plan(backlog(left, list(threads.values()), tat), now, PACE, Bucket(), 20)
        if not found.jobs:
            assert found.next_at is not None
            assert found.next_at > now
            now = found.next_at
            continue
        [job] = found.jobs
        assert isinstance(job, PostJob)
        ids = {member.id: job.members[0].id for member in job.members}
        fate = fates.pop() if fates else "delivered"
        if not job.look:
            tat = spend(tat, now, PACE)
            went.append(now)
        if fate == "delivered":
            delivered += job.members
            left = [each for each in left if each.id not in ids]
            if job.members[0].role is Role.PARENT:
                key = job.members[0].thread_key or ""
                threads[key] = thread(key, ts="1.0")
        else:
            state = State.UNKNOWN if fate == "lost" else State.QUEUED
            left = [
                replace(each, state=state, head_id=ids[each.id], due_at=now + 5) if each.id in ids else each
                for each in left
            ]

    assert sorted(each.id for each in delivered) == [each.id for each in waiting]
    channel = [each.id for each in delivered if each.role is not Role.REPLY]
    assert channel == sorted(channel)
    for key in "abc":
        inside = [each.id for each in delivered if each.thread_key == key and each.role is not Role.PLAIN]
        assert inside == sorted(inside)
    assert all(went[at + PACE.burst] - went[at] >= 1 for at in range(len(went) - PACE.burst))


def _with_parents(arrivals: Sequence[tuple[Role, str]]) -> list[tuple[Role, str]]:
    """The first of each thread is its parent, and there is one."""
    seen: set[str] = set()
    rows = []
    for role, key in arrivals:
        threaded = role is not Role.PLAIN
        first = threaded and key not in seen
        rows.append((Role.PARENT if first else Role.REPLY if role is Role.PARENT else role, key))
        seen |= {key} if threaded else set()
    return rows
