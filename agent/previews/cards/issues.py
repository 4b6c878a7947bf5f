"""Issues and pull requests: the card that a subscription would post, or a line."""

from functools import cache

from agent.card_parts import BETWEEN, by, fallback, present, repository_footer
from agent.card_table import Headline, ParentRenderer, load
from agent.issue_parts import REASONS, linked_title
from agent.previews.deciding import Size
from agent.previews.things import Issue
from agent.pull_parts import color
from agent.sightings import issue_fields, pull_fields
from agent.subject import Kind, Subject, SubjectKey
from shared.blockkit import palette
from shared.card import Buttons, Card, Context, Label, Span, reference
from shared.event import Payload, flag, instant, number, text

_OPENED = {Kind.ISSUE: "issues.opened", Kind.PULL: "pull_request.opened"}


def issue_card(issue: Issue, size: Size, *, buttons: bool = True) -> Card:
    """The issue or pull request as it stands; of one whose card nobody draws, a line."""
    drawn = _full(issue) if size is Size.FULL else None
    if drawn is None:
        return _condensed(issue)
    return drawn if buttons else _without_buttons(drawn)


def _full(issue: Issue) -> Card | None:
    kind = Kind.PULL if issue.is_pull else Kind.ISSUE
    draw = _parents().get(kind)
    key = SubjectKey(repository_id=issue.repository.id, kind=kind, number=str(number(issue.fields, "number")))
    subject = Subject(
        key=key,
        repository=issue.repository,
        fields=pull_fields(issue.fields) if issue.is_pull else issue_fields(issue.fields),
        updated_at=instant(issue.fields, "updated_at"),
        complete=True,
        checks=issue.checks,
    )
    return draw(subject, Headline(event_key=_OPENED[kind], actor=_author(issue.fields))) if draw else None


def _condensed(issue: Issue) -> Card:
    fields, what = issue.fields, "Pull request" if issue.is_pull else "Issue"
    state = (reference(f"{what}{BETWEEN}{_state(issue)}"), *by(_author(fields)))
    footer = repository_footer(issue.repository, instant(fields, "created_at"))
    return Card(
        color=_color(issue),
        headline=(),
        parts=present(
            linked_title(fields, text(fields, "html_url")),
            Context((*state, Span(Label.REFERENCE, BETWEEN), *footer.line)),
        ),
        fallback=fallback(
            issue.repository, f"{what} #{number(fields, 'number')}", _author(fields), text(fields, "title")
        ),
    )


def _state(issue: Issue) -> str:
    fields = issue.fields
    if issue.is_pull and flag(fields, "merged"):
        return "merged"
    if text(fields, "state") == "closed":
        reason = REASONS.get(text(fields, "state_reason"))
        return f"closed {reason}" if reason else "closed"
    return "draft" if flag(fields, "draft") else "open"


def _color(issue: Issue) -> str:
    if issue.is_pull:
        return color(issue.fields)
    return palette.CLOSED_ISSUE if text(issue.fields, "state") == "closed" else palette.OPEN


def _author(fields: Payload) -> str:
    return text(fields, "user", "login") or "ghost"


def _without_buttons(card: Card) -> Card:
    return Card(
        color=card.color,
        headline=card.headline,
        parts=tuple(part for part in card.parts if not isinstance(part, Buttons)),
        fallback=card.fallback,
    )


@cache
def _parents() -> dict[Kind, ParentRenderer]:
    return dict(load()[1])
