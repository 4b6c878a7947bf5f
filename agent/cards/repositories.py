"""What becomes of a whole repository. That it was made public or deleted, every subscribed channel is told."""

from agent.card_parts import fallback, headline, present, repository_footer, titled
from agent.card_table import ALWAYS, Ignored, Placement, Rule, Shown
from agent.subject import Subject
from shared.blockkit import palette
from shared.blockkit.mrkdwn import one_line, url
from shared.card import Card, Label, Link, Paragraph, Span, reference
from shared.event import Event, text


def _public(event: Event, _subject: Subject | None) -> Card:
    return _card(event, "Repository made public")


def _deleted(event: Event, _subject: Subject | None) -> Card:
    return _card(event, "Repository deleted")


def _card(event: Event, what: str) -> Card:
    repository = event.repository
    name = reference(one_line(repository.full_name)) if repository else reference("A repository")
    # What is deleted has no page any more.
    address = repository.url if repository and event.name == "public" else ""
    description = one_line(text(event.payload, "repository", "description"), 300)
    return Card(
        color=palette.NEUTRAL,
        headline=headline(what, event.actor),
        parts=present(
            titled(Link(url(address), (name,))),
            Paragraph((Span(Label.TEXT, description),)) if description else None,
            repository_footer(None, event.received_at),
        ),
        fallback=fallback(repository, what, event.actor),
    )


_BY_ID = "Subscriptions go by the repository's id, so they and their cards move along; nothing needs saying."

RULES: dict[str, Rule] = {
    "public": Shown(feature=ALWAYS, placement=Placement.PLAIN, render=_public),
    "repository.deleted": Shown(feature=ALWAYS, placement=Placement.PLAIN, render=_deleted),
    "repository.publicized": Ignored(reason="The public event beside it shows it already."),
    "repository.renamed": Ignored(reason=_BY_ID),
    "repository.transferred": Ignored(reason=_BY_ID),
    "repository.privatized": Ignored(reason="Who may read the repository is checked again; nothing is posted."),
    "repository.created": Ignored(reason="Nobody can have subscribed to a repository that is this new."),
    "repository.archived": Ignored(reason="Archiving changes no card; reopening and closing are over by itself."),
    "repository.unarchived": Ignored(reason="Unarchiving changes no card; what happens next is shown."),
    "repository.edited": Ignored(reason="A new description, homepage or default branch changes no card."),
    "repository.*": Ignored(reason="A setting of the repository was changed, which no feature shows."),
}
