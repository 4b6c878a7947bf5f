"""*Re-run all jobs* and *Re-run failed jobs* of a workflow run."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from agent.card_parts import title
from agent.deeds import runs
from agent.deeds.things import Run
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from agent.slash.acting import Deed, Left, Performed, done_once
from agent.slash.asked import Asked
from agent.slash.button_values import RERUN, RERUN_FAILED, run, written
from agent.slash.click import Click
from agent.slash.form import tick
from agent.slash.ports import Ports
from agent.slash.refusals import refusal
from agent.slash.reply import Reply, to_person
from agent.slash.shown import shown
from agent.slash.submission import Submission
from agent.slash.tables import Answer, Opening, Option
from agent.slash.typed_kept import VALUE, acting_on
from agent.slash.view import View, section_of
from shared.blockkit.mrkdwn import link
from shared.event import Payload, number, text

_DEBUG = "rerun_debug"
_TICKED = Option(text="Enable debug logging", value="debug")
_TITLES: Mapping[str, str] = {RERUN: "Re-run all jobs", RERUN_FAILED: "Re-run failed jobs"}


async def _form(click: Click, ports: Ports) -> Answer:
    whose = await acting_on(click, run, ports)
    if isinstance(whose, Reply):
        return whose
    actor, wanted = whose
    found = await runs.read(actor, wanted)
    if isinstance(found, Refused | Unreachable):
        return await refusal(click, found, ports, what=f"re-run {_linked(wanted, {}, click, ports)}")
    if needless := _needless(wanted, found, click, ports, only_failed=click.action_id == RERUN_FAILED):
        return needless
    now = replace(wanted, attempt=number(found, "run_attempt") or 1)
    return View(
        title=_TITLES[click.action_id],
        blocks=[section_of(f"Of {_linked(now, found, click, ports)}."), tick(_DEBUG, "Options", _TICKED)],
        callback_id=click.action_id,
        submit="Re-run jobs",
        metadata={VALUE: written(now)},
    )


async def _sent(submission: Submission, ports: Ports) -> Answer:
    found = await acting_on(submission, run, ports)
    if isinstance(found, Reply):
        return found
    actor, wanted = found
    return (await done_once(submission, actor, _rerunning(submission, actor, wanted, ports), ports)).reply


def _rerunning(submission: Submission, actor: Actor, wanted: Run, ports: Ports) -> Deed:
    only_failed, debug = submission.callback_id == RERUN_FAILED, bool(submission.one(_DEBUG))
    jobs = "the failed jobs" if only_failed else "all jobs"
    what = f"re-run {_linked(wanted, {}, submission, ports)}"

    async def perform() -> Performed:
        found = await runs.read(actor, wanted)
        if isinstance(found, Refused | Unreachable):
            return found if isinstance(found, Refused) else await refusal(submission, found, ports, what=what)
        if needless := _needless(wanted, found, submission, ports, only_failed=only_failed, seen=wanted.attempt):
            return needless
        made = await runs.rerun(actor, wanted, only_failed=only_failed, debug=debug)
        return made if isinstance(made, Refused | Unreachable) else found

    async def left(_since: datetime) -> Left:
        return await runs.rerun_after(actor, wanted)

    async def tell(made: Payload) -> Reply:
        with_debug = " with debug logging" if debug else ""
        return to_person(f"Running {jobs} of {_linked(wanted, made, submission, ports)} again{with_debug}.")

    return Deed(
        action="rerun_failed" if only_failed else "rerun",
        target=f"{wanted.repository} run {wanted.run_id}",
        what=what,
        page=wanted.page(ports.ghes_url),
        perform=perform,
        left=left,
        tell=tell,
    )


def _needless(
    wanted: Run, found: Payload, asked: Asked, ports: Ports, *, only_failed: bool, seen: int = 0
) -> Reply | None:
    """Why it isn't run again; `seen`: the attempt that the person saw."""
    name = _linked(wanted, found, asked, ports)
    if text(found, "status") != "completed":
        return to_person(f"{name} is running already. Wait until it has ended; then it can be run again.")
    if seen and (number(found, "run_attempt") or 1) > seen:
        return to_person(f"Somebody has run {name} again meanwhile, so I left it alone. Use the button once more.")
    if only_failed and text(found, "conclusion") == "success":
        return to_person(f"No job of {name} has failed, so there is nothing to run again.")
    return None


def _linked(wanted: Run, found: Payload, asked: Asked, ports: Ports) -> str:
    name = shown((title(text(found, "name"), 100),), asked, ports) or "the workflow"
    of = f" #{number(found, 'run_number')}" if number(found, "run_number") else " run"
    return f"{link(wanted.page(ports.ghes_url), name + of)} in `{wanted.repository}`"


ACTIONS = {RERUN: _form, RERUN_FAILED: _form}
SUBMISSIONS = {RERUN: _sent, RERUN_FAILED: _sent}
OPENS = {word: Opening(title) for word, title in _TITLES.items()}
