from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.workflow_run import linked, named, sighting
from shared.card import DataClass, visible
from shared.event import Event, label

REPOSITORY = {"id": 42, "full_name": "octo/shop", "name": "shop", "owner": {"id": 7, "login": "octo"}}
NAMES = st.sampled_from(
    ["id", "name", "run_number", "run_attempt", "workflow", "actor", "html_url", "pull_requests", "number", "login"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=6,
)
RUNS = st.dictionaries(NAMES, VALUES, max_size=5)


def event(run: Any, workflow: Any = None) -> Event:
    payload = {"repository": REPOSITORY, "workflow_run": run, "workflow": workflow}
    return label("d1", "workflow_run", payload, datetime(2026, 1, 1, tzinfo=UTC))


@given(RUNS | VALUES, VALUES)
@settings(max_examples=50)
def test_any_run_can_be_read(run: Any, workflow: Any) -> None:
    seen = sighting(event(run, workflow))

    assert seen is None or str(seen.key).startswith(f"42/run/{run['id']}/")


@given(RUNS)
@settings(max_examples=50)
def test_any_run_has_a_name_in_every_data_class(run: dict[str, Any]) -> None:
    for data_class in DataClass:
        assert visible(named(run), data_class)
        assert visible((linked(run),), data_class)


@pytest.mark.parametrize(
    ("run", "key"),
    [
        ({"id": 5001}, "42/run/5001/1"),
        ({"id": 5001, "run_attempt": None}, "42/run/5001/1"),
        ({"id": 5001, "run_attempt": 3}, "42/run/5001/3"),
    ],
)
def test_each_attempt_is_a_subject_of_its_own(run: dict[str, Any], key: str) -> None:
    seen = sighting(event(run))

    assert seen is not None
    assert str(seen.key) == key


@pytest.mark.parametrize("run", [None, {}, {"id": None}, {"id": "5001"}, []])
def test_an_event_without_a_run_says_nothing_of_one(run: Any) -> None:
    assert sighting(event(run)) is None


def test_of_a_run_its_pull_requests_are_kept_by_number_and_people_by_login() -> None:
    run = {"id": 1, "actor": {"login": "ann", "id": 9}, "pull_requests": [{"number": 7, "head": {}}, None], "jobs": []}

    seen = sighting(event(run, {"name": "CI", "path": ".github/workflows/ci.yml"}))

    assert seen is not None
    assert seen.fields == {
        "id": 1,
        "actor": {"login": "ann"},
        "pull_requests": [{"number": 7}],
        "workflow": {"name": "CI"},
    }


@pytest.mark.parametrize(
    ("run", "full", "link"),
    [
        ({"name": "CI", "run_number": 36}, "CI #36", "#36"),
        ({"name": "CI", "run_number": 36, "run_attempt": 2}, "CI #36 (attempt 2)", "#36 (attempt 2)"),
        ({"name": "nightly", "workflow": {"name": "CI"}, "run_number": 36}, "CI #36", "#36"),
        ({"run_number": 36}, "#36", "#36"),
        ({"name": "CI"}, "CI run", "run"),
        ({}, "run", "run"),
    ],
)
def test_a_run_is_named_by_its_workflow_and_where_names_are_hidden_by_its_number(
    run: dict[str, Any], full: str, link: str
) -> None:
    assert visible(named(run), DataClass.FULL) == visible(named(run), DataClass.TITLE) == full
    assert visible(named(run), DataClass.LINK) == link


def test_a_run_leads_to_its_page() -> None:
    run = {"name": "a|b", "run_number": 36, "html_url": "https://ghe.example/runs/1"}

    assert visible((linked(run),), DataClass.FULL) == "<https://ghe.example/runs/1|a¦b #36>"
    assert visible((linked({**run, "html_url": "javascript:x"}),), DataClass.LINK) == "#36"
