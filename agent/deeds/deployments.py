"""Approving and rejecting deployments to protected environments."""

from collections.abc import Sequence

from agent.deeds.things import Waiting
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from shared.event import Payload, items, number, text

_PENDING = "/repos/{owner}/{repo}/actions/runs/{run_id}/pending_deployments"
_HISTORY = "/repos/{owner}/{repo}/actions/runs/{run_id}/approvals"


async def pending(actor: Actor, waiting: Waiting) -> Sequence[Payload] | Refused | Unreachable:
    """What still waits, with `environment.id` and `current_user_can_approve`; webhooks have neither."""
    answer = await actor.get(_PENDING, waiting.names)
    if isinstance(answer, Refused | Unreachable):
        return answer
    found = items({"items": answer}, "items")
    return [each for each in found if waiting.environment in {"", text(each, "environment", "name")}]


async def reviewed(
    actor: Actor, waiting: Waiting, environment_ids: Sequence[int], state: str, comment: str
) -> Payload | Refused | Unreachable:
    """Answer; `state` is `approved` or `rejected`. The caller must be a required reviewer, else GHES says 422."""
    body = {"environment_ids": list(environment_ids), "state": state, "comment": comment}
    answer = await actor.send("POST", _PENDING, waiting.names, body)
    return answer if isinstance(answer, Refused | Unreachable) else {}


async def answered(actor: Actor, waiting: Waiting, state: str) -> Payload | Refused | Unreachable | None:
    """The person's own answer, if nothing that they could answer waits any more; not what somebody else has said.

    The history has no times: an answer to an earlier attempt of the run looks the same.
    """
    found = await pending(actor, waiting)
    if isinstance(found, Refused | Unreachable):
        return found
    if any(each.get("current_user_can_approve") for each in found):
        return None
    history = await actor.get(_HISTORY, waiting.names)
    if isinstance(history, Refused | Unreachable):
        return history
    mine = (
        each
        for each in items({"items": history}, "items")
        if text(each, "state") == state and number(each, "user", "id") == actor.person.ghes_id
    )
    return next((each for each in mine if _is_about(each, waiting)), None)


def _is_about(review: Payload, waiting: Waiting) -> bool:
    names = {text(each, "name") for each in items(review, "environments")}
    return not waiting.environment or waiting.environment in names
