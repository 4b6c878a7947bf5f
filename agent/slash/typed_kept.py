"""What somebody typed into a form isn't lost when GHES refuses it: *Try again* opens the form with it.

So the `callback_id` of such a form is also the `action_id` that opens it, and its metadata holds that button's `value`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from agent.people.ports import Actor
from agent.slash.acting import Deed, NotDone, done_once
from agent.slash.button_values import STALE
from agent.slash.click import Click
from agent.slash.later import opened
from agent.slash.ports import Ports
from agent.slash.reply import Button, Reply, to_person
from agent.slash.submission import Submission
from agent.slash.who import acting_as

About = TypeVar("About")

FORM_AGAIN = "form_again"
"""`action_id` of the button; its value is what waits (`agent.slash.later.KeptId`)."""
VALUE = "value"
"""In the metadata: the value of the button that opened the form."""


async def with_form_again(reply: Reply, submission: Submission, ports: Ports) -> Reply:
    """The reply with *Try again*; one that offers a missing step stays, since then the submission itself waits."""
    if reply.buttons:
        return reply
    kept_id = await ports.later.keep(submission, opened(submission.team_id, submission.user_id))
    button = Button(text="Try again", action_id=FORM_AGAIN, value=kept_id, anywhere=True)
    return replace(reply, buttons=(button,))


async def acting_on(
    asked: Click | Submission, read: Callable[[str], About | None], ports: Ports
) -> tuple[Actor, About] | Reply:
    """Who acts, and on what: `read` makes it of the value of the button, which the form that it opened has too."""
    actor = await acting_as(asked, ports)
    if isinstance(actor, Reply):
        return await with_form_again(actor, asked, ports) if isinstance(asked, Submission) else actor
    about = read(asked.value if isinstance(asked, Click) else asked.metadata.get(VALUE, ""))
    return to_person(STALE) if about is None else (actor, about)


async def done_or_form_again(submission: Submission, actor: Actor, deed: Deed, ports: Ports) -> Reply:
    """What came of the deed; where nothing did, with *Try again*."""
    done = await done_once(submission, actor, deed, ports)
    return await with_form_again(done.reply, submission, ports) if isinstance(done, NotDone) else done.reply
