"""What the cards of issues and pull requests, of their comments and reviews have in common."""

from collections.abc import Mapping
from datetime import datetime

from agent.card_buttons import of_issue_or_pull
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
    sentence = (reference(what), *further, *by(event.actor))
    return sentence_card(event, thing, sentence, *parts, color=color, at=at, address=address)


def sentence_card(
    event: Event, thing: Payload, sentence: Line, *parts: Part | None, color: str, at: datetime, address: str = ""
) -> Card:
    """The same with a headline that is a sentence of its own."""
    return Card(
        color=color,
        headline=sentence,
        parts=present(
            linked_title(thing, address or text(thing, "html_url")), *parts, repository_footer(event.repository, at)
        ),
        fallback=_fallback(event.repository, sentence, thing),
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
    sentence = (reference(what), *by(headline.actor))
    standing = (*state, reference(BETWEEN + counted(comments, "comment"))) if comments else state
    return Card(
        color=color,
        headline=sentence,
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
            None if gone else of_issue_or_pull(subject),
        ),
        fallback=_fallback(subject.repository, sentence, found),
    )


def linked_title(thing: Payload, address: str) -> Paragraph:
    """`#12 Title`, bold and linked."""
    return titled(title_link(address, number(thing, "number"), text(thing, "title")))


def _fallback(repository: Repository | None, sentence: Line, thing: Payload) -> Line:
    """`[owner/repo] Issue closed by octocat: #12 Title`."""
    return (
        *fallback(repository, ""),
        *sentence,
        reference(f": #{number(thing, 'number')}"),
        Span(Label.TITLE, " "),
        title(text(thing, "title")),
    )
