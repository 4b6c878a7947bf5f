"""*Edit*: title and description of an issue, which is what GitHub's own integration has there.

Nobody's words are overwritten unseen: the form knows which text it showed, and when there is another one by the time it
is sent, nothing is saved. A text that is too long for a form isn't edited in one; it would be cut.

A text that the workspace isn't shown has an empty field: left empty, it stays as it is, whatever it is.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime

from agent.deeds import issues
from agent.deeds.looking import Seen, look
from agent.deeds.texts import same
from agent.deeds.things import Numbered
from agent.ghes.answers import Refused
from agent.people.ports import Actor
from agent.slash.acting import Deed, Left, Performed
from agent.slash.button_values import EDIT, numbered
from agent.slash.click import Click
from agent.slash.closing import linked, named, set_right
from agent.slash.form import text_input
from agent.slash.ports import Ports
from agent.slash.refusals import refusal
from agent.slash.reply import Reply, to_person
from agent.slash.shown import shows
from agent.slash.submission import Submission
from agent.slash.tables import Answer, Opening
from agent.slash.typed_kept import VALUE, acting_on, done_or_form_again
from agent.slash.view import View, section_of
from shared.blockkit import limits
from shared.blockkit.mrkdwn import cut, escape
from shared.card import Label
from shared.event import Payload, mapping, text

_TITLE, _BODY = "edit_title", "edit_description"
_SHOWN, _HIDDEN = "shown", "hidden"
"""In the metadata: the digest of the texts that the form showed, and the names of those that it hid."""
_LABELS: Mapping[str, Label] = {"title": Label.TITLE, "body": Label.TEXT}
_UNSEEN: Mapping[tuple[str, ...], str] = {
    ("body",): "The description isn't shown in this workspace; leave it empty to keep it.",
    ("title", "body"): "Title and description aren't shown in this workspace; leave empty what you want to keep.",
}
_TITLE_LENGTH = 256
_QUOTED = 1500


async def _form(click: Click, ports: Ports) -> Answer:
    found = await acting_on(click, numbered, ports)
    if isinstance(found, Reply):
        return found
    actor, thing = found
    seen = await look(actor, thing.repository, thing.number)
    if not isinstance(seen, Seen):
        return await refusal(click, seen, ports, what=f"edit {linked(thing, ports)}")
    hidden = tuple(name for name, label in _LABELS.items() if not shows(label, click, ports))
    body = "" if "body" in hidden else _body(seen)
    if len(body) > limits.INPUT_TEXT:
        description = section_of(
            f"Its description has {len(body):,} characters, which is too long to be edited here. Edit it on "
            f"{linked(thing, ports)}; the title can be changed here."
        )
    else:
        description = text_input(_BODY, "Description", given=body, lines=True, optional=True)
    given = "" if "title" in hidden else text(seen.fields, "title")
    title = text_input(_TITLE, "Title", given=given, most=_TITLE_LENGTH, optional="title" in hidden)
    return View(
        title=f"Edit #{thing.number}",
        blocks=[title, description, *((section_of(_UNSEEN[hidden]),) if hidden else ())],
        callback_id=EDIT,
        submit="Save",
        metadata={VALUE: click.value, _SHOWN: _digest(seen, hidden), _HIDDEN: " ".join(hidden)},
    )


async def _sent(submission: Submission, ports: Ports) -> Answer:
    found = await acting_on(submission, numbered, ports)
    if isinstance(found, Reply):
        return found
    actor, thing = found
    return await done_or_form_again(submission, actor, _editing(submission, actor, thing, ports), ports)


def _editing(submission: Submission, actor: Actor, thing: Numbered, ports: Ports) -> Deed:
    hidden = submission.metadata.get(_HIDDEN, "").split()
    entered = {"title": submission.one(_TITLE).strip()}
    if _BODY in submission.values:
        entered["body"] = submission.one(_BODY)
    wanted = {name: value for name, value in entered.items() if value.strip() or name not in hidden}

    async def perform() -> Performed:
        seen = await look(actor, thing.repository, thing.number)
        if not isinstance(seen, Seen):
            return seen if isinstance(seen, Refused) else await refusal(submission, seen, ports, what=what)
        await ports.cards.seen(seen.repository, seen.fields)
        if _digest(seen, hidden) != submission.metadata.get(_SHOWN, ""):
            return _changed_meanwhile(seen, submission, ports)
        changes = {name: value for name, value in wanted.items() if not same(text(seen.fields, name), value)}
        if not changes:
            name = named(seen.thing, seen.fields, submission, ports)
            return to_person(f"{name} says that already, so nothing was changed.")
        made = await issues.changed(actor, seen.thing, changes)
        return {"repository": seen.repository, "subject": made} if isinstance(made, Mapping) else made

    async def left(_since: datetime) -> Left:
        seen = await look(actor, thing.repository, thing.number)
        if not isinstance(seen, Seen):
            return seen
        is_so = all(same(text(seen.fields, name), value) for name, value in wanted.items())
        return {"repository": seen.repository, "subject": seen.fields} if is_so else None

    async def tell(made: Payload) -> Reply:
        await ports.cards.seen(mapping(made, "repository"), mapping(made, "subject"))
        return to_person(f"Saved {named(thing, mapping(made, 'subject'), submission, ports)}.")

    async def refused(_why: Refused) -> None:
        await set_right(actor, thing, ports)

    what = f"edit {linked(thing, ports)}"
    return Deed(
        action="edit",
        target=str(thing),
        what=what,
        page=thing.page(ports.ghes_url),
        perform=perform,
        left=left,
        tell=tell,
        refused=refused,
    )


def _changed_meanwhile(seen: Seen, submission: Submission, ports: Ports) -> Reply:
    body = escape(_body(seen)) or "(no description)"
    now = {
        "title": f"*{escape(text(seen.fields, 'title'))}*",
        "body": cut("\n".join(f"> {line}" for line in body.split("\n")), _QUOTED),
    }
    told = [said for name, said in now.items() if shows(_LABELS[name], submission, ports)]
    return to_person(
        f"{linked(seen.thing, ports)} was changed while you were editing it, so nothing was saved. *Try again* opens "
        f"the form with your words.{' This is how it reads now:' if told else ''}",
        *told,
    )


def _check(submission: Submission) -> Mapping[str, str]:
    if submission.one(_TITLE).strip():
        return {}
    if "title" not in submission.metadata.get(_HIDDEN, "").split():
        return {_TITLE: "It needs a title."}
    return {} if submission.one(_BODY).strip() else {_TITLE: "Type a new title, or a new description."}


def _body(seen: Seen) -> str:
    return text(seen.fields, "body").replace("\r\n", "\n")


def _digest(seen: Seen, hidden: Collection[str]) -> str:
    """Of what is shown alone: of what is hidden not even a digest leaves, which could be guessed at."""
    shown = "\0".join(text(seen.fields, name) for name in _LABELS if name not in hidden)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


ACTIONS = {EDIT: _form}
SUBMISSIONS = {EDIT: _sent}
CHECKS = {EDIT: _check}
OPENS = {EDIT: Opening("Edit")}
