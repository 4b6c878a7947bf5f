"""Comments on issues, pull requests, their lines, and commits; edited and deleted ones only change the count."""

from collections.abc import Mapping
from dataclasses import replace

from agent.card_parts import body, by, fallback, happened_at, present, repository_footer
from agent.card_table import Ignored, Placement, Rule, Shown
from agent.issue_parts import event_card
from agent.line_parts import place
from agent.ref_parts import commit
from agent.sightings import issue_sighting, pull_sighting
from agent.subject import Sighting, Subject
from shared.blockkit import palette
from shared.card import Card, reference
from shared.event import Event, Payload, mapping, text

_WRITTEN = ("comment", "created_at")


def _on_issue_or_pull(event: Event, _subject: Subject | None) -> Card:
    issue = mapping(event.payload, "issue")
    return _comment(event, issue, "Comment on pull request" if mapping(issue, "pull_request") else "Comment on issue")


def _on_lines(event: Event, _subject: Subject | None) -> Card:
    return _comment(event, mapping(event.payload, "pull_request"), "Comment on pull request")


def _comment(event: Event, thing: Payload, what: str) -> Card:
    comment = mapping(event.payload, "comment")
    address = text(comment, "html_url")
    return event_card(
        event,
        thing,
        what,
        place(comment),
        body(text(comment, "body"), address, event.repository),
        color=palette.NEUTRAL,
        at=happened_at(event, _WRITTEN),
        address=address,
    )


def _on_commit(event: Event, _subject: Subject | None) -> Card:
    comment = mapping(event.payload, "comment")
    address, sha = text(comment, "html_url"), text(comment, "commit_id")
    where = commit(event.repository, sha, address)
    return Card(
        color=palette.NEUTRAL,
        headline=(reference("Comment on commit "), where, *by(event.actor)),
        parts=present(
            place(comment),
            body(text(comment, "body"), address, event.repository),
            repository_footer(event.repository, happened_at(event, _WRITTEN)),
        ),
        fallback=(*fallback(event.repository, "Comment on commit "), where, *by(event.actor)),
    )


def _sighting(event: Event) -> Sighting | None:
    seen = issue_sighting(event)
    return replace(seen, comments_by=_BY.get(event.action or "", 0)) if seen else None


_BY: Mapping[str, int] = {"created": 1, "deleted": -1}

RULES: Mapping[str, Rule] = {
    "issue_comment.created": Shown(
        feature="comments",
        placement=Placement.FOLLOW,
        render=_on_issue_or_pull,
        sighting=_sighting,
        counters_only=True,
    ),
    **dict.fromkeys(
        ("issue_comment.edited", "issue_comment.deleted"),
        Shown(feature="comments", placement=Placement.SILENT, sighting=_sighting, counters_only=True),
    ),
    "issue_comment.*": Ignored(reason="A comment that is pinned or hidden changes no card."),
    "pull_request_review_comment.created": Shown(
        feature="comments",
        placement=Placement.FOLLOW,
        render=_on_lines,
        sighting=pull_sighting,
        counters_only=True,
    ),
    **dict.fromkeys(
        ("pull_request_review_comment.edited", "pull_request_review_comment.deleted"),
        Shown(feature="comments", placement=Placement.SILENT, sighting=pull_sighting, counters_only=True),
    ),
    "commit_comment.created": Shown(feature="comments", placement=Placement.PLAIN, render=_on_commit),
}
