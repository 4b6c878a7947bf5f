"""Reviews of pull requests: submitted, edited, dismissed."""

from collections.abc import Mapping

from agent.card_parts import body, by, happened_at, person
from agent.card_table import Ignored, Placement, Rule, Shown
from agent.issue_parts import sentence_card
from agent.sightings import pull_sighting
from agent.subject import Subject
from shared.blockkit import palette
from shared.card import Card, Line, Link, reference
from shared.event import Event, mapping, text

_SUBMITTED: Mapping[str, tuple[str, str]] = {
    "approved": ("approved", palette.SUCCESS),
    "changes_requested": ("requested changes on", palette.FAILURE),
    "commented": ("commented on", palette.NEUTRAL),
}
"""Words and colour by a review's state, which webhooks write in lower case and the REST API in upper."""


def _submitted(event: Event, _subject: Subject | None) -> Card:
    did, color = _SUBMITTED.get(_state(event), _SUBMITTED["commented"])
    reviewer = Link("", (person(event.actor),), "Somebody")
    return _review(event, (reviewer, reference(f" {did} the pull request")), color)


def _edited(event: Event, _subject: Subject | None) -> Card:
    _, color = _SUBMITTED.get(_state(event), _SUBMITTED["commented"])
    return _review(event, (reference("Review of pull request edited"), *by(event.actor)), color)


def _dismissed(event: Event, _subject: Subject | None) -> Card:
    reviewer = text(event.payload, "review", "user", "login") or "ghost"
    sentence = (reference("Review"), *by(reviewer), reference(" dismissed"), *by(event.actor))
    return _review(event, sentence, palette.NEUTRAL, when=("pull_request", "updated_at"))


def _review(event: Event, sentence: Line, color: str, *, when: tuple[str, ...] = ("review", "submitted_at")) -> Card:
    review = mapping(event.payload, "review")
    address = text(review, "html_url")
    return sentence_card(
        event,
        mapping(event.payload, "pull_request"),
        sentence,
        body(text(review, "body"), address, event.repository),
        color=color,
        at=happened_at(event, when),
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
