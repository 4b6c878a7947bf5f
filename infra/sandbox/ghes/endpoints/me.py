"""The person who asks, and what he and the App share (§4). For people's own tokens."""

from infra.sandbox.ghes.answers import Answer, not_found, paged
from infra.sandbox.ghes.apps import Installation
from infra.sandbox.ghes.gate import Call, Route
from infra.sandbox.ghes.render.installations import installation_json
from infra.sandbox.ghes.render.people import own_user_json, team_json, user_json
from infra.sandbox.ghes.render.repositories import permissions_json, repository_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.rights import granted, owns


def me(call: Call) -> Answer:
    """GET /user."""
    return Answer(body=own_user_json(call.world, call.user.actor))


def installations(call: Call) -> Answer:
    """GET /user/installations: of this App, where the person was given rights; what is open to all doesn't count."""
    shown = [installation_json(call.world, it) for it in _mine(call)]
    return paged(call.request, shown, root=call.world.web_url, key="installations")


def repositories(call: Call) -> Answer:
    """GET /user/installations/{id}/repositories: again those that the person was given rights in."""
    found = next((it for it in _mine(call) if it.id == call.number("installation_id")), None)
    if found is None:
        raise not_found()
    world, person = call.world, call.user.actor
    shown = [
        repository_json(world, it) | {"permissions": permissions_json(granted(it, person))}
        for it in _shared(call, found)
    ]
    key, selection = "repositories", found.selection
    return paged(call.request, shown, root=world.web_url, key=key, repository_selection=selection)


def teams(call: Call) -> Answer:
    """GET /user/teams: in organizations that have the App."""
    world, identity = call.world, call.user
    accounts = [it.account for it in world.installations.values() if it.app is identity.token.app]
    shown = [
        team_json(world, it) | {"organization": user_json(world, it.organization)}
        for it in world.teams.values()
        if identity.actor in it.members and it.organization in accounts
    ]
    return paged(call.request, shown, root=world.web_url)


def _mine(call: Call) -> list[Installation]:
    identity = call.user
    return [
        it
        for it in call.world.installations.values()
        if it.app is identity.token.app and (owns(it.account, identity.actor) or _shared(call, it))
    ]


def _shared(call: Call, installation: Installation) -> list[Repository]:
    person = call.user.actor
    return [it for it in call.world.repositories.values() if installation.holds(it) and granted(it, person) != "none"]


ENDPOINTS = (
    Route(method="GET", path="/user", answer=me),
    Route(method="GET", path="/user/teams", answer=teams),
    Route(method="GET", path="/user/installations", answer=installations),
    Route(method="GET", path=r"/user/installations/{installation_id:\d+}/repositories", answer=repositories),
)
