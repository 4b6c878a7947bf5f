"""What the cards of issues and pull requests, of their comments and reviews have in common."""

from collections.abc import Mapping
from datetime import datetime

from agent.card_parts import (
    BETWEEN,
    body,
    by,
    counted,
    fallback,
    present,
    repository_footer,
    title,
    title_link,
    titled,
)
from agent.card_table import Headline
from agent.subject import Subject
from shared.card import Card, Context, Label, Line, Paragraph, Part, Span, reference
from shared.event import Event, Payload, Repository, instant, number, text

REASONS: Mapping[str, str] = {
    "completed": "as completed",
    "not_planned": "as not planned",
    "duplicate": "as duplicate",
}
"""How GHES's `state_reason` reads after "closed"; `reopened` and null add nothing."""


def event_card(
    event: Event,
    thing: Payload,
    what: str,
    *parts: Part | None,
    color: str,
    at: datetime,
    further: Line = (),
    address: str = "",
) -> Card:
    """One thing that happened: "`what` `further` by octocat", the title linked to `address` or the thing, `parts`."""
    return Card(
        color=color,
        headline=(reference(what), *further, *by(event.actor)),
        parts=present(
            linked_title(thing, address or text(thing, "html_url")), *parts, repository_footer(event.repository, at)
        ),
        fallback=_fallback(event.repository, what, further, event.actor, thing),
    )


def parent_card(
    subject: Subject, headline: Headline, what: str, *parts: Part | None, color: str, state: Line, gone: Line = ()
) -> Card:
    """An issue or pull request as it stands now, in a card whose headline names the event that brought it.

    `parts` come after the body, `state` begins the line below them. Of what is `gone`, deleted or moved away, nothing
    is shown but its title and where it went.
    """
    found = subject.fields
    comments = number(found, "comments") or 0
    standing = (*state, reference(BETWEEN + counted(comments, "comment"))) if comments else state
    return Card(
        color=color,
        headline=(reference(what), *by(headline.actor)),
        parts=present(
            linked_title(found, "" if gone else text(found, "html_url")),
            *(
                (Paragraph(gone),)
                if gone
                else (
                    body(text(found, "body"), text(found, "html_url"), subject.repository),
                    *parts,
                    Context(standing),
                )
            ),
            repository_footer(subject.repository, instant(found, "created_at")),
        ),
        fallback=_fallback(subject.repository, what, (), headline.actor, found),
    )


def linked_title(thing: Payload, address: str) -> Paragraph:
    """`#12 Title`, bold and linked."""
    return titled(title_link(address, number(thing, "number"), text(thing, "title")))


def _fallback(repository: Repository | None, what: str, further: Line, actor: str, thing: Payload) -> Line:
    """`[owner/repo] Issue closed by octocat: #12 Title`."""
    return (
        *fallback(repository, what),
        *further,
        *by(actor),
        reference(f": #{number(thing, 'number')}"),
        Span(Label.TITLE, " "),
        title(text(thing, "title")),
    )
