"""*Enter code*: the verification code, brought back from the browser, links the accounts."""

from collections.abc import Mapping
from dataclasses import replace

from agent.people.ports import Linked, NoCode, WrongCode
from agent.people.verification_codes import is_code
from agent.slash.click import Click
from agent.slash.form import text_input
from agent.slash.ports import Ports
from agent.slash.reply import Reply
from agent.slash.signing_in import CODE, ENTER_CODE, offer, profile, welcome
from agent.slash.submission import Submission
from agent.slash.tables import Opening
from agent.slash.view import View

_TITLE = "Enter code"
_NONE_OPEN = "There is no code to enter: none was shown to you yet, or its 10 minutes are over. Here is a fresh link."
_LAST = "That isn't the code, and it was the last try: the page that showed it is void. Here is a fresh link."


async def _form(_click: Click, _ports: Ports) -> View:
    field = text_input(CODE, "Verification code", most=40)
    return View(title=_TITLE, callback_id=ENTER_CODE, submit="Connect", blocks=[field])


def _check(submission: Submission) -> Mapping[str, str]:
    entered = submission.one(CODE)
    if not entered.strip():
        return {CODE: "Enter the code that the page in your browser shows."}
    return {} if is_code(entered) else {CODE: "A code has eight characters and looks like CDFH-2345."}


async def _entered(submission: Submission, ports: Ports) -> Reply:
    match await ports.signing_in.enter(submission.team_id, submission.user_id, submission.one(CODE)):
        case Linked(person=person):
            # The offer that *Enter code* was pressed in has done its work: its buttons go.
            return replace(welcome(person, ports), replaces=True)
        case NoCode():
            return await _none_open(submission, ports)
        case WrongCode(tries_left=0):
            return await offer(submission, ports, why=_LAST)
        case WrongCode(tries_left=left):
            tries = "1 try left" if left == 1 else f"{left} tries left"
            why = f"That isn't the code that your page shows: {tries}. Enter it again, or begin anew."
            return await offer(submission, ports, why=why)


async def _none_open(submission: Submission, ports: Ports) -> Reply:
    """Where the right code is answered twice, since we were killed in between, the person is linked by now."""
    person = await ports.people.of(submission.team_id, submission.user_id)
    if person is None:
        return await offer(submission, ports, why=_NONE_OPEN)
    already = f"You're connected{profile(person, ports)}, and there is no other code to enter."
    return await offer(submission, ports, why=f"{already} To connect another account instead, go on here.")


ACTIONS = {ENTER_CODE: _form}
OPENS = {ENTER_CODE: Opening(_TITLE, for_anyone=True)}
SUBMISSIONS = {ENTER_CODE: _entered}
CHECKS = {ENTER_CODE: _check}
