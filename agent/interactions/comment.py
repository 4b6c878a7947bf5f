"""*Comment*: write one on an issue or a pull request."""

from collections.abc import Mapping

from agent.slash.button_values import COMMENT, numbered
from agent.slash.click import Click
from agent.slash.closing import linked
from agent.slash.commenting import commenting
from agent.slash.form import text_input
from agent.slash.ports import Ports
from agent.slash.reply import Reply
from agent.slash.submission import Submission
from agent.slash.tables import Answer, Opening
from agent.slash.typed_kept import VALUE, acting_on, done_or_form_again
from agent.slash.view import View, section_of

_TEXT = "comment_text"
_EMPTY = "Write something; a comment can't be empty."


async def _form(click: Click, ports: Ports) -> Answer:
    found = await acting_on(click, numbered, ports)
    if isinstance(found, Reply):
        return found
    _, thing = found
    return View(
        title=f"Comment on #{thing.number}",
        blocks=[section_of(f"On {linked(thing, ports)}, as you."), text_input(_TEXT, "Comment", lines=True)],
        callback_id=COMMENT,
        submit="Comment",
        metadata={VALUE: click.value},
    )


async def _sent(submission: Submission, ports: Ports) -> Answer:
    found = await acting_on(submission, numbered, ports)
    if isinstance(found, Reply):
        return found
    actor, thing = found
    deed = commenting(submission, actor, thing, submission.one(_TEXT), ports)
    return await done_or_form_again(submission, actor, deed, ports)


def _check(submission: Submission) -> Mapping[str, str]:
    return {} if submission.one(_TEXT).strip() else {_TEXT: _EMPTY}


ACTIONS = {COMMENT: _form}
SUBMISSIONS = {COMMENT: _sent}
CHECKS = {COMMENT: _check}
OPENS = {COMMENT: Opening("Comment")}
