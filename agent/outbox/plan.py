"""What to do next in a leased address: pure, so that it can be tried with every backlog one can think of.

At most one post at a time keeps the channel's order. A post whose fate is unknown comes first: nothing overtakes it.
What was accepted and has had no receipt for too long comes next, as the same post once more; the rest goes on while
receipts are awaited, up to `MOST_ACCEPTED` of an address. While a workspace goes over to another transport, only what
was sent and isn't settled goes on, by the former one.
Rewrites go beside it, as far as the workspace's bucket for `chat.update` allows; they never delay a post.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from agent.outbox.notification import Backlog, Bucket, Job, Notification, PostJob, RewriteJob, State, Thread
from shared.merge import mates
from shared.pacing import Pace, free_at
from shared.post import Role

MARKER_S = 90.0
"""How long a rewrite may be under way before it is taken for lost and drawn again."""
REWRITES = 5
"""Rewrites of one address at a time at most."""
MOST_ACCEPTED = 200
"""Notifications of one address that may wait for their receipts; what is more stays here, where it can be merged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`jobs` for now; `next_at` is when there may be more, None when nothing waits."""

    jobs: Sequence[Job]
    next_at: float | None


def plan(
    backlog: Backlog, now: float, pace: Pace, posts: Bucket, rewrites_allowed: int, rewrites_at: float = 0.0
) -> Plan:
    """The jobs of an address at `now`.

    `posts` is the workspace's bucket of `chat.postMessage`; `rewrites_at` is when its bucket of `chat.update` has room
    for more than `rewrites_allowed`.
    """
    post, post_at = _post(backlog, now, pace, posts)
    due = sorted(
        (each for each in backlog.threads if each.ts and each.rewrite_at is not None and not backlog.going_over),
        key=lambda thread: (thread.rewrite_rank, thread.rewrite_at or 0.0),
    )
    ready = [thread for thread in due if (thread.rewrite_at or 0.0) <= now][: min(rewrites_allowed, REWRITES)]
    jobs: list[Job] = [post] if post else []
    jobs += [RewriteJob(thread=thread, marker=now + MARKER_S) for thread in ready]
    later = [max(thread.rewrite_at or 0.0, rewrites_at) for thread in due if thread not in ready]
    receipt_at = backlog.receipt_due_at if (backlog.receipt_due_at or 0.0) > now else None
    times = [at for at in (post_at, receipt_at, *later) if at is not None]
    return Plan(jobs=jobs, next_at=min(times, default=None))


def _post(backlog: Backlog, now: float, pace: Pace, bucket: Bucket) -> tuple[PostJob | None, float | None]:
    unclear = [each for each in backlog.notifications if each.state in {State.POSTING, State.UNKNOWN}]
    if unclear:
        return _unclear(backlog, unclear, now)
    threads = {thread.key: thread for thread in backlog.threads}
    overdue = [each for each in backlog.notifications if each.state is State.ACCEPTED]
    waiting = overdue or [each for each in backlog.notifications if _can_go(each, threads) and not backlog.going_over]
    if not waiting:
        return None, None
    head = waiting[0]
    at = max(head.due_at, free_at(backlog.tat, pace), bucket.blocked_until)
    if at > now:
        return None, at
    room = len(overdue) or MOST_ACCEPTED - backlog.accepted
    members = _set_of(head, waiting) if head.head_id else _fresh(waiting, now)[: max(1, room)]
    if len(members) > room:
        return None, None
    return PostJob(members=members, thread=threads.get(head.thread_key or "")), None


def _unclear(backlog: Backlog, unclear: Sequence[Notification], now: float) -> tuple[PostJob | None, float | None]:
    head = unclear[0]
    if head.due_at > now:
        return None, head.due_at
    thread = next((each for each in backlog.threads if each.key == head.thread_key), None)
    return PostJob(members=_set_of(head, unclear), thread=thread, look=True), None


def _can_go(notification: Notification, threads: dict[str, Thread]) -> bool:
    """Replies wait until their parent is posted or on its way; where that one is parked, other subjects go on."""
    if notification.role in {Role.PARENT, Role.PLAIN}:
        return True
    thread = threads.get(notification.thread_key or "")
    return thread is not None and (thread.ts is not None or thread.accepted)


def _set_of(head: Notification, waiting: Sequence[Notification]) -> list[Notification]:
    """The stored set of `head`: it never changes again."""
    return sorted((each for each in waiting if each.head_id == head.head_id), key=lambda each: each.id != each.head_id)


def _fresh(waiting: Sequence[Notification], now: float) -> Sequence[Notification]:
    """A new set: it ends before what has a set of its own or waits for another try, which it must not overtake."""
    return list(takewhile(lambda each: each.head_id is None and each.due_at <= now, mates(waiting)))
