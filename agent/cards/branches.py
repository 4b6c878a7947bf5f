"""Branches and tags, created and deleted: the feature `branches`."""

from agent.card_parts import by, code, fallback, present, repository_footer
from agent.card_table import Placement, Shown
from agent.ref_parts import ref
from agent.subject import Subject
from shared.blockkit import palette
from shared.blockkit.mrkdwn import one_line
from shared.card import Card, Label, Span, reference
from shared.event import Event, text


def _card(event: Event, _subject: Subject | None) -> Card:
    noun = one_line(text(event.payload, "ref_type") or "branch").capitalize()
    name, done = text(event.payload, "ref"), f"{event.name}d"
    shown = ref(event.repository, name) if event.name == "create" else code(name)
    return Card(
        color=palette.NEUTRAL,
        headline=(reference(noun), Span(Label.TITLE, " "), shown, reference(f" {done}"), *by(event.actor)),
        parts=present(repository_footer(event.repository, event.received_at)),
        fallback=fallback(event.repository, f"{noun} {done}", event.actor, name),
    )


RULES = {
    "create": Shown(feature="branches", placement=Placement.PLAIN, render=_card),
    "delete": Shown(feature="branches", placement=Placement.PLAIN, render=_card),
}
