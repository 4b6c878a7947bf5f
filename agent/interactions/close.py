"""*Close*: an issue as completed or not planned, a pull request without a reason; with a comment, if somebody wants."""

from agent.deeds.looking import Seen, look
from agent.deeds.things import Numbered
from agent.people.ports import Actor
from agent.slash.acting import Done, NotDone, done_once
from agent.slash.button_values import CLOSE, numbered
from agent.slash.click import Click
from agent.slash.closing import closing, linked, named
from agent.slash.commenting import commenting
from agent.slash.form import select, text_input
from agent.slash.ports import Ports
from agent.slash.refusals import refusal
from agent.slash.reply import Reply, to_person
from agent.slash.submission import Submission
from agent.slash.tables import Answer, Opening, Option
from agent.slash.typed_kept import VALUE, acting_on, with_form_again
from agent.slash.view import View, section_of

_REASON, _TEXT = "close_reason", "close_comment"
_COMPLETED = Option(text="Completed", value="completed")
_REASONS = (_COMPLETED, Option(text="Not planned", value="not_planned"))


async def _form(click: Click, ports: Ports) -> Answer:
    found = await acting_on(click, numbered, ports)
    if isinstance(found, Reply):
        return found
    actor, thing = found
    seen = await look(actor, thing.repository, thing.number)
    if not isinstance(seen, Seen):
        return await refusal(click, seen, ports, what=f"close {linked(thing, ports)}")
    name = named(seen.thing, seen.fields, click, ports)
    if not seen.is_open:
        await ports.cards.seen(seen.repository, seen.fields)
        return to_person(f"{name} is {'merged' if seen.is_merged else 'closed'} already, so there is nothing to close.")
    reason = () if seen.thing.is_pull else (select(_REASON, "Reason", _REASONS, given=_COMPLETED),)
    return View(
        title=f"Close #{thing.number}",
        blocks=[section_of(name), *reason, text_input(_TEXT, "Comment", lines=True, optional=True)],
        callback_id=CLOSE,
        submit="Close",
        metadata={VALUE: click.value},
    )


async def _sent(submission: Submission, ports: Ports) -> Answer:
    found = await acting_on(submission, numbered, ports)
    if isinstance(found, Reply):
        return found
    actor, thing = found
    comment = submission.one(_TEXT).strip()
    if not comment:
        return (await _closed(submission, actor, thing, ports)).reply
    deed = commenting(submission, actor, thing, comment, ports, part="comment")
    first = await done_once(submission, actor, deed, ports)
    if isinstance(first, NotDone):
        return await with_form_again(first.reply, submission, ports)
    second = await _closed(submission, actor, thing, ports)
    return to_person(*first.reply.paragraphs, *second.reply.paragraphs, buttons=second.reply.buttons)


async def _closed(submission: Submission, actor: Actor, thing: Numbered, ports: Ports) -> Done | NotDone:
    deed = closing(submission, actor, thing, ports, reason=submission.one(_REASON), part="close")
    return await done_once(submission, actor, deed, ports)


ACTIONS = {CLOSE: _form}
SUBMISSIONS = {CLOSE: _sent}
OPENS = {CLOSE: Opening("Close")}
