"""One job of a leased address: drawn, sent, and what came of it."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import structlog

from agent.metrics import Metrics
from agent.outbox import drawing
from agent.outbox.drawing import Drawing, Material, subject_keys
from agent.outbox.notification import Job, Lease, PostJob, RewriteJob, Settlement
from agent.outbox.transport import CannotLook, NotSeen, SaidOnce, Seen, Sought, Transport
from agent.store.outbox_settlements import RECONCILE_AFTER_S, Posting, store_posting
from agent.store.people import mentions
from agent.store.port import Store
from agent.store.projection import store_sighting
from agent.subject import Sighting, Subject, SubjectKey
from agent.workspaces import Workspaces, data_class_of
from shared.backoff import backoff_s
from shared.card import Card, DataClass, people_of, to_people
from shared.clock import Clock
from shared.outcome import Accepted, Delivered, Outcome, Refused, Retry, Unknown
from shared.pacing import Pace
from shared.post import Role

log = structlog.get_logger()
BACKOFF_BASE_S, BACKOFF_CAP_S = 2.0, 60.0
LOOKS = 2
BROKEN = 5
"""How often a post may break on our side before it is parked."""

Present = Callable[[Subject], Awaitable[Sighting | None]]
"""Asks GHES for what no payload had; None when it has no answer now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborators:
    """What sending stands on; `unknown` is the setting `AGENT_UNKNOWN`."""

    store: Store
    clock: Clock
    transport: Transport
    drawing: Drawing
    present: Present
    workspaces: Workspaces
    metrics: Metrics
    pace: Pace
    unknown: Literal["resend", "park"]
    random: random.Random

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now().timestamp()


async def done(given: Collaborators, lease: Lease, job: Job, material: Material) -> Settlement:
    """Do a job; a post is stored with its set before it is sent."""
    if isinstance(job, RewriteJob):
        return await _rewrite(given, lease, job, material)
    return await (_look if job.look else _post)(given, lease, job, material)


def unstored(given: Collaborators, lease: Lease, job: Job) -> Settlement:
    """A job whose set could not be stored, so nothing was sent: it is tried again, after a look where one was due."""
    if isinstance(job, PostJob) and job.look:
        return _settlement(lease, job, Unknown("the store was not available"), after_s=_backoff_s(given, job))
    return _settlement(lease, job, Retry(None, "the store was not available"), after_s=_backoff_s(given, job))


def broken(lease: Lease, job: Job, reference: str) -> Settlement:
    """A job that broke on our side, perhaps after the post had left: Slack is looked at before anything goes again.

    One that breaks every time is parked, since nothing may overtake it.
    """
    settlement = _settlement(lease, job, Unknown(f"internal error {reference}"), after_s=RECONCILE_AFTER_S)
    return replace(settlement, park=isinstance(job, PostJob) and job.members[0].attempts + 1 >= BROKEN)


async def _post(given: Collaborators, lease: Lease, job: PostJob, material: Material) -> Settlement:
    shown = [member for member in job.members if not material.closed(member.delivery_id, lease.address_id)]
    closed = tuple(member.id for member in job.members if member not in shown)
    if closed and not (shown and job.members[0].head_id):
        given.metrics.notifications.labels("refused").inc(len(closed))
        return _settlement(lease, job, Refused("the repository is private"), members=closed)
    if closed:  # a stored set stays one post, which says the rest of it
        log.warning("a post leaves out what became private", head=job.members[0].id, left_out=len(closed))
    material = await _completed(given, lease, material) if job.members[0].role is Role.PARENT else material
    cards = await _addressed(given, lease, given.drawing.cards(replace(job, members=shown), material))
    by_member = {member.id: card for member, card in zip(shown, cards, strict=True)}
    post = drawing.post(lease, job, by_member, _data_class(given, lease))
    posting = Posting(lease=lease, members=post.members, now=given.now(), pace=given.pace)
    if not await given.store.write_many(store_posting, posting):
        return _settlement(lease, job, Retry(0.0, "the lease was lost", rate_limited=False), members=())
    outcome = await given.transport.send(post)
    given.metrics.notifications.labels(type(outcome).__name__.lower()).inc(len(post.members))
    if isinstance(outcome, Delivered | Accepted):
        _measure(given, job, post.members, material, given.now())
    after_s = RECONCILE_AFTER_S if isinstance(outcome, Unknown) else _backoff_s(given, job)
    return _settlement(lease, job, outcome, members=post.members, after_s=after_s)


async def _rewrite(given: Collaborators, lease: Lease, job: RewriteJob, material: Material) -> Settlement:
    material = await _completed(given, lease, material)
    subject = material.subjects.get(SubjectKey.parse(job.thread.key))
    shown = material.shown(subject, lease.address_id)
    cards = await _addressed(given, lease, given.drawing.cards(job, material)) if shown else ()
    if not cards:
        return _settlement(lease, job, Refused("cant_update_message"))
    outcome = await given.transport.send(drawing.rewrite(lease, job, cards[0], _data_class(given, lease)))
    given.metrics.rewrites.labels(type(outcome).__name__.lower()).inc()
    return _settlement(lease, job, outcome, after_s=_backoff_s(given, job))


