"""What events say of subjects, and of the checks of commits."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.card_table import Headline, Placement, Shown, load, rule_for
from agent.subject import Check, CheckSighting, Kind, Sighting, merged
from shared.card import Card, DataClass, visible
from shared.event import Event, label

GOLDEN = Path(__file__).parents[3] / "golden" / "cards"
REPOSITORY = {"id": 42, "name": "rocket", "full_name": "acme/rocket", "owner": {"id": 7, "login": "acme"}}

EventOf = Callable[[Path], Event]


def _rule(event: Event) -> Shown:
    rule = rule_for(load()[0], event)
    assert isinstance(rule, Shown)
    return rule


def _seen(event: Event) -> Sighting:
    seen = _rule(event).sighting(event)
    assert seen is not None
    return seen


def _parent(*events: Event) -> Card:
    subject = None
    for event in events:
        assert event.repository is not None
        subject = merged(subject, _seen(event), event.repository)
    assert subject is not None
    first = Headline(event_key=events[0].key, actor=events[0].actor)
    return load()[1][subject.key.kind](subject, first)


def _checked(name: str, payload: dict[str, Any]) -> CheckSighting | None:
    event = label("id", name, {"repository": REPOSITORY, **payload}, datetime(2026, 1, 1, tzinfo=UTC))
    return _rule(event).check(event)


def test_a_deployment_and_its_states_are_one_subject(event_of: EventOf) -> None:
    created = _seen(event_of(GOLDEN / "deployment.created.by_an_app.json"))
    failed = _seen(event_of(GOLDEN / "deployment_status.created.failure.json"))

    assert str(created.key) == str(failed.key) == "42/deployment/777"
    assert created.updated_at == datetime(2026, 10, 3, 9, 12, tzinfo=UTC)
    assert failed.updated_at == datetime(2026, 10, 3, 9, 14, tzinfo=UTC)


def test_a_deployment_created_late_does_not_undo_its_state(event_of: EventOf) -> None:
    created = event_of(GOLDEN / "deployment.created.by_an_app.json")
    succeeded = event_of(GOLDEN / "deployment_status.created.success.json")

    assert _parent(succeeded, created).color == _parent(created, succeeded).color == "#28a745"


def test_a_run_that_started_late_does_not_undo_its_result(event_of: EventOf) -> None:
    requested = event_of(GOLDEN / "workflow_run.requested.queued.json")
    failed = event_of(GOLDEN / "workflow_run.completed.failure.json")

    assert _parent(failed, requested).color == "#cb2431"


def test_every_attempt_of_a_run_has_a_card_of_its_own(event_of: EventOf) -> None:
    first = _seen(event_of(GOLDEN / "workflow_run.completed.success.json"))
    second = _seen(event_of(GOLDEN / "workflow_run.completed.second_attempt.json"))

    assert (str(first.key), str(second.key)) == ("42/run/5001/1", "42/run/5001/2")


def test_a_run_is_named_by_its_workflow_and_not_by_its_run_name(event_of: EventOf) -> None:
    card = _parent(event_of(GOLDEN / "workflow_run.requested.with_a_run_name.json"))

    assert visible(card.fallback, DataClass.FULL).startswith("[acme/rocket] Workflow CI #36")


def test_an_approval_belongs_to_its_run_where_there_is_one(event_of: EventOf) -> None:
    with_run = event_of(GOLDEN / "deployment_review.requested.people_and_teams.json")
    without = event_of(GOLDEN / "deployment_review.requested.without_a_run.json")

    assert _rule(with_run).placement is Placement.ASIDE
    assert _seen(with_run).key.kind is Kind.RUN
    assert _rule(without).sighting(without) is None


def test_an_answer_stays_on_its_discussion_until_it_is_taken_back(event_of: EventOf) -> None:
    answered = event_of(GOLDEN / "discussion.answered.by_a_comment.json")
    later = {"discussion": {**answered.payload["discussion"], "updated_at": "2026-10-04T00:00:00Z"}}
    edited = label("2", "discussion", {**answered.payload, **later, "action": "edited"}, answered.received_at)
    unanswered = label("3", "discussion", {**answered.payload, **later, "action": "unanswered"}, answered.received_at)

    still, gone = _parent(answered, edited), _parent(answered, edited, unanswered)

    assert "Methane" in str(still.parts)
    assert "Methane" not in str(gone.parts)


def test_a_deleted_discussion_shows_nothing_of_what_it_said(event_of: EventOf) -> None:
    answered = event_of(GOLDEN / "discussion.answered.by_a_comment.json")
    deleted = event_of(GOLDEN / "discussion.deleted.for_good.json")

    card = _parent(answered, deleted)

    assert "This discussion was deleted." in str(card.parts)
    assert "Methane" not in str(card.parts)
    assert "Kerosene" not in str(card.parts)
    assert "discussions/90" not in str(card.parts)
    assert _parent(deleted, answered).color == card.color


def test_a_deleted_comment_leaves_its_discussion(event_of: EventOf) -> None:
    deleted = event_of(GOLDEN / "discussion.deleted.for_good.json")
    comment = label("2", "discussion_comment", deleted.payload, deleted.received_at)

    assert "Kerosene" in str(_parent(comment).parts)


def test_comments_on_a_discussion_rewrite_its_card_in_their_own_time(event_of: EventOf) -> None:
    created = event_of(GOLDEN / "discussion.created.question.json")
    comment = label("2", "discussion_comment", {**created.payload, "action": "created"}, created.received_at)

    rule = _rule(comment)

    assert (rule.placement, rule.counters_only) == (Placement.SILENT, True)
    assert _seen(comment).key == _seen(created).key


def test_sightings_keep_of_users_the_login_alone(event_of: EventOf) -> None:
    for fixture in (path for path in sorted(GOLDEN.glob("*.json")) if not path.name.endswith(".expected.json")):
        event = event_of(fixture)
        seen = _rule(event).sighting(event)

        assert seen is None or "site_admin" not in json.dumps(seen.fields)


@pytest.mark.parametrize(
    ("status", "conclusion", "state"),
    [
        ("queued", None, "pending"),
        ("in_progress", None, "pending"),
        ("completed", "success", "success"),
        ("completed", "neutral", "neutral"),
        ("completed", "skipped", "neutral"),
        ("completed", "failure", "failure"),
        ("completed", "cancelled", "failure"),
        ("completed", "timed_out", "failure"),
        ("completed", "action_required", "failure"),
        ("completed", "startup_failure", "failure"),
        ("completed", "stale", "pending"),
    ],
)
def test_a_check_run_is_a_check_of_its_head_commit(status: str, conclusion: str | None, state: str) -> None:
    run = {"head_sha": "abc", "name": "build", "html_url": "https://x/1", "status": status, "conclusion": conclusion}

    seen = _checked("check_run", {"action": "completed", "check_run": run})

    check = Check(name="build", state=state, url="https://x/1")
    assert seen == CheckSighting(repository_id=42, sha="abc", check=check, at=None)


@pytest.mark.parametrize(
    ("state", "shown"), [("pending", "pending"), ("success", "success"), ("failure", "failure"), ("error", "failure")]
)
def test_a_commit_status_is_a_check_by_its_context(state: str, shown: str) -> None:
    payload = {"sha": "abc", "context": "ci/jenkins", "state": state, "commit": {"html_url": "https://x/abc"}}

    seen = _checked("status", payload)

    check = Check(name="ci/jenkins", state=shown, url="https://x/abc")
    assert seen == CheckSighting(repository_id=42, sha="abc", check=check, at=None)


def test_a_check_knows_when_it_got_into_its_state() -> None:
    run = {
        "head_sha": "abc",
        "name": "build",
        "status": "completed",
        "conclusion": "success",
        "started_at": "2026-11-22T09:00:00Z",
        "completed_at": "2026-11-22T09:05:00Z",
    }

    seen = _checked("check_run", {"action": "completed", "check_run": run})

    assert seen is not None
    assert seen.at == datetime(2026, 11, 22, 9, 5, tzinfo=UTC)


def test_a_check_without_a_commit_or_a_name_is_none() -> None:
    assert _checked("status", {"sha": "abc", "state": "success"}) is None
    assert _checked("check_run", {"action": "created", "check_run": {"name": "build"}}) is None
