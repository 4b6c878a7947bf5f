"""Reviews of pull requests: submitted, edited, dismissed."""

from collections.abc import Mapping

from agent.card_parts import body, by, happened_at
from agent.card_table import Ignored, Placement, Rule, Shown
from agent.issue_parts import event_card
from agent.sightings import pull_sighting
from agent.subject import Subject
from shared.blockkit import palette
from shared.card import Card, Line, reference
from shared.event import Event, mapping, text

_SUBMITTED: Mapping[str, tuple[str, str]] = {
    "approved": ("Pull request approved", palette.SUCCESS),
    "changes_requested": ("Changes requested on pull request", palette.FAILURE),
    "commented": ("Pull request reviewed", palette.NEUTRAL),
}
"""Words and colour by a review's state, which webhooks write in lower case and the REST API in upper."""


def _submitted(event: Event, _subject: Subject | None) -> Card:
    what, color = _SUBMITTED.get(_state(event), _SUBMITTED["commented"])
    return _review(event, what, color)


def _edited(event: Event, _subject: Subject | None) -> Card:
    _, color = _SUBMITTED.get(_state(event), _SUBMITTED["commented"])
    return _review(event, "Review of pull request edited", color)


def _dismissed(event: Event, _subject: Subject | None) -> Card:
    reviewer = text(event.payload, "review", "user", "login") or "ghost"
    return _review(event, "Review", palette.NEUTRAL, further=(*by(reviewer), reference(" dismissed")))


def _review(event: Event, what: str, color: str, *, further: Line = ()) -> Card:
    review = mapping(event.payload, "review")
    address = text(review, "html_url")
    when = ("pull_request", "updated_at") if further else ("review", "submitted_at")
    return event_card(
        event,
        mapping(event.payload, "pull_request"),
        what,
        body(text(review, "body"), address, event.repository),
        color=color,
        at=happened_at(event, when),
        further=further,
        address=address,
    )


def _state(event: Event) -> str:
    return text(event.payload, "review", "state").lower()


def _unless_it_has_words(event: Event) -> str | None:
    if _state(event) != "commented" or text(event.payload, "review", "body").strip():
        return None
    return "a review without words of its own says nothing that its comments don't say."


def _unless_its_text_changed(event: Event) -> str | None:
    return None if mapping(event.payload, "changes", "body") else "the text of the review is what it was."


RULES: Mapping[str, Rule] = {
    "pull_request_review.submitted": Shown(
        feature="reviews",
        placement=Placement.FOLLOW,
        render=_submitted,
        sighting=pull_sighting,
        unless=_unless_it_has_words,
    ),
    "pull_request_review.edited": Shown(
        feature="reviews",
        placement=Placement.FOLLOW,
        render=_edited,
        sighting=pull_sighting,
        unless=_unless_its_text_changed,
    ),
    "pull_request_review.dismissed": Shown(
        feature="reviews", placement=Placement.FOLLOW, render=_dismissed, sighting=pull_sighting
    ),
    **dict.fromkeys(
        ("pull_request_review_thread.resolved", "pull_request_review_thread.unresolved"),
        Ignored(reason="Whether a conversation is resolved is read where it stands, in the pull request."),
    ),
}
