"""*Approve* and *Reject*: answer a deployment that waits for a reviewer."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from agent.deeds import deployments
from agent.deeds.things import Waiting
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from agent.slash.acting import Deed, Left, Performed
from agent.slash.asked import Asked
from agent.slash.button_values import APPROVE, REJECT, waiting
from agent.slash.click import Click
from agent.slash.form import text_input
from agent.slash.ports import Ports
from agent.slash.refusals import refusal
from agent.slash.reply import Reply, to_person
from agent.slash.shown import joining
from agent.slash.submission import Submission
from agent.slash.tables import Answer, Opening
from agent.slash.typed_kept import VALUE, acting_on, done_or_form_again
from agent.slash.view import View, section_of
from agent.subscriptions.words import code
from shared.blockkit.mrkdwn import link
from shared.card import Label
from shared.event import Payload, mapping, number, text

_TEXT = "review_comment"
_VERBS: Mapping[str, str] = {APPROVE: "Approve", REJECT: "Reject"}
_STATES: Mapping[str, str] = {APPROVE: "approved", REJECT: "rejected"}


async def _form(click: Click, ports: Ports) -> Answer:
    whose = await acting_on(click, waiting, ports)
    if isinstance(whose, Reply):
        return whose
    actor, asked = whose
    found = await deployments.pending(actor, asked)
    if isinstance(found, Refused | Unreachable):
        return await refusal(click, found, ports, what=_what(click.action_id, asked, click, ports))
    mine = _answerable(found)
    if not mine:
        return _nothing_to_answer(found, asked, click, ports)
    names = ", ".join(code(text(each, "environment", "name")) for each in mine)
    to = joining(Label.TITLE, f" to {names}", click, ports)
    return View(
        title=f"{_VERBS[click.action_id]} deployment",
        blocks=[
            section_of(f"The deployment of {_run(asked, ports)}{to}."),
            text_input(_TEXT, "Comment", lines=True, optional=True),
        ],
        callback_id=click.action_id,
        submit=_VERBS[click.action_id],
        metadata={VALUE: click.value},
    )


async def _sent(submission: Submission, ports: Ports) -> Answer:
    whose = await acting_on(submission, waiting, ports)
    if isinstance(whose, Reply):
        return whose
    actor, asked = whose
    return await done_or_form_again(submission, actor, _reviewing(submission, actor, asked, ports), ports)


def _reviewing(submission: Submission, actor: Actor, asked: Waiting, ports: Ports) -> Deed:
    word = submission.callback_id
    what = _what(word, asked, submission, ports)

    async def perform() -> Performed:
        found = await deployments.pending(actor, asked)
        if isinstance(found, Refused | Unreachable):
            return found if isinstance(found, Refused) else await refusal(submission, found, ports, what=what)
        mine = [number(each, "environment", "id") for each in _answerable(found)]
        if not mine:
            return _nothing_to_answer(found, asked, submission, ports)
        ids = [each for each in mine if each is not None]
        return await deployments.reviewed(actor, asked, ids, _STATES[word], submission.one(_TEXT))

    async def left(_since: datetime) -> Left:
        return await deployments.answered(actor, asked, _STATES[word])

    async def tell(_made: Payload) -> Reply:
        return to_person(f"You {_STATES[word]} {_deployment(asked, submission, ports)}.")

    return Deed(
        action=word,
        target=f"{asked.repository} run {asked.run_id} {asked.environment}".rstrip(),
        what=what,
        page=asked.page(ports.ghes_url),
        perform=perform,
        left=left,
        tell=tell,
    )


def _answerable(found: Sequence[Payload]) -> list[Payload]:
    return [each for each in found if each.get("current_user_can_approve") is True]


def _nothing_to_answer(found: Sequence[Payload], asked: Waiting, by: Asked, ports: Ports) -> Reply:
    deployment = _deployment(asked, by, ports).replace("the", "The", 1)
    if not found:
        return to_person(f"{deployment} doesn't wait any more: somebody has answered, or the run has ended.")
    reviewers = (
        text(mapping(each, "reviewer"), "login") or text(mapping(each, "reviewer"), "name")
        for pending in found
        for each in pending.get("reviewers") or ()
    )
    names = ", ".join(code(name) for name in dict.fromkeys(reviewers) if name)
    ask = joining(Label.PEOPLE, f" Ask one of them: {names}." if names else "", by, ports)
    return to_person(f"{deployment} waits for a required reviewer, and you aren't one.{ask}")


def _what(word: str, asked: Waiting, by: Asked, ports: Ports) -> str:
    return f"{word} {_deployment(asked, by, ports)}"


def _deployment(asked: Waiting, by: Asked, ports: Ports) -> str:
    to = joining(Label.TITLE, f" to {code(asked.environment)}", by, ports) if asked.environment else ""
    return f"the deployment of {_run(asked, ports)}{to}"


def _run(asked: Waiting, ports: Ports) -> str:
    return f"{link(asked.page(ports.ghes_url), 'a workflow run')} in {code(asked.repository)}"


ACTIONS = {APPROVE: _form, REJECT: _form}
SUBMISSIONS = {APPROVE: _sent, REJECT: _sent}
OPENS = {word: Opening(f"{verb} deployment") for word, verb in _VERBS.items()}
