"""Issues: opened, closed, reopened, transferred, deleted; whatever else changes them only rewrites their card."""

from collections.abc import Mapping
from dataclasses import replace

from agent.card_parts import BETWEEN, happened_at, labels_field, logins, names_field, people_field
from agent.card_table import Headline, Ignored, ParentRenderer, Placement, Rule, Shown
from agent.issue_parts import REASONS, event_card, parent_card
from agent.sightings import issue_sighting
from agent.subject import Kind, Sighting, Subject
from shared.blockkit import palette
from shared.blockkit.mrkdwn import one_line, url
from shared.card import Card, Fields, Line, Link, Span, reference
from shared.event import Event, Payload, flag, items, mapping, number, repository, text

_HEADLINES: Mapping[str, str] = {
    "issues.opened": "Issue opened",
    "issues.closed": "Issue closed",
    "issues.reopened": "Issue reopened",
    "issues.transferred": "Issue transferred",
    "issues.deleted": "Issue deleted",
    "issue_comment.created": "Comment on issue",
}


def _closed(event: Event, _subject: Subject | None) -> Card:
    issue = mapping(event.payload, "issue")
    reason = REASONS.get(text(issue, "state_reason"))
    what = f"Issue closed {reason}" if reason else "Issue closed"
    return event_card(
        event, issue, what, color=palette.CLOSED_ISSUE, at=happened_at(event, ("issue", "closed_at"), _UPDATED)
    )


def _reopened(event: Event, _subject: Subject | None) -> Card:
    issue = mapping(event.payload, "issue")
    return event_card(event, issue, "Issue reopened", color=palette.OPEN, at=happened_at(event, _UPDATED))


def _transferred(event: Event, _subject: Subject | None) -> Card:
    issue, there = mapping(event.payload, "issue"), _moved(event, "new")
    # The old address leads to the new place, which the headline names.
    return event_card(
        event,
        issue,
        "Issue transferred",
        color=palette.NEUTRAL,
        at=event.received_at,
        further=(reference(" to "), _place(there)) if there else (),
    )


def _deleted(event: Event, _subject: Subject | None) -> Card:
    issue = {**mapping(event.payload, "issue"), "html_url": ""}
    return event_card(event, issue, "Issue deleted", color=palette.NEUTRAL, at=event.received_at)


def _parent(subject: Subject, headline: Headline) -> Card:
    issue = subject.fields
    origin, destination = mapping(issue, "transferred_from"), mapping(issue, "transferred_to")
    what = _HEADLINES.get(headline.event_key, "Issue updated")
    if origin and headline.event_key == "issues.opened":
        what = "Issue transferred here"
    gone: Line = ()
    if destination:
        gone = (reference("This issue was transferred to "), _place(destination), reference("."))
    elif flag(issue, "deleted"):
        gone = (reference("This issue was deleted."),)
    is_open = text(issue, "state") != "closed"
    color = palette.OPEN if is_open else palette.CLOSED_ISSUE
    return parent_card(
        subject,
        headline,
        what,
        Fields(
            (
                people_field("Assignees", logins(items(issue, "assignees"))),
                labels_field(items(issue, "labels")),
                names_field("Milestone", [text(issue, "milestone", "title")]),
            )
        ),
        color=palette.NEUTRAL if gone else color,
        state=(
            _state(issue, is_open=is_open),
            *((reference(f"{BETWEEN}transferred from "), _place(origin)) if origin else ()),
        ),
        gone=gone,
    )


def _state(issue: Payload, *, is_open: bool) -> Span:
    if is_open:
        return reference("Open")
    reason = REASONS.get(text(issue, "state_reason"))
    return reference(f"Closed {reason}" if reason else "Closed")


def _place(fields: Payload) -> Span | Link:
    """`owner/repo#12`, linked; of a repository that not everybody may see, not even its name."""
    if flag(fields, "hidden"):
        return reference("a private repository")
    name = f"{one_line(text(fields, 'full_name'))}#{number(fields, 'number')}"
    return Link(url(text(fields, "html_url")), (reference(name),))


def _moved(event: Event, which: str) -> dict[str, object]:
    """Where a transferred issue went (`new`) or came from (`old`); empty when it wasn't transferred."""
    changes = mapping(event.payload, "changes")
    issue, there = mapping(changes, f"{which}_issue"), repository(mapping(changes, f"{which}_repository"))
    if number(issue, "number") is None:
        return {}
    if there is None or not there.open_to_all:
        return {"hidden": True}
    return {
        "full_name": there.full_name,
        "number": issue["number"],
        "html_url": text(issue, "html_url"),
    }


def _sighting_of_opened(event: Event) -> Sighting | None:
    return _with(issue_sighting(event), transferred_from=_moved(event, "old"))


def _sighting_of_transferred(event: Event) -> Sighting | None:
    return _with(issue_sighting(event), transferred_to=_moved(event, "new"))


def _sighting_of_deleted(event: Event) -> Sighting | None:
    return _with(issue_sighting(event), deleted=True)


def _with(seen: Sighting | None, **ours: object) -> Sighting | None:
    """A sighting with names that GHES doesn't have, so that no fetch can overwrite them."""
    return (
        replace(seen, fields={**seen.fields, **{name: value for name, value in ours.items() if value}})
        if seen
        else None
    )


_UPDATED = ("issue", "updated_at")
_REWRITES = Shown(feature="issues", placement=Placement.SILENT, sighting=issue_sighting)

RULES: Mapping[str, Rule] = {
    "issues.opened": Shown(feature="issues", placement=Placement.OPENING, sighting=_sighting_of_opened),
    "issues.closed": Shown(feature="issues", placement=Placement.BROADCAST, render=_closed, sighting=issue_sighting),
    "issues.reopened": Shown(
        feature="issues", placement=Placement.BROADCAST, render=_reopened, sighting=issue_sighting
    ),
    "issues.transferred": Shown(
        feature="issues", placement=Placement.ASIDE, render=_transferred, sighting=_sighting_of_transferred
    ),
    "issues.deleted": Shown(
        feature="issues", placement=Placement.ASIDE, render=_deleted, sighting=_sighting_of_deleted
    ),
    **dict.fromkeys(
        (
            "issues.edited",
            "issues.assigned",
            "issues.unassigned",
            "issues.labeled",
            "issues.unlabeled",
            "issues.milestoned",
            "issues.demilestoned",
        ),
        _REWRITES,
    ),
    **dict.fromkeys(
        ("issues.pinned", "issues.unpinned", "issues.locked", "issues.unlocked"),
        Ignored(reason="Whether an issue is pinned or locked is not on its card."),
    ),
    "issues.*": Ignored(reason="Nothing on an issue's card tells of this."),
}
PARENTS: Mapping[Kind, ParentRenderer] = {Kind.ISSUE: _parent}
