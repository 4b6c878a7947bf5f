"""The projection of a subject: GHES promises no order, so the order of arrival must not matter."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.subject import Kind, Sighting, Subject, SubjectKey, merged
from shared.event import Repository

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
KEY = SubjectKey(repository_id=42, kind=Kind.ISSUE, number="7")
REPOSITORY = Repository(
    id=42, owner_id=7, owner="octo", name="shop", visibility="internal", url="https://x.io", default_branch="main"
)
FIELDS = st.dictionaries(st.sampled_from(["title", "state", "body", "labels"]), st.integers(0, 3), max_size=4)
SIGHTINGS = st.builds(
    Sighting,
    key=st.just(KEY),
    fields=FIELDS,
    updated_at=st.integers(0, 10_000).map(lambda s: AT + timedelta(seconds=s)),
    complete=st.booleans(),
)


def seen(fields: Mapping[str, Any], second: int | None = 0, *, fetched: bool = False) -> Sighting:
    at = None if second is None else AT + timedelta(seconds=second)
    return Sighting(key=KEY, fields=fields, updated_at=at, fetched=fetched)


def after(*sightings: Sighting) -> Subject:
    subject: Subject | None = None
    for sighting in sightings:
        subject = merged(subject, sighting, REPOSITORY)
    assert subject is not None
    return subject


@given(
    st.lists(SIGHTINGS, min_size=1, max_size=6, unique_by=lambda each: each.updated_at).flatmap(
        lambda found: st.tuples(st.just(found), st.permutations(found))
    )
)
@settings(max_examples=40)
def test_in_whatever_order_events_arrive_the_subject_is_the_same(orders: Sequence[Sequence[Sighting]]) -> None:
    first, second = orders

    assert after(*first) == after(*second)


@given(st.lists(SIGHTINGS, min_size=1, max_size=6, unique_by=lambda each: each.updated_at))
@settings(max_examples=40)
def test_each_field_is_what_the_newest_that_named_it_said(sightings: list[Sighting]) -> None:
    subject = after(*sightings)

    newest: dict[str, Any] = {}
    for each in sorted(sightings, key=lambda each: each.updated_at or AT):
        newest |= each.fields
    assert subject.fields == newest
    assert subject.updated_at == max(each.updated_at for each in sightings if each.updated_at)
    assert subject.complete == any(each.complete for each in sightings)


@given(st.lists(SIGHTINGS, min_size=1, max_size=4))
@settings(max_examples=40)
def test_an_event_that_arrives_twice_changes_nothing(sightings: list[Sighting]) -> None:
    once = after(*sightings)

    assert after(*sightings, sightings[-1]) == once


def test_an_older_event_fills_in_what_no_newer_one_said() -> None:
    subject = after(seen({"state": "closed"}, 9), seen({"state": "open", "title": "Leak"}, 1))

    assert subject.fields == {"state": "closed", "title": "Leak"}


def test_in_the_same_second_arrival_decides() -> None:
    assert after(seen({"title": "a"}), seen({"title": "b"})).fields == {"title": "b"}


@pytest.mark.parametrize("name", ["state", "state_reason", "merged", "closed_at"])
def test_in_the_same_second_a_fetch_settles_whether_it_is_open(name: str) -> None:
    fetched, event = seen({name: "fetched", "title": "a"}, fetched=True), seen({name: "event", "title": "b"})

    assert after(fetched, event).fields == {name: "fetched", "title": "b"}
    assert after(event, fetched).fields == {name: "fetched", "title": "a"}
    assert after(fetched, seen({name: "later"}, 1)).fields[name] == "later"


def test_what_has_no_time_is_older_than_anything_that_has() -> None:
    timed, timeless = seen({"title": "timed"}), seen({"title": "timeless", "body": "b"}, None)

    assert after(timed, timeless).fields == after(timeless, timed).fields == {"title": "timed", "body": "b"}
    assert after(timeless, seen({"title": "newer"}, None)).fields["title"] == "newer"


def test_null_is_said_and_overwrites() -> None:
    assert after(seen({"milestone": "1.0"}), seen({"milestone": None}, 1)).fields == {"milestone": None}


@given(
    repository_id=st.integers(0, 2**60),
    kind=st.sampled_from(Kind),
    number=st.integers(0, 2**60).map(str)
    | st.tuples(st.integers(0, 10**9), st.integers(1, 99)).map("{0[0]}/{0[1]}".format),
)
def test_a_key_survives_being_a_thread_key(repository_id: int, kind: Kind, number: str) -> None:
    key = SubjectKey(repository_id=repository_id, kind=kind, number=number)

    assert SubjectKey.parse(str(key)) == key


def test_a_thread_key_reads_as_the_subject() -> None:
    assert str(SubjectKey(repository_id=42, kind=Kind.RUN, number="5001/2")) == "42/run/5001/2"
