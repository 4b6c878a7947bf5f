"""The card of an event whose renderer failed: no event is lost to an odd payload."""

from agent.card_parts import headline, named_link, present, repository_footer
from agent.subject import Subject
from shared.blockkit import palette
from shared.blockkit.mrkdwn import one_line
from shared.card import Card, Paragraph, reference
from shared.event import Event, text


def plain_card(event: Event, subject: Subject | None) -> Card:
    """What is known of any event, and nothing else: its name, its actor, its repository, its subject's address."""
    words = one_line(" ".join(event.key.replace(".", " ").split("_"))).capitalize()
    address = text(subject.fields, "html_url") if subject else ""
    name = f"{subject.key.kind} {subject.key.number}" if subject else ""
    where = f"[{one_line(event.repository.full_name)}] " if event.repository else ""
    line = headline(words, event.actor)
    return Card(
        color=palette.NEUTRAL,
        headline=line,
        parts=present(
            Paragraph((named_link(address, name, "Show it on GitHub"),)) if address else None,
            repository_footer(event.repository, event.received_at),
        ),
        fallback=(reference(where), *line),
    )
