"""Payloads are read tolerantly: whatever JSON GHES sends, nothing raises, and a default stands for what isn't there."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.event import flag, instant, items, label, mapping, number, repository, text

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
NAMES = st.sampled_from(
    ["action", "repository", "sender", "login", "owner", "id", "name", "full_name", "visibility", "private"]
)
WORDS = st.text(max_size=20) | st.sampled_from(["octo/shop", "public", "2026-11-25T09:00:00Z", "/", "\ud800"])
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=6),
    max_leaves=8,
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=6)
PATHS = st.lists(NAMES, max_size=4).map(tuple)
REPOSITORY = {"id": 42, "full_name": "octo/shop", "name": "shop", "owner": {"id": 7, "login": "octo"}}


def test_what_no_database_takes_is_left_out() -> None:
    fields = {"action": "cl\0os\ud800ed", "small": -(2**63) + 1, "big": 2**63}

    assert text(fields, "action") == "closed"
    assert number(fields, "small") == -(2**63) + 1
    assert number(fields, "big") is None


@given(payload=OBJECTS, name=st.text(max_size=20))
@settings(max_examples=50)
def test_any_payload_is_labelled(payload: dict[str, Any], name: str) -> None:
    event = label("d1", name, payload, AT)

    assert event.payload is payload
    assert event.actor
    assert event.key in {name, f"{name}.{event.action}"}


@given(fields=JSON, path=PATHS)
@settings(max_examples=60)
def test_whatever_stands_at_a_path_an_accessor_answers_with_its_own_type(fields: Any, path: tuple[str, ...]) -> None:
    found = number(fields, *path)
    at = instant(fields, *path)

    assert isinstance(mapping(fields, *path), dict)
    assert all(isinstance(item, dict) for item in items(fields, *path))
    assert isinstance(text(fields, *path), str)
    assert found is None or type(found) is int
    assert flag(fields, *path) in {True, False}
    assert at is None or at.tzinfo is not None


@given(value=JSON)
@settings(max_examples=50)
def test_what_is_of_the_right_type_is_found_as_it_is(value: Any) -> None:
    fields = {"a": {"b": value}}

    assert text(fields, "a", "b") == (value if isinstance(value, str) else "")
    assert number(fields, "a", "b") == (value if type(value) is int else None)
    assert mapping(fields, "a", "b") == (value if isinstance(value, dict) else {})
    assert flag(fields, "a", "b") is (value is True)
    assert items(fields, "a", "b") == [
        item for item in (value if isinstance(value, list) else []) if isinstance(item, dict)
    ]


@given(st.datetimes(timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))))
def test_an_instant_is_read_in_every_time_zone(at: datetime) -> None:
    assert instant({"at": at.isoformat()}, "at") == at


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("2026-11-25T09:00:00Z", AT),
        ("2026-11-25T10:00:00.000+01:00", AT),
        ("2026-11-25T09:00:00", None),
        ("2026-11-25", None),
        ("soon", None),
        ("", None),
        (1764061200, None),
        (None, None),
    ],
)
def test_an_instant_without_a_time_zone_or_sense_is_none(said: object, read: datetime | None) -> None:
    assert instant({"at": said}, "at") == read


def test_true_is_no_number_and_one_is_no_flag() -> None:
    assert number({"a": True}, "a") is None
    assert flag({"a": 1}, "a") is False


@pytest.mark.parametrize(
    ("payload", "key", "actor"),
    [
        ({"action": "opened", "sender": {"login": "ann"}}, "issues.opened", "ann"),
        ({"action": "", "sender": {"login": ""}}, "issues", "ghost"),
        ({"action": None, "sender": None}, "issues", "ghost"),
        ({}, "issues", "ghost"),
    ],
)
def test_an_event_has_its_key_and_its_actor(payload: dict[str, Any], key: str, actor: str) -> None:
    event = label("d1", "issues", payload, AT)

    assert (event.key, event.actor) == (key, actor)


@pytest.mark.parametrize(
    ("fields", "visibility", "open_to_all"),
    [
        ({"visibility": "public", "private": False}, "public", True),
        ({"visibility": "internal", "private": True}, "internal", True),
        ({"visibility": "private", "private": True}, "private", False),
        ({"private": False}, "public", True),
        ({"private": True}, "private", False),
        ({"private": "false"}, "private", False),
        ({"private": 0}, "private", False),
        ({"visibility": "PUBLIC"}, "PUBLIC", False),
        ({"visibility": None}, "private", False),
        ({}, "private", False),
    ],
)
def test_a_repository_is_open_only_where_ghes_says_so(
    fields: dict[str, Any], visibility: str, *, open_to_all: bool
) -> None:
    found = repository({**REPOSITORY, **fields})

    assert found is not None
    assert (found.visibility, found.open_to_all) == (visibility, open_to_all)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "octo/shop"),
        ({"name": None}, "octo/shop"),
        ({"owner": None}, "octo/shop"),
        ({"owner": {"name": "octo"}, "full_name": None}, "octo/shop"),
        ({"id": None}, None),
        ({"id": "42"}, None),
        ({"name": "", "full_name": "octo"}, None),
        ({"owner": {}, "full_name": ""}, None),
    ],
)
def test_a_repository_needs_an_id_an_owner_and_a_name_from_wherever(fields: dict[str, Any], name: str | None) -> None:
    found = repository({**REPOSITORY, **fields})

    assert (found.full_name if found else None) == name


@pytest.mark.parametrize(
    ("fields", "branch"),
    [({"default_branch": "trunk"}, "trunk"), ({"master_branch": "old"}, "old"), ({"default_branch": None}, "main")],
)
def test_the_default_branch_is_main_unless_ghes_says_another(fields: dict[str, Any], branch: str) -> None:
    found = repository({**REPOSITORY, **fields})

    assert found is not None
    assert found.default_branch == branch
