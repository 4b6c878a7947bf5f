"""The form "Open a new issue", which a command, shortcuts and buttons open.

Its repository is in the metadata: who searches for a label is only sometimes told what the other fields hold. Choosing
another repository is a click in the form, which makes it anew with what was typed; assignees, labels and milestone are
the repository's, so they start empty then. Where a workspace isn't shown people and names, the form doesn't ask for
them.
"""

from collections.abc import Collection, Mapping
from typing import Any

from agent.deeds.things import is_repository, repository_names
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from agent.slash.form import BETWEEN, search, search_many, text_input
from agent.slash.submission import Typing
from agent.slash.tables import Option
from agent.slash.typed_kept import VALUE
from agent.slash.view import Block, View, section_of
from shared.blockkit import limits
from shared.card import Label
from shared.event import Payload, mapping, number, text

OPEN_ISSUE = "open_issue"
"""`callback_id` of the form, and `action_id` of a button that opens it; its value is `owner/repo`, or nothing."""
TITLE_OF_FORM = "Open a new issue"
REPOSITORY, TITLE, DESCRIPTION = "issue_repository", "issue_title", "issue_description"
ASSIGNEES, LABELS, MILESTONE = "issue_assignees", "issue_labels", "issue_milestone"
"""`action_id`s of the inputs."""
CHOSEN = "repository"
"""In the metadata: `owner/repo`."""

_UNSHOWN = "People, labels and milestones aren't shown in this workspace; add them on GitHub Enterprise."
_TITLE_LENGTH = 256
_ID = "id "


async def issue_form(
    actor: Actor,
    shown: Collection[Label],
    *,
    repository: str = "",
    description: str = "",
    metadata: Mapping[str, str] | None = None,
) -> View:
    """The form; `repository` is preset if the person may read it. `shown`: what the workspace is shown."""
    found = await read_repository(actor, repository) if repository else None
    return form_of(found if isinstance(found, Mapping) else {}, shown, description=description, metadata=metadata)


def form_of(
    preset: Payload, shown: Collection[Label], *, description: str = "", metadata: Mapping[str, str] | None = None
) -> View:
    """The form, with a repository (`id` and `full_name`) that the person may read, or none."""
    name = text(preset, "full_name")
    of_repository = {
        Label.PEOPLE: (search_many(ASSIGNEES, "Assignees"),),
        Label.TITLE: (search_many(LABELS, "Labels", most=50), search(MILESTONE, "Milestone", optional=True)),
    }
    hidden = not of_repository.keys() <= set(shown)
    return View(
        title=TITLE_OF_FORM,
        blocks=[
            {
                **search(REPOSITORY, "Repository", given=repository_option(preset) if name else None),
                "dispatch_action": True,
            },
            text_input(TITLE, "Title", most=_TITLE_LENGTH),
            text_input(DESCRIPTION, "Description", given=description, lines=True, optional=True),
            *(_of(name, block) for label, blocks in of_repository.items() if label in shown for block in blocks),
            *((section_of(_UNSHOWN),) if hidden else ()),
        ],
        callback_id=OPEN_ISSUE,
        submit="Open issue",
        metadata={VALUE: name, **(metadata or {}), CHOSEN: name},
    )


async def read_repository(actor: Actor, value: str) -> Payload | Refused | Unreachable:
    """The repository of that name, or of that choice."""
    if value.startswith(_ID):
        found = await actor.get("/repositories/{id}", {"id": value.removeprefix(_ID)})
    elif is_repository(value):
        found = await actor.get("/repos/{owner}/{repo}", repository_names(value))
    else:
        found = Refused(status=404, message="Not Found")
    return found if isinstance(found, Refused | Unreachable) else mapping(found)


def repository_option(fields: Payload) -> Option:
    """A repository as a choice; one whose name is too long for a value goes by its id."""
    name = text(fields, "full_name")
    value = name if len(name) <= limits.OPTION_TEXT else f"{_ID}{number(fields, 'id')}"
    return Option(text=name, value=value)


def milestone_option(fields: Payload) -> Option:
    """A milestone as a choice."""
    title = text(fields, "title")
    return Option(text=title, value=f"{number(fields, 'number')}{BETWEEN}{title}")


def milestone_number(value: str) -> int | None:
    """The number in a milestone's value."""
    digits = value.partition(BETWEEN)[0]
    return int(digits) if digits.isdecimal() else None


def chosen_repository(typing: Typing) -> str:
    """The value of the repository that is chosen at the moment; empty when none is."""
    return "".join(typing.values.get(REPOSITORY, ())[:1]) or typing.metadata.get(CHOSEN, "")


def _of(repository: str, block: Block) -> dict[str, Any]:
    """An input whose content belongs to a repository: another repository, another input."""
    return {**block, "block_id": f"{block['block_id']} {repository}"[:255].rstrip()}
