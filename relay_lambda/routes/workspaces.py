"""`POST /v1/workspaces` and `/v1/workspaces/remove`: where an agent may speak, and with which token."""

from relay_lambda.answer import Answer, refused
from relay_lambda.confirming import Confirmed, Denied
from relay_lambda.parts import FrontParts
from relay_lambda.replies import conflict, stale
from relay_lambda.request import Request
from relay_lambda.state.workspaces import Registration
from shared.relay_requests import WorkspacePut, place_fields, place_of, workspace_put_of


def put(request: Request, parts: FrontParts) -> Answer:
    """Store a token that Slack confirms, encrypted, beside those of other agents."""
    try:
        asked = workspace_put_of(request.fields)
    except ValueError:
        return refused(400, "no_workspace")
    return parts.replay.once(
        request.use,
        lambda: _registered(asked, request, parts),
        again=lambda: Answer(status=200, body={**place_fields(asked.place), "duplicate": True}),
        other=lambda: conflict(request, parts),
    )


def remove(request: Request, parts: FrontParts) -> Answer:
    """Forget a workspace's token; other agents keep theirs."""
    try:
        place = place_of(request.fields)
    except ValueError:
        return refused(400, "no_workspace")

    def removed() -> Answer:
        if not parts.workspaces.remove(request.agent_id, place, request.claim.timestamp):
            return stale(request, parts)
        parts.log.info("workspace removed", agent=request.agent_id, workspace=place.id)
        return Answer(status=200, body=place_fields(place))

    return parts.replay.once(request.use, removed, again=removed, other=lambda: conflict(request, parts))


def _registered(asked: WorkspacePut, request: Request, parts: FrontParts) -> Answer:
    registering, place = parts.registering(), asked.place
    found = registering.confirming.confirm(place, asked.token)
    if isinstance(found, Denied):
        parts.log.warning("a token isn't confirmed", agent=request.agent_id, workspace=place.id, reason=found.reason)
        return refused(403, "token_not_confirmed", reason=found.reason)
    sealed = registering.sealing.seal(asked.token, agent_id=request.agent_id, place_id=place.id)
    registration = Registration(
        place=place,
        sealed=sealed,
        name=found.name,
        bot_user_id=found.bot_user_id,
        scopes=found.scopes,
        enterprise_id=found.enterprise_id,
        teams=found.teams,
        put_at=request.claim.timestamp,
        token_expires_at=asked.token_expires_at,
    )
    if not parts.workspaces.put(request.agent_id, registration):
        return stale(request, parts)
    parts.log.info("workspace registered", agent=request.agent_id, workspace=place.id, teams=len(found.teams))
    return Answer(status=200, body=_seen(asked, found))


def _seen(asked: WorkspacePut, found: Confirmed) -> dict[str, object]:
    teams = {"teams": list(found.teams)} if asked.place.is_organisation else {}
    return {**place_fields(asked.place), "name": found.name, "bot_user_id": found.bot_user_id, **teams}
