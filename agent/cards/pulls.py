"""Pull requests: opened, ready, merged, closed, reopened; whatever else changes them only rewrites their card."""

from collections.abc import Mapping

from agent.card_parts import by, code, happened_at, labels_field, logins, people_field
from agent.card_table import Headline, Ignored, ParentRenderer, Placement, Rule, Shown
from agent.issue_parts import event_card, parent_card
from agent.pull_parts import checks, color, reviewers_field, size
from agent.sightings import pull_sighting
from agent.subject import Kind, Subject
from shared.blockkit import palette
from shared.card import Card, Fields, Label, Line, Span, reference
from shared.event import Event, flag, items, mapping, text

_HEADLINES: Mapping[str, str] = {
    "pull_request.opened": "Pull request opened",
    "pull_request.reopened": "Pull request reopened",
    "pull_request.ready_for_review": "Pull request marked ready for review",
    "issue_comment.created": "Comment on pull request",
    "pull_request_review_comment.created": "Comment on pull request",
    "pull_request_review.submitted": "Pull request reviewed",
    "pull_request_review.edited": "Review of pull request edited",
    "pull_request_review.dismissed": "Review of pull request dismissed",
}
_UPDATED = ("pull_request", "updated_at")


def _closed(event: Event, _subject: Subject | None) -> Card:
    pull = mapping(event.payload, "pull_request")
    merged, base = flag(pull, "merged"), text(pull, "base", "ref")
    return event_card(
        event,
        pull,
        "Pull request merged" if merged else "Pull request closed",
        color=palette.MERGED if merged else palette.CLOSED_PULL,
        at=happened_at(event, ("pull_request", "closed_at"), _UPDATED),
        further=(Span(Label.TITLE, " into "), code(base)) if merged and base else (),
    )


def _reopened(event: Event, _subject: Subject | None) -> Card:
    pull = mapping(event.payload, "pull_request")
    return event_card(event, pull, "Pull request reopened", color=color(pull), at=happened_at(event, _UPDATED))


def _ready(event: Event, _subject: Subject | None) -> Card:
    pull = mapping(event.payload, "pull_request")
    what = "Pull request marked ready for review"
    return event_card(event, pull, what, color=color(pull), at=happened_at(event, _UPDATED))


def _parent(subject: Subject, headline: Headline) -> Card:
    pull = subject.fields
    what = _HEADLINES.get(headline.event_key, "Pull request updated")
    if headline.event_key == "pull_request.closed":
        what = "Pull request merged" if flag(pull, "merged") else "Pull request closed"
    return parent_card(
        subject,
        headline,
        what,
        Fields(
            (
                reviewers_field(pull),
                people_field("Assignees", logins(items(pull, "assignees"))),
                labels_field(items(pull, "labels")),
            )
        ),
        checks(subject.checks),
        color=color(pull),
        state=(*_state(subject), *size(pull)),
    )


def _state(subject: Subject) -> Line:
    pull = subject.fields
    if flag(pull, "merged"):
        return (reference("Merged"), *by(text(pull, "merged_by", "login")))
    if text(pull, "state") == "closed":
        return (reference("Closed"),)
    return (reference("Draft" if flag(pull, "draft") else "Open"),)


def _unless_ready(event: Event) -> str | None:
    if not flag(event.payload, "pull_request", "draft"):
        return None
    return "a draft pull request stays silent until it is ready for review."


_SILENT = Shown(feature="pulls", placement=Placement.SILENT, sighting=pull_sighting)
_COUNTS = Shown(feature="pulls", placement=Placement.SILENT, sighting=pull_sighting, counters_only=True)

RULES: Mapping[str, Rule] = {
    "pull_request.opened": Shown(
        feature="pulls", placement=Placement.OPENING, sighting=pull_sighting, unless=_unless_ready
    ),
    "pull_request.ready_for_review": Shown(
        feature="pulls", placement=Placement.RESULT, render=_ready, sighting=pull_sighting
    ),
    "pull_request.closed": Shown(
        feature="pulls", placement=Placement.BROADCAST, render=_closed, sighting=pull_sighting
    ),
    "pull_request.reopened": Shown(
        feature="pulls", placement=Placement.BROADCAST, render=_reopened, sighting=pull_sighting
    ),
    **dict.fromkeys(
        (
            "pull_request.converted_to_draft",
            "pull_request.review_requested",
            "pull_request.review_request_removed",
            "pull_request.edited",
            "pull_request.assigned",
            "pull_request.unassigned",
            "pull_request.labeled",
            "pull_request.unlabeled",
            "pull_request.milestoned",
            "pull_request.demilestoned",
            "pull_request.auto_merge_enabled",
            "pull_request.auto_merge_disabled",
        ),
        _SILENT,
    ),
    "pull_request.synchronize": _COUNTS,
    **dict.fromkeys(
        ("pull_request.locked", "pull_request.unlocked"),
        Ignored(reason="Whether a pull request is locked is not on its card."),
    ),
    "pull_request.*": Ignored(reason="Nothing on a pull request's card tells of this."),
}
PARENTS: Mapping[Kind, ParentRenderer] = {Kind.PULL: _parent}
