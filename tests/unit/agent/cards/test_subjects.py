"""How the parent card of an issue or a pull request follows what happens."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.card_table import Headline, Ignored, Placement, Shown, load, rule_for
from agent.sightings import pull_fields
from agent.subject import Check, Kind, Sighting, Subject, merged
from shared.blockkit import palette
from shared.card import Card, DataClass
from shared.event import Event, instant

GOLDEN = Path(__file__).parents[3] / "golden" / "cards"
OPENED = "issues.opened.with_everything"


@pytest.fixture
def golden(event_of: Callable[[Path], Event]) -> Callable[[str], Event]:
    return lambda name: event_of(GOLDEN / f"{name}.json")


@pytest.fixture
def after(golden: Callable[[str], Event]) -> Callable[..., Subject]:
    """The subject after golden events, in the order of their arrival."""
    rules, _ = load()

    def play(*names: str) -> Subject:
        subject: Subject | None = None
        for name in names:
            event = golden(name)
            rule = rule_for(rules, event)
            assert isinstance(rule, Shown)
            seen = rule.sighting(event)
            assert seen is not None
            assert event.repository is not None
            subject = merged(subject, seen, event.repository)
        assert subject is not None
        return subject

    return play


@pytest.fixture
def parent_of(drawn_as: Callable[[Card, DataClass], dict[str, Any]]) -> Callable[[Subject], str]:
    """The parent card of a subject, as one text."""
    _, parents = load()

    def draw(subject: Subject) -> str:
        headline = Headline(event_key="pull_request.opened", actor="octocat")
        return json.dumps(drawn_as(parents[subject.key.kind](subject, headline), DataClass.FULL), ensure_ascii=False)

    return draw


def test_a_label_that_was_removed_leaves_the_parent(
    after: Callable[..., Subject], parent_of: Callable[[Subject], str]
) -> None:
    subject = after(OPENED)
    seen = Sighting(key=subject.key, fields={"labels": []}, updated_at=instant({"at": "2026-10-06T00:00:00Z"}, "at"))

    rewritten = merged(subject, seen, subject.repository)

    assert "`bug`" in parent_of(subject)
    assert "`bug`" not in parent_of(rewritten)
    assert "Steps" in parent_of(rewritten)


def test_a_deleted_issue_shows_nothing_of_what_it_said(
    after: Callable[..., Subject], parent_of: Callable[[Subject], str]
) -> None:
    card = parent_of(after(OPENED, "issues.deleted.for_good"))

    assert "This issue was deleted." in card
    assert "Steps" not in card
    assert "monalisa" not in card
    assert "issues/12" not in card


def test_an_issue_stays_deleted_when_an_older_event_arrives_late(
    after: Callable[..., Subject], parent_of: Callable[[Subject], str]
) -> None:
    card = parent_of(after("issues.deleted.for_good", OPENED))

    assert "This issue was deleted." in card


def test_a_fetch_does_not_bring_back_a_transferred_issue(
    after: Callable[..., Subject], parent_of: Callable[[Subject], str]
) -> None:
    subject = after(OPENED, "issues.transferred.to_another_repository")
    fetched = Sighting(key=subject.key, fields={"state": "open"}, updated_at=subject.updated_at, fetched=True)

    card = parent_of(merged(subject, fetched, subject.repository))

    assert "This issue was transferred to" in card
    assert "acme/tower/issues/5|acme/tower#5" in card


def test_a_comment_that_arrives_first_leaves_a_pull_request_to_be_fetched(after: Callable[..., Subject]) -> None:
    subject = after("issue_comment.created.on_a_pull_request")

    assert subject.key.kind is Kind.PULL
    assert not subject.complete


def test_a_comment_on_a_known_pull_request_keeps_its_branch_and_its_reviewers(
    after: Callable[..., Subject], parent_of: Callable[[Subject], str]
) -> None:
    subject = after("pull_request.opened.with_reviewers", "issue_comment.created.on_a_pull_request")

    card = parent_of(subject)

    assert subject.complete
    assert "`warm-igniter` → `main`" in card
    assert "*Reviewers*" in card
    assert "2 comments" in card


@pytest.mark.parametrize("known", [0, 1, 5])
@pytest.mark.parametrize("is_late", [True, False])
def test_a_comment_is_counted_whether_ghes_counts_it_already_or_not(
    known: int, *, is_late: bool, golden: Callable[[str], Event], event_named: Callable[[str, dict[str, Any]], Event]
) -> None:
    payload = golden("issue_comment.created.on_an_issue").payload

    def told(key: str, comments: int, old: Subject | None) -> Subject:
        action, issue = key.partition(".")[2], {**payload["issue"], "comments": comments}
        event = event_named(key, {**payload, "action": action, "issue": issue})
        rule = rule_for(load()[0], event)
        assert isinstance(rule, Shown)
        seen = rule.sighting(event)
        assert seen is not None
        assert event.repository is not None
        return merged(old, seen, event.repository)

    opened = told("issues.opened", known, None)
    commented = told("issue_comment.created", known if is_late else known + 1, opened)
    deleted = told("issue_comment.deleted", known + 1 if is_late else known, commented)

    counts = [each.fields["comments"] for each in (opened, commented, deleted)]
    assert counts == [known, known + 1, known]


def test_the_first_that_is_seen_of_an_issue_may_be_a_comment_which_counts(
    golden: Callable[[str], Event], event_named: Callable[[str, dict[str, Any]], Event]
) -> None:
    payload = golden("issue_comment.created.on_an_issue").payload
    event = event_named("issue_comment.created", {**payload, "issue": {**payload["issue"], "comments": 0}})
    rule = rule_for(load()[0], event)
    assert isinstance(rule, Shown)

    seen = rule.sighting(event)

    assert seen is not None
    assert event.repository is not None
    assert merged(None, seen, event.repository).fields["comments"] == 1


def test_a_merged_pull_request_tells_who_merged_it(
    after: Callable[..., Subject], parent_of: Callable[[Subject], str]
) -> None:
    subject = after("pull_request_review.submitted.approved", "pull_request.closed.merged")

    assert "Merged by monalisa" in parent_of(subject)
    assert palette.MERGED in parent_of(subject)


def test_what_rest_answers_tells_that_a_pull_request_was_merged() -> None:
    assert pull_fields({"number": 1, "merged_at": "2026-10-05T10:30:00Z"})["merged"] is True
    assert pull_fields({"number": 1, "merged_at": None})["merged"] is False
    assert "merged" not in pull_fields({"number": 1})


def test_the_parent_counts_its_checks_and_names_those_that_are_not_successful(
    after: Callable[..., Subject], parent_of: Callable[[Subject], str]
) -> None:
    subject = after("pull_request.opened.with_reviewers")
    checks = (
        Check(name="docs", state="neutral", url=""),
        Check(name="build", state="success", url="https://ci.example/1"),
        Check(name="lint <x>", state="pending", url="https://ci.example/2"),
        Check(name="tests", state="failure", url="https://ci.example/3|"),
    )

    card = parent_of(replace(subject, checks=checks))

    assert (
        "*Checks*  1/4 successful\\n❌ <https://ci.example/3%7C|tests> failed"
        "\\n🟡 <https://ci.example/2|lint &lt;x&gt;> pending\\n⚪ docs neutral"
    ) in card


def test_of_many_failed_checks_ten_are_named(
    after: Callable[..., Subject], parent_of: Callable[[Subject], str]
) -> None:
    subject = after("pull_request.opened.with_reviewers")
    checks = tuple(Check(name=f"check {n:02}", state="failure", url="") for n in range(15))

    card = parent_of(replace(subject, checks=checks))

    assert "0/15 successful" in card
    assert "check 09 failed\\nand 5 more" in card
    assert "check 10" not in card


def test_checks_that_do_not_fit_slacks_section_are_counted_too(
    after: Callable[..., Subject], parent_of: Callable[[Subject], str]
) -> None:
    subject = after("pull_request.opened.with_reviewers")
    checks = tuple(Check(name=f"check {n}", state="failure", url=f"https://ci.example/{'x' * 700}") for n in range(9))

    card = parent_of(replace(subject, checks=checks))

    assert "check 3> failed\\nand 5 more" in card
    assert "check 4" not in card


def test_the_colour_of_a_pull_request_is_its_state(
    after: Callable[..., Subject], parent_of: Callable[[Subject], str]
) -> None:
    colors = {
        "pull_request.opened.with_reviewers": palette.OPEN,
        "pull_request.converted_to_draft.by_its_author": palette.DRAFT,
        "pull_request.closed.unmerged": palette.CLOSED_PULL,
        "pull_request.closed.merged": palette.MERGED,
    }

    assert [name for name, color in colors.items() if color not in parent_of(after(name))] == []


@pytest.mark.parametrize(
    ("key", "placement"),
    [
        ("issues.opened", Placement.OPENING),
        ("issues.closed", Placement.BROADCAST),
        ("issues.labeled", Placement.SILENT),
        ("pull_request.closed", Placement.BROADCAST),
        ("pull_request.ready_for_review", Placement.RESULT),
        ("pull_request.synchronize", Placement.SILENT),
        ("pull_request.review_requested", Placement.SILENT),
        ("issue_comment.created", Placement.FOLLOW),
        ("issue_comment.edited", Placement.SILENT),
        ("pull_request_review.submitted", Placement.FOLLOW),
        ("commit_comment.created", Placement.PLAIN),
    ],
)
def test_an_event_goes_where_its_row_says(
    key: str, placement: Placement, event_named: Callable[[str, dict[str, Any]], Event]
) -> None:
    rule = rule_for(load()[0], event_named(key, {}))

    assert isinstance(rule, Shown)
    assert rule.placement is placement


@pytest.mark.parametrize("key", ["issues.pinned", "issues.typed", "pull_request.locked", "pull_request.enqueued"])
def test_noise_is_ignored_for_a_reason(key: str, event_named: Callable[[str, dict[str, Any]], Event]) -> None:
    rule = rule_for(load()[0], event_named(key, {}))

    assert isinstance(rule, Ignored)
    assert rule.reason.endswith(".")