async def _look(given: Collaborators, lease: Lease, job: PostJob, material: Material) -> Settlement:
    """A post whose fate is unknown: look, look again, and only then send it once more."""
    head = job.members[0]
    members = tuple(member.id for member in job.members)
    thread_ts = job.thread.ts if job.thread and head.role in {Role.REPLY, Role.BROADCAST} else None
    sought = Sought(id=head.id, address=lease.address, thread_ts=thread_ts, posted_at=head.posted_at)
    match await given.transport.look(sought):
        case Seen(ts):
            given.metrics.notifications.labels("reconciled").inc(len(members))
            _measure(given, job, members, material, head.posted_at)
            return _settlement(lease, job, Delivered(ts, reconciled=True), members=members)
        case NotSeen() if head.looks + 1 < LOOKS:
            outcome = Unknown("looked, and it wasn't there")
            settlement = _settlement(lease, job, outcome, members=members, after_s=RECONCILE_AFTER_S)
            return replace(settlement, looked=True)
        case NotSeen():
            return await _post(given, lease, job, material)
        case SaidOnce():
            return _still_unknown(await _post(given, lease, job, material))
        case Retry(after_s, reason):
            wait_s = _backoff_s(given, job) if after_s is None else after_s
            return _settlement(lease, job, Unknown(reason), members=members, after_s=wait_s)
        case CannotLook(reason):
            return await _unseen(given, lease, job, material, reason)


async def _unseen(given: Collaborators, lease: Lease, job: PostJob, material: Material, reason: str) -> Settlement:
    if given.unknown == "park":
        why = f"nobody can tell whether Slack has it ({reason})"
        members = tuple(member.id for member in job.members)
        given.metrics.notifications.labels("parked").inc(len(members))
        return replace(_settlement(lease, job, Unknown(why), members=members), park=True)
    again = await _post(given, lease, job, material)
    match again.outcome:
        case Refused():
            return again
        case Retry():
            return _still_unknown(again)
        case _:
            given.metrics.maybe_twice.inc()
            log.warning("sent again without a look, so it may appear twice", delivery_id=job.members[0].delivery_id)
            return replace(again, maybe_twice=True)


def _still_unknown(again: Settlement) -> Settlement:
    """That it wasn't taken this time says nothing of the first time."""
    match again.outcome:
        case Retry(after_s, why):
            return replace(again, outcome=Unknown(why), after_s=again.after_s if after_s is None else after_s)
        case _:
            return again


async def _completed(given: Collaborators, lease: Lease, material: Material) -> Material:
    """With what no payload had, asked of GHES; without it where there is no answer, since a card is never held up."""
    keys = subject_keys([lease])
    lacking = [subject for key in keys if (subject := material.subjects.get(key)) and not subject.complete]
    if not lacking:
        return material
    subjects = dict(material.subjects)
    for subject in lacking:
        if sighting := await given.present(subject):
            work = partial(store_sighting, sighting=sighting, repository=subject.repository, now=given.now())
            subjects[subject.key] = await given.store.write(work)
    return replace(material, subjects=subjects)


async def _addressed(given: Collaborators, lease: Lease, cards: Sequence[Card]) -> Sequence[Card]:
    """The cards with those mentioned who have linked their account in this workspace."""
    logins = {login for card in cards for login in people_of(card)}
    if not logins:
        return cards
    users = await given.store.read(partial(mentions, team_id=lease.address.team_id, logins=logins))
    return [to_people(card, users) for card in cards]


def _settlement(
    lease: Lease, job: Job, outcome: Outcome, *, members: tuple[str, ...] | None = None, after_s: float = 0.0
) -> Settlement:
    if members is None:
        members = tuple(member.id for member in job.members) if isinstance(job, PostJob) else ()
    return Settlement(lease=lease, job=job, members=members, outcome=outcome, after_s=after_s)


def _measure(given: Collaborators, job: PostJob, members: Sequence[str], material: Material, at: float) -> None:
    """How long these took from their webhook until `at`, when Slack or the relay had them."""
    for member in job.members:
        if member.id in members and (event := material.events.get(member.delivery_id)):
            given.metrics.delivery_s.observe(max(0.0, at - event.received_at.timestamp()))


def _data_class(given: Collaborators, lease: Lease) -> DataClass:
    return data_class_of(given.workspaces, lease.address.team_id)


def _backoff_s(given: Collaborators, job: Job) -> float:
    attempt = job.members[0].attempts + 1 if isinstance(job, PostJob) else 1
    return 0.5 + backoff_s(attempt, base_s=BACKOFF_BASE_S, cap_s=BACKOFF_CAP_S, random=given.random)
