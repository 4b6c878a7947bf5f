"""Sightings of issues and pull requests: any payload can be read, and no more of it is kept than cards show."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.sightings import issue_fields, issue_sighting, pull_fields, pull_sighting
from agent.subject import Kind, Sighting
from shared.event import Event, label

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
REPOSITORY = {"id": 42, "full_name": "octo/shop", "name": "shop", "owner": {"id": 7, "login": "octo"}}
ANN = {"login": "ann", "id": 1, "email": "ann@example.com", "site_admin": False}
PEOPLE = ("user", "merged_by", "assignees", "requested_reviewers", "requested_teams", "login", "email", "slug")
TIMES = ("updated_at", "merged_at", "merged")
WORDS = ("number", "title", "state", "body", "labels", "name", "milestone", "draft", "html_url")
GIT = ("head", "base", "ref", "sha", "pull_request")
NAMES = st.sampled_from([*PEOPLE, *TIMES, *WORDS, *GIT])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("2026-11-25T09:00:00Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
THINGS = st.dictionaries(NAMES, VALUES, max_size=7)


def event(name: str, payload: dict[str, Any]) -> Event:
    return label("d1", name, {"repository": REPOSITORY, **payload}, AT)


def of_issue(issue: Any) -> Sighting | None:
    return issue_sighting(event("issues", {"issue": issue}))


def of_pull(pull: Any) -> Sighting | None:
    return pull_sighting(event("pull_request", {"pull_request": pull}))


@given(thing=THINGS | VALUES)
@settings(max_examples=40)
def test_any_payload_can_be_read_and_what_is_seen_of_it_can_be_stored(thing: Any) -> None:
    for seen in (of_issue(thing), of_pull(thing)):
        assert seen is None or json.loads(json.dumps(seen.fields)) == seen.fields
        assert seen is None or seen.key.number == str(thing["number"])


@given(thing=THINGS, number=st.integers(1, 10**6))
@settings(max_examples=30)
def test_a_field_that_is_missing_is_not_said(thing: dict[str, Any], number: int) -> None:
    derived = {"merged"} if "merged_at" in thing or isinstance(thing.get("pull_request"), dict) else set()

    for seen in (of_issue({**thing, "number": number}), of_pull({**thing, "number": number})):
        assert seen is not None
        assert seen.fields.keys() - derived <= {*thing, "number"}


@pytest.mark.parametrize("thing", [None, {}, [], {"number": None}, {"number": "7"}, {"number": True}])
def test_without_a_number_there_is_no_subject(thing: Any) -> None:
    assert of_issue(thing) is None
    assert of_pull(thing) is None


def test_without_a_repository_there_is_no_subject() -> None:
    payload = {"repository": None, "issue": {"number": 1}, "pull_request": {"number": 1}}

    assert issue_sighting(event("issues", payload)) is None
    assert pull_sighting(event("pull_request", payload)) is None


def test_an_issue_is_whole_and_a_pull_request_that_is_called_an_issue_is_not() -> None:
    issue, pull = of_issue({"number": 7}), of_issue({"number": 7, "pull_request": {"merged_at": None}})

    assert issue is not None
    assert pull is not None
    assert (str(issue.key), issue.complete) == ("42/issue/7", True)
    assert (str(pull.key), pull.complete) == ("42/pull/7", False)
    assert pull.fields["merged"] is False
    assert of_pull({"number": 7}) == Sighting(key=pull.key, fields={"number": 7}, updated_at=None, complete=True)


def test_people_are_kept_by_their_login_alone() -> None:
    crowd = dict.fromkeys(("user", "merged_by"), ANN) | {name: [ANN] for name in ("assignees", "requested_reviewers")}

    fields = pull_fields({"number": 1, **crowd})

    assert fields == {
        "number": 1,
        "user": {"login": "ann"},
        "merged_by": {"login": "ann"},
        "assignees": [{"login": "ann"}],
        "requested_reviewers": [{"login": "ann"}],
    }


def test_of_a_body_no_more_is_kept_than_a_card_looks_at() -> None:
    assert issue_fields({"body": "x" * 65_000})["body"] == "x" * 5000
    assert issue_fields({"body": None})["body"] == ""


def test_a_milestone_that_was_taken_away_is_said() -> None:
    assert issue_fields({"milestone": None}) == {"milestone": None}
    assert issue_fields({"milestone": {"title": "1.0", "id": 3}}) == {"milestone": {"title": "1.0"}}


def test_an_issue_has_its_own_time() -> None:
    seen = of_issue({"number": 7, "updated_at": "2026-11-25T09:00:00Z"})

    assert seen is not None
    assert (seen.updated_at, seen.key.kind) == (AT, Kind.ISSUE)
