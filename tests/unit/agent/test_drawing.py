"""Posts are drawn of what their members' events and subjects say; whatever breaks, there is a card."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.card_table import Headline, Placement, Shown
from agent.outbox.drawing import Drawing, Material, delivery_ids, post, rewrite, subject_keys
from agent.outbox.notification import Lease, Notification, PostJob, RewriteJob, State, Thread
from agent.subject import Kind, Subject, SubjectKey
from shared.address import Address
from shared.card import Card, DataClass, Label, Paragraph, Span, reference
from shared.event import Event, Repository, label
from shared.post import Post, Role

KEY = "42/issue/7"
ADDRESS = Address(team_id="T1", channel_id="C1")
REPOSITORY = {"id": 42, "full_name": "octo/shop", "name": "shop", "owner": {"id": 7, "login": "octo"}}
SUBJECT = Subject(
    key=SubjectKey.parse(KEY),
    repository=Repository(
        id=42, owner_id=7, owner="octo", name="shop", visibility="internal", url="", default_branch="main"
    ),
    fields={"title": "Leak"},
    updated_at=None,
    complete=True,
)
THREAD = Thread(
    key=KEY,
    ts="1.5",
    headline=Headline(event_key="issues.opened", actor="ann"),
    rewrite_at=None,
    rewrite_rank=0,
)


def card(words: str, text: str = "") -> Card:
    parts = (Paragraph((Span(Label.TEXT, text),)),) if text else ()
    return Card(color="#24292f", headline=(reference(words),), parts=parts, fallback=(reference(words),))


def own_card(event: Event, _subject: Subject | None) -> Card:
    return card(f"{event.key} of {event.delivery_id}", event.payload["text"])


def parent_card(subject: Subject, headline: Headline) -> Card:
    return card(f"{subject.fields['title']} first seen by {headline.event_key} of {headline.actor}")


RULES = {
    "push": Shown(feature="commits", placement=Placement.PLAIN, render=own_card),
    "issues.opened": Shown(feature="issues", placement=Placement.OPENING),
    "issues.closed": Shown(feature="issues", placement=Placement.BROADCAST, render=own_card),
}


@pytest.fixture
def reported() -> list[str]:
    return []


@pytest.fixture
def drawing(reported: list[str]) -> Drawing:
    return Drawing(RULES, {Kind.ISSUE: parent_card}, reported.append)


def event(key: str, delivery_id: str, **payload: Any) -> Event:
    name, _, action = key.partition(".")
    given = {"action": action, "repository": REPOSITORY, "sender": {"login": "bob"}, **payload}
    return label(delivery_id, name, given, datetime(2026, 1, 1, tzinfo=UTC))


def member(id_: str, role: Role = Role.PLAIN, key: str | None = None, head: str | None = None) -> Notification:
    return Notification(
        id=id_,
        delivery_id=f"d-{id_}",
        thread_key=key,
        role=role,
        state=State.QUEUED,
        head_id=head,
        attempts=0,
        looks=0,
        due_at=0.0,
        posted_at=0.0,
    )


def lease(*jobs: PostJob | RewriteJob) -> Lease:
    return Lease(address_id=1, address=ADDRESS, threading=True, owner="me", until=60.0, jobs=jobs)


def material(*events: Event, subject: Subject | None = SUBJECT) -> Material:
    return Material(
        events={each.delivery_id: each for each in events}, subjects={subject.key: subject} if subject else {}
    )


def pushes(ids: list[str], text: str = "body", head: str | None = None) -> tuple[PostJob, Material]:
    job = PostJob(members=[member(id_, head=head) for id_ in ids], thread=None)
    return job, material(*(event("push", f"d-{id_}", text=text) for id_ in ids))


def posted(drawing: Drawing, job: PostJob, found: Material, data_class: DataClass = DataClass.FULL) -> Post:
    cards = dict(zip((each.id for each in job.members), drawing.cards(job, found), strict=True))
    return post(lease(job), job, cards, data_class)


def test_a_post_names_its_members_and_shows_each(drawing: Drawing) -> None:
    job, found = pushes(["a", "b"])

    sent = posted(drawing, job, found)

    assert (sent.id, sent.also, sent.delivery_id, sent.address) == ("a", ("b",), "d-a", ADDRESS)
    assert (sent.role, sent.ts, sent.thread_key) == (Role.PLAIN, None, None)
    assert sent.message.text == "push of d-a\npush of d-b"


def test_a_new_set_is_what_fits_one_message_and_a_stored_one_never_changes(drawing: Drawing) -> None:
    ids = [f"{n}" for n in range(10)]
    fresh, found = pushes(ids, "漢" * 3000)
    stored, _ = pushes(ids, head="0")

    drawn = posted(drawing, fresh, found)
    again = posted(drawing, stored, found)

    assert 1 < len(drawn.members) < 10
    assert list(again.members) == ids


def test_the_data_class_decides_what_is_shown_and_so_how_much_fits(drawing: Drawing) -> None:
    job, found = pushes([f"{n}" for n in range(10)], "secret" * 500)

    sent = posted(drawing, job, found, DataClass.TITLE)

    assert len(sent.members) == 10
    assert "secret" not in json.dumps([sent.message.text, sent.message.blocks, sent.message.attachments])


@pytest.mark.parametrize(("role", "ts"), [(Role.REPLY, "1.5"), (Role.BROADCAST, "1.5"), (Role.PARENT, None)])
def test_only_what_stands_in_a_thread_names_it(drawing: Drawing, role: Role, ts: str | None) -> None:
    job = PostJob(members=[member("a", role, KEY)], thread=THREAD)

    sent = posted(drawing, job, material(event("issues.closed", "d-a", text="x")))

    assert (sent.role, sent.ts, sent.thread_key) == (role, ts, KEY)


def test_a_parent_shows_its_subject_and_the_event_that_the_channel_saw_first(drawing: Drawing) -> None:
    first = PostJob(members=[member("a", Role.PARENT, KEY)], thread=THREAD)
    unthreaded = PostJob(members=[member("a", Role.PLAIN, KEY)], thread=None)
    found = material(event("issues.opened", "d-a"))

    drawn = [posted(drawing, job, found).message.text for job in (first, unthreaded)]

    assert drawn == ["Leak first seen by issues.opened of ann", "Leak first seen by issues.opened of bob"]


def test_a_rewrite_draws_the_parent_anew_where_it_stands(drawing: Drawing) -> None:
    job = RewriteJob(thread=THREAD, marker=90.0)

    (drawn,) = drawing.cards(job, material())
    sent = rewrite(lease(job), job, drawn, DataClass.FULL)

    assert (sent.role, sent.ts, sent.thread_key, sent.also) == (Role.REWRITE, "1.5", KEY, ())
    assert sent.message.text == "Leak first seen by issues.opened of ann"


@pytest.mark.parametrize("subject", [None, SUBJECT])
def test_a_rewrite_of_what_cannot_be_drawn_has_no_card(subject: Subject | None, reported: list[str]) -> None:
    job = RewriteJob(thread=THREAD, marker=90.0)

    cards = Drawing(RULES, {}, reported.append).cards(job, material(subject=subject))

    assert cards == []
    assert reported == ([] if subject is None else ["issues.opened"])


@pytest.mark.parametrize("key", ["push", "unheard.of", "issues.opened"])
def test_a_card_that_cannot_be_drawn_is_plain_and_never_missing(key: str, reported: list[str]) -> None:
    job = PostJob(members=[member("a", key=KEY)], thread=None)

    sent = posted(Drawing(RULES, {}, reported.append), job, material(event(key, "d-a")))

    assert "octo/shop" in sent.message.text
    assert reported == [key]


def test_an_event_whose_payload_is_not_kept_any_more_is_still_told(drawing: Drawing, reported: list[str]) -> None:
    gone = Event(
        delivery_id="d-a",
        name="push",
        action=None,
        repository=SUBJECT.repository,
        actor="bob",
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        payload={},
    )
    job = PostJob(members=[member("a")], thread=None)

    sent = posted(drawing, job, material(gone))

    assert "octo/shop" in sent.message.text
    assert reported == []


def test_what_is_loaded_is_what_the_jobs_are_drawn_from() -> None:
    post = PostJob(members=[member("a", Role.REPLY, KEY), member("b")], thread=THREAD)
    rewrite = RewriteJob(thread=replace(THREAD, key="42/pull/8"), marker=90.0)

    leases = [lease(post), lease(rewrite)]

    assert delivery_ids(leases) == {"d-a", "d-b"}
    assert subject_keys(leases) == {SubjectKey.parse(KEY), SubjectKey.parse("42/pull/8")}
