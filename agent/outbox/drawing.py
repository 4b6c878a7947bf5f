"""Drawing posts: from the events of their members and the present state of their subjects. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from agent.card_table import Headline, ParentRenderer, Rule, Shown, rule_for
from agent.cards_fallback import plain_card
from agent.outbox.notification import Job, Lease, Notification, PostJob, RewriteJob, RewriteName, Thread
from agent.subject import Kind, Subject, SubjectKey
from shared.blockkit.message import fitting, merged, message
from shared.card import Card, DataClass
from shared.event import Event
from shared.post import Post, Role

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a round of jobs is drawn from."""

    events: Mapping[str, Event]
    """By delivery id; with an empty payload where it isn't kept any more."""
    subjects: Mapping[SubjectKey, Subject]
    private: Mapping[str, int] = field(default_factory=dict)
    """Repository id by delivery id, of events whose repository is private by now."""
    seen_by: Mapping[int, Collection[int]] = field(default_factory=dict)
    """The addresses that may see a private repository, by its id."""

    def closed(self, delivery_id: str, address_id: int) -> bool:
        """Whether an event is of a private repository that nobody vouches for in this address."""
        repository_id = self.private.get(delivery_id)
        return repository_id is not None and address_id not in self.seen_by.get(repository_id, ())

    def shown(self, subject: Subject | None, address_id: int) -> bool:
        """Whether a subject's present state may be shown in this address."""
        if subject is None:
            return False
        repository = subject.repository
        return repository.open_to_all or address_id in self.seen_by.get(repository.id, ())


class Drawing:
    """Draws by the card table; a card that can't be drawn becomes a plain one, and `reported` hears of it."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        parents: Mapping[Kind, ParentRenderer],
        reported: Callable[[str], None] = lambda _event_key: None,
    ) -> None:
        self._rules, self._parents, self._reported = rules, parents, reported

    def cards(self, job: Job, material: Material) -> Sequence[Card]:
        """What a job shows: a card for each member of a post; a rewrite's parent, none when it isn't known any more."""
        if isinstance(job, PostJob):
            return [self._card(member, job.thread, material) for member in job.members]
        subject = material.subjects.get(SubjectKey.parse(job.thread.key))
        card = self._parent(subject, job.thread.headline) if subject else None
        return [card] if card else []

    def _card(self, member: Notification, thread: Thread | None, material: Material) -> Card:
        event = material.events[member.delivery_id]
        subject = material.subjects.get(SubjectKey.parse(member.thread_key)) if member.thread_key else None
        headline = thread.headline if thread else Headline(event_key=event.key, actor=event.actor)
        if member.role is Role.PARENT:
            return (self._parent(subject, headline) if subject else None) or plain_card(event, subject)
        return (
            self._own(event, subject)
            or (self._parent(subject, headline) if subject else None)
            or plain_card(event, subject)
        )

    def _own(self, event: Event, subject: Subject | None) -> Card | None:
        rule = rule_for(self._rules, event)
        if not isinstance(rule, Shown) or rule.render is None or not event.payload:
            return None
        try:
            return rule.render(event, subject)
        except Exception:  # whatever a payload had that no example has: the card is plain, never dropped
            log.exception("a card can't be drawn", delivery_id=event.delivery_id, event_key=event.key)
            self._reported(event.key)
            return plain_card(event, subject)

    def _parent(self, subject: Subject, headline: Headline) -> Card | None:
        try:
            return self._parents[subject.key.kind](subject, headline)
        except Exception:  # see _own
            log.exception("a parent card can't be drawn", subject=str(subject.key))
            self._reported(headline.event_key)
            return None


def post(lease: Lease, job: PostJob, cards: Mapping[str, Card], data_class: DataClass) -> Post:
    """The post of a job: of a stored set all members, also those without a card, else as many as fit one message.

    `cards` are those of the members, by id, in their order.
    """
    head = job.members[0]
    count = len(job.members) if head.head_id is not None else fitting([*cards.values()], data_class)
    shown = {member.id: cards[member.id] for member in job.members[:count] if member.id in cards}
    in_thread = head.role in {Role.REPLY, Role.BROADCAST}
    return Post(
        id=head.id,
        also=tuple(member.id for member in job.members[1:count]),
        delivery_id=head.delivery_id,
        address=lease.address,
        role=head.role,
        ts=job.thread.ts if job.thread and in_thread else None,
        thread_key=head.thread_key,
        message=merged([*shown.values()], data_class),
        cards=shown,
        data_class=data_class,
    )


def rewrite(lease: Lease, job: RewriteJob, card: Card, data_class: DataClass) -> Post:
    """The parent of a thread, drawn anew where it stands."""
    name = RewriteName(address_id=lease.address_id, key=job.thread.key, marker=job.marker)
    return Post(
        id=str(name),
        also=(),
        delivery_id="",
        address=lease.address,
        role=Role.REWRITE,
        ts=job.thread.ts,
        thread_key=job.thread.key,
        message=message(card, data_class),
        cards={str(name): card},
        data_class=data_class,
    )


def delivery_ids(leases: Sequence[Lease]) -> set[str]:
    """The events that these jobs are drawn from."""
    jobs = (job for lease in leases for job in lease.jobs)
    return {member.delivery_id for job in jobs if isinstance(job, PostJob) for member in job.members}


def subject_keys(leases: Sequence[Lease]) -> set[SubjectKey]:
    """The subjects that these jobs are drawn from."""
    found = set()
    for job in (job for lease in leases for job in lease.jobs):
        if isinstance(job, RewriteJob):
            found.add(job.thread.key)
        else:
            found |= {member.thread_key for member in job.members if member.thread_key}
    return {SubjectKey.parse(key) for key in found}
