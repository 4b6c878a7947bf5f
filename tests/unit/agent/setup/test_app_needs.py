"""The table of what is needed of the GitHub App, beside the manifest and the code that needs it."""

from agent.card_table import Shown, load
from agent.manifests import ghes_manifest
from agent.setup.app_needs import EVENTS, NOTHING_YET, PERMISSIONS, event_rows, permission_rows
from agent.store.sponsor_checks import _OF_PERSON, _OF_REPOSITORY
from agent.subscriptions.features import FEATURES

MANIFEST = ghes_manifest("https://agent.example.com")


def shown_by(event: str) -> set[str]:
    """The features of an event's rows in the card table."""
    rules, _ = load()
    return {rule.feature for key, rule in rules.items() if key.split(".")[0] == event and isinstance(rule, Shown)}


def test_the_manifest_asks_for_what_is_needed_and_nothing_else() -> None:
    assert {name: need.level for name, need in PERMISSIONS.items()} == MANIFEST["default_permissions"]
    assert list(EVENTS) == MANIFEST["default_events"]


def test_the_features_of_an_event_are_those_of_its_cards() -> None:
    told = {name: set(hooked.features) for name, hooked in EVENTS.items()}

    assert told == {name: shown_by(name) for name in EVENTS}


def test_every_feature_of_a_subscription_has_an_event_that_brings_it() -> None:
    assert set(FEATURES) <= {feature for hooked in EVENTS.values() for feature in hooked.features}


def test_the_events_that_may_take_a_repository_from_somebody_are_needed_for_that() -> None:
    access = {name for name, hooked in EVENTS.items() if any("private" in each for each in hooked.also)}

    assert access == {*_OF_REPOSITORY, *_OF_PERSON}


def test_every_event_has_a_permission_that_is_asked_for() -> None:
    assert {hooked.permission for hooked in EVENTS.values()} <= set(PERMISSIONS)


def test_an_app_made_of_our_manifest_lacks_nothing() -> None:
    rows = permission_rows(MANIFEST["default_permissions"]) + event_rows(MANIFEST["default_events"])

    assert [row.name for row in rows if row.lacking] == []
    assert {row.cost for row in rows} == {""}


def test_an_app_without_anything_lacks_all_that_serves_something() -> None:
    rows = permission_rows({}) + event_rows([])

    lacking = {row.name for row in rows if row.lacking}

    assert lacking == {*PERMISSIONS, *(name for name, hooked in EVENTS.items() if hooked.serves != NOTHING_YET)}
    assert all(row.cost for row in rows if row.lacking)
    assert [row.name for row in rows if row.indispensable] == ["metadata"]


def test_more_than_is_needed_lacks_nothing() -> None:
    rows = {row.name: row for row in permission_rows({"contents": "admin", "issues": "read"})}

    assert not rows["contents"].lacking
    assert rows["issues"].lacking
    assert rows["issues"].given == "read"
