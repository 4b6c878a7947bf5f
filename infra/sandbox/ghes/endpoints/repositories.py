"""Repositories, and what to choose from in them."""

from infra.sandbox.ghes import rights
from infra.sandbox.ghes.answers import Answer, not_found, paged
from infra.sandbox.ghes.gate import Call, RepositoryRoute
from infra.sandbox.ghes.identity import UserIdentity
from infra.sandbox.ghes.render.issues import label_json, milestone_json
from infra.sandbox.ghes.render.people import user_json
from infra.sandbox.ghes.render.repositories import full_repository_json
from infra.sandbox.ghes.repository import Repository


def repository(call: Call, repository: Repository) -> Answer:
    """GET /repos/{o}/{r} and /repositories/{id}."""
    identity = call.identity
    level = rights.level(repository, identity.actor) if isinstance(identity, UserIdentity) else "read"
    return Answer(body=full_repository_json(call.world, repository, level))


def labels(call: Call, repository: Repository) -> Answer:
    """GET …/labels."""
    shown = [label_json(call.world, repository, it) for it in repository.labels.values()]
    return paged(call.request, shown, root=call.world.web_url)


def assignees(call: Call, repository: Repository) -> Answer:
    """GET …/assignees."""
    shown = [user_json(call.world, it) for it in repository.collaborators]
    return paged(call.request, shown, root=call.world.web_url)


def assignee(call: Call, repository: Repository) -> Answer:
    """GET …/assignees/{login}: 204 when this person may be assigned."""
    if call.word("login").lower() in {it.login.lower() for it in repository.collaborators}:
        return Answer(status=204)
    raise not_found()


def milestones(call: Call, repository: Repository) -> Answer:
    """GET …/milestones: the open ones, unless `state` asks for others."""
    state = call.request.query.get("state", "open")
    wanted = [it for it in repository.milestones.values() if state in {"all", it.state}]
    shown = [milestone_json(call.world, repository, it) for it in wanted]
    return paged(call.request, shown, root=call.world.web_url)


READ_ISSUES = (("issues", "read"), ("pull_requests", "read"))

ENDPOINTS = (
    RepositoryRoute(method="GET", path="", answer=repository, needs=(("metadata", "read"),)),
    RepositoryRoute(method="GET", path="/labels", answer=labels, needs=READ_ISSUES),
    RepositoryRoute(method="GET", path="/assignees", answer=assignees, needs=READ_ISSUES),
    RepositoryRoute(method="GET", path="/assignees/{login}", answer=assignee, needs=READ_ISSUES),
    RepositoryRoute(method="GET", path="/milestones", answer=milestones, needs=READ_ISSUES),
)
