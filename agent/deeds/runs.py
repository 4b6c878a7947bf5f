"""Running workflows again."""

from agent.deeds.things import Run
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from shared.event import Payload, mapping, number

_RUN = "/repos/{owner}/{repo}/actions/runs/{run_id}"


async def read(actor: Actor, run: Run) -> Payload | Refused | Unreachable:
    """The run as it is now, with its newest `run_attempt`."""
    answer = await actor.get(_RUN, run.names)
    return answer if isinstance(answer, Refused | Unreachable) else mapping(answer)


async def rerun(actor: Actor, run: Run, *, only_failed: bool, debug: bool) -> Payload | Refused | Unreachable:
    """Run it again, all of it or its failed jobs with what depends on them; GHES answers with nothing."""
    path = f"{_RUN}/rerun-failed-jobs" if only_failed else f"{_RUN}/rerun"
    answer = await actor.send("POST", path, run.names, {"enable_debug_logging": debug})
    return answer if isinstance(answer, Refused | Unreachable) else mapping(answer)


async def rerun_after(actor: Actor, run: Run) -> Payload | Refused | Unreachable | None:
    """The run, if this person has begun a newer attempt than `run`."""
    found = await read(actor, run)
    if isinstance(found, Refused | Unreachable):
        return found
    is_newer = (number(found, "run_attempt") or 1) > run.attempt
    return found if is_newer and number(found, "triggering_actor", "id") == actor.person.ghes_id else None
