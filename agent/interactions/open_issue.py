"""The form "Open a new issue": its searches, its repository chosen anew, and what becomes of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor, NotLinked, NotSetUp
from agent.slash.acting import NotDone, done_once
from agent.slash.click import Click
from agent.slash.form import refilled
from agent.slash.issue_form import (
    ASSIGNEES,
    CHOSEN,
    DESCRIPTION,
    LABELS,
    MILESTONE,
    OPEN_ISSUE,
    REPOSITORY,
    TITLE,
    TITLE_OF_FORM,
    chosen_repository,
    issue_form,
    milestone_option,
    read_repository,
    repository_option,
)
from agent.slash.issue_opening import filled_in, opening
from agent.slash.ports import Ports
from agent.slash.refusals import refusal
from agent.slash.reply import Reply
from agent.slash.shown import all_shown, shows
from agent.slash.submission import Submission, Typing
from agent.slash.tables import Answer, Opening, Option
from agent.slash.typed_kept import with_form_again
from agent.slash.who import acting_as
from agent.subscriptions.words import code
from shared.blockkit import limits
from shared.card import Label
from shared.event import Payload, text


async def _form(click: Click, ports: Ports) -> Answer:
    actor = await acting_as(click, ports)
    if isinstance(actor, Reply):
        return actor
    last = await ports.channel_settings.last_repository(click.address) if click.channel_id else ""
    return await issue_form(actor, all_shown(click, ports), repository=click.value or last)


async def _other_repository(click: Click, ports: Ports) -> Answer:
    actor = await acting_as(click, ports)
    if isinstance(actor, Reply):
        return actor
    view = await issue_form(actor, all_shown(click, ports), repository=click.value, metadata=click.metadata)
    return refilled(view, {name: click.values[name] for name in (TITLE, DESCRIPTION) if name in click.values})


async def _sent(submission: Submission, ports: Ports) -> Answer:
    actor = await acting_as(submission, ports)
    if isinstance(actor, Reply):
        return await with_form_again(actor, submission, ports)
    value = submission.one(REPOSITORY) or submission.metadata.get(CHOSEN, "")
    repository = await read_repository(actor, value)
    if isinstance(repository, Refused | Unreachable):
        said = await refusal(submission, repository, ports, what=f"open the issue in {code(value)}")
        return await with_form_again(said, submission, ports)
    issue = filled_in(submission, text(repository, "full_name"))
    match await done_once(submission, actor, opening(submission, actor, issue, ports), ports):
        case NotDone(reply):
            return await with_form_again(reply, submission, ports)
        case done:
            return done.reply


def _check(submission: Submission) -> Mapping[str, str]:
    return {} if submission.one(TITLE).strip() else {TITLE: "Give the issue a title."}


async def _repositories(typing: Typing, ports: Ports) -> Sequence[Option]:
    actor = await _actor(typing, ports)
    if actor is None:
        return []
    found = await ports.choices.repositories(actor)
    fitting = [repository_option(each) for each in _fitting(found, typing.typed, "full_name")]
    return fitting or await _named(actor, typing.typed.strip())


async def _named(actor: Actor, typed: str) -> list[Option]:
    """A repository that everybody may read isn't among a person's own: it is found by its whole name."""
    if "/" not in typed:
        return []
    found = await read_repository(actor, typed)
    return [] if isinstance(found, Refused | Unreachable) else [repository_option(found)]


async def _assignees(typing: Typing, ports: Ports) -> Sequence[Option]:
    found = await _of_repository(typing, ports, Label.PEOPLE, ports.choices.assignees, "login")
    return [_called(each, "login") for each in found]


async def _labels(typing: Typing, ports: Ports) -> Sequence[Option]:
    found = await _of_repository(typing, ports, Label.TITLE, ports.choices.labels, "name")
    return [_called(each, "name") for each in found]


async def _milestones(typing: Typing, ports: Ports) -> Sequence[Option]:
    found = await _of_repository(typing, ports, Label.TITLE, ports.choices.milestones, "title")
    return [milestone_option(each) for each in found]


async def _of_repository(
    typing: Typing, ports: Ports, label: Label, listed: Callable[[Actor, str], Awaitable[Sequence[Payload]]], name: str
) -> list[Payload]:
    """Those of the form's repository that fit what was typed; none while it isn't chosen, or nobody is signed in.

    None either where the workspace isn't shown what carries this `label`.
    """
    if not shows(label, typing, ports):
        return []
    actor, repository = await _actor(typing, ports), _repository(typing)
    if actor is None or not repository:
        return []
    return _fitting(await listed(actor, repository), typing.typed, name)


def _called(each: Payload, name: str) -> Option:
    return Option(text=text(each, name), value=text(each, name))


async def _actor(typing: Typing, ports: Ports) -> Actor | None:
    found = await ports.actors.of(typing.team_id, typing.user_id)
    return None if isinstance(found, NotLinked | Unreachable | NotSetUp) else found


def _repository(typing: Typing) -> str:
    """`owner/repo`; where the choice says an id, what the form was made for."""
    value = chosen_repository(typing)
    return value if "/" in value else typing.metadata.get(CHOSEN, "")


def _fitting(found: Sequence[Payload], typed: str, name: str) -> list[Payload]:
    """Those with what was typed in their names, first those that begin with it."""
    wanted = typed.strip().lower()
    fitting = [each for each in found if wanted in text(each, name).lower()]
    fitting.sort(key=lambda each: (not text(each, name).lower().startswith(wanted), text(each, name).lower()))
    return fitting[: limits.OPTIONS]


ACTIONS = {OPEN_ISSUE: _form, REPOSITORY: _other_repository}
SUBMISSIONS = {OPEN_ISSUE: _sent}
CHECKS = {OPEN_ISSUE: _check}
OPTIONS = {REPOSITORY: _repositories, ASSIGNEES: _assignees, LABELS: _labels, MILESTONE: _milestones}
OPENS = {OPEN_ISSUE: Opening(TITLE_OF_FORM)}
