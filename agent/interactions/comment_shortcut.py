"""The shortcut *Comment on issue or PR* on a message: the message becomes the comment."""

import re
from collections.abc import Mapping, Sequence

from agent.deeds.recent import recent
from agent.deeds.things import Numbered
from agent.ghes.answers import Unreachable
from agent.people.ports import NotLinked, NotSetUp
from agent.slash.click import Click
from agent.slash.commenting import commenting
from agent.slash.form import search, text_input
from agent.slash.message import quote_of
from agent.slash.places import EXAMPLE, Place, place
from agent.slash.ports import Ports
from agent.slash.reply import Reply, to_person
from agent.slash.shortcut import Shortcut
from agent.slash.shown import shows
from agent.slash.submission import Submission, Typing
from agent.slash.tables import Answer, Opening, Option
from agent.slash.typed_kept import done_or_form_again, with_form_again
from agent.slash.view import View
from agent.slash.who import acting_as
from agent.subscriptions.parser import ArgumentsError
from shared.blockkit.mrkdwn import escape
from shared.card import Label

_SHORTCUT = "ghe_comment_from_message"
_FORM = "comment_on"
_TITLE = "Comment on issue or PR"
_PLACE, _RECENT, _TEXT = "comment_place", "comment_recent", "comment_message"
_GHES = "ghes"
"""In the metadata: the server's address, for the check, which has nobody to ask."""


async def _from_message(shortcut: Shortcut, ports: Ports) -> Answer:
    actor = await acting_as(shortcut, ports)
    return actor if isinstance(actor, Reply) else _form(await quote_of(shortcut, ports), ports)


async def _again(click: Click, ports: Ports) -> Answer:
    actor = await acting_as(click, ports)
    return actor if isinstance(actor, Reply) else _form("", ports)


def _form(comment: str, ports: Ports) -> View:
    where = text_input(_PLACE, "Issue or pull request", optional=True)
    hint = f"{EXAMPLE}, or its address. Or choose one below."
    return View(
        title=_TITLE,
        blocks=[
            {**where, "hint": {"type": "plain_text", "text": hint}},
            search(_RECENT, "Recent ones of yours", optional=True),
            text_input(_TEXT, "Comment", given=comment, lines=True),
        ],
        callback_id=_FORM,
        submit="Comment",
        metadata={_GHES: ports.ghes_url},
    )


async def _sent(submission: Submission, ports: Ports) -> Answer:
    actor = await acting_as(submission, ports)
    if isinstance(actor, Reply):
        return await with_form_again(actor, submission, ports)
    try:
        where = _where(submission, ports.ghes_url)
    except ArgumentsError as error:
        return await with_form_again(to_person(escape(error.says)), submission, ports)
    thing = Numbered(repository=where.repository, number=where.number, is_pull=where.is_pull)
    deed = commenting(submission, actor, thing, submission.one(_TEXT), ports)
    return await done_or_form_again(submission, actor, deed, ports)


def _check(submission: Submission) -> Mapping[str, str]:
    errors = {}
    try:
        _where(submission, submission.metadata.get(_GHES, ""))
    except ArgumentsError as error:
        errors[_PLACE] = re.sub("`", "", error.says)
    if not submission.one(_TEXT).strip():
        errors[_TEXT] = "Write something; a comment can't be empty."
    return errors


def _where(submission: Submission, ghes_url: str) -> Place:
    """What was typed goes before what was chosen."""
    return place(submission.one(_PLACE).strip() or submission.one(_RECENT), ghes_url)


async def _recent(typing: Typing, ports: Ports) -> Sequence[Option]:
    actor = await ports.actors.of(typing.team_id, typing.user_id)
    if isinstance(actor, NotLinked | Unreachable | NotSetUp):
        return []
    titles = shows(Label.TITLE, typing, ports)
    found = await recent(actor, typing.typed)
    return [Option(text=f"{name} {title}" if titles else name, value=name) for name, title in found]


SHORTCUTS = {_SHORTCUT: _from_message}
ACTIONS = {_FORM: _again}
SUBMISSIONS = {_FORM: _sent}
CHECKS = {_FORM: _check}
OPTIONS = {_RECENT: _recent}
OPENS = {_SHORTCUT: Opening(_TITLE), _FORM: Opening(_TITLE)}
