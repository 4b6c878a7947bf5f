"""From a request to an endpoint's function: who asks, what may be seen, which permission is needed.

An endpoint is a row of a table: method, path, function, permissions. The functions are plain; the gate has read
the body and found the repository before they run.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from infra.sandbox.ghes.answers import Answer, RefusalError, forbidden, not_found, respond
from infra.sandbox.ghes.apps import App
from infra.sandbox.ghes.identity import Anonymous, AppIdentity, Identity, InstallationIdentity, identify
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

API = "/api/v3"
WORLD = web.AppKey("world", World)
RANK = {"read": 1, "write": 2, "admin": 3}
Need = tuple[str, str]
"""A permission and its level, `read` or `write`."""
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read; `body` is empty when there is none."""

    world: World
    request: web.Request
    identity: Identity
    body: Body

    def word(self, name: str) -> str:
        """A part of the path."""
        return self.request.match_info[name]

    def number(self, name: str) -> int:
        """A part of the path that the route has made sure is a number."""
        return int(self.request.match_info[name])

    @property
    def app(self) -> App:
        """The App that asks by its JWT; 401 for anybody else."""
        if not isinstance(self.identity, AppIdentity):
            raise RefusalError(401, "A JSON web token could not be decoded")
        return self.identity.app

    @property
    def installation(self) -> InstallationIdentity:
        """The installation that asks; 403 for anybody else."""
        if not isinstance(self.identity, InstallationIdentity):
            raise RefusalError(403, "You must authenticate with an installation access token")
        return self.identity

    @property
    def actor(self) -> Account:
        """In whose name the call acts."""
        return self.installation.actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An endpoint outside a repository; `open_` also lets callers without credentials in."""

    method: str
    path: str
    answer: Callable[[Call], Answer]
    open_: Callable[[World], bool] = lambda _world: False


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryRoute:
    """An endpoint below `/repos/{owner}/{repo}`; any one of `needs` is enough."""

    method: str
    path: str
    answer: Callable[[Call, Repository], Answer]
    needs: tuple[Need, ...]


Endpoint = Route | RepositoryRoute
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def mounted(endpoint: Endpoint) -> list[tuple[str, str, Handler]]:
    """Return method, full path and aiohttp handler: what is in a repository is found by name and by id."""

    async def handler(request: web.Request) -> web.Response:
        world = request.app[WORLD]
        authorization = request.headers.get("Authorization", "")
        is_open = isinstance(endpoint, Route) and endpoint.open_(world)
        identity = Anonymous() if is_open and not authorization else identify(world, authorization)
        call = Call(world=world, request=request, identity=identity, body=await _body(request))
        match endpoint:
            case Route():
                return respond(request, endpoint.answer(call))
            case RepositoryRoute():
                repository = _repository(call, write=request.method != "GET")
                _check_permission(call.identity, repository, endpoint.needs)
                return respond(request, endpoint.answer(call, repository))

    prefixes = ["/repos/{owner}/{repo}", r"/repositories/{repository_id:\d+}"]
    if isinstance(endpoint, Route):
        prefixes = [""]
    return [(endpoint.method, f"{API}{prefix}{endpoint.path}", handler) for prefix in prefixes]


def reaches(identity: InstallationIdentity, repository: Repository) -> bool:
    """Whether the token reaches the repository; a token may be for a part of its installation."""
    chosen = identity.token.repository_ids
    return identity.installation.holds(repository) and (chosen is None or repository.id in chosen)


def visible(identity: Identity, repository: Repository) -> bool:
    """Whether the caller may know that the repository exists."""
    return repository.visibility == "public" or (
        isinstance(identity, InstallationIdentity) and reaches(identity, repository)
    )


def _repository(call: Call, *, write: bool) -> Repository:
    repository = named(call)
    if isinstance(call.identity, AppIdentity):
        raise RefusalError(403, "You must authenticate with an installation access token")
    if not visible(call.identity, repository):
        raise not_found()
    if write and repository.archived:
        raise RefusalError(403, "Repository was archived so is read-only.")
    return repository


def named(call: Call) -> Repository:
    """The repository of the path, by name or by id; one that has moved raises 301, an unknown one 404."""
    if "repository_id" in call.request.match_info:
        found = call.world.repositories.get(call.number("repository_id"))
        if found is None:
            raise not_found()
        return found
    full_name = f"{call.word('owner')}/{call.word('repo')}"
    try:
        return call.world.repository(full_name)
    except KeyError:
        moved = call.world.repositories.get(call.world.former_names.get(full_name.lower(), 0))
        if moved is None or not (isinstance(call.identity, AppIdentity) or visible(call.identity, moved)):
            raise not_found() from None
    rest = call.request.raw_path[len(f"{API}/repos/{full_name}") :]
    raise moved_to(f"{call.world.web_url}{API}/repositories/{moved.id}{rest}")


def moved_to(url: str) -> RefusalError:
    """301 to the same thing at its present address."""
    refusal = RefusalError(301, "Moved Permanently", headers={"Location": url})
    refusal.answer.body["url"] = url
    return refusal


def _check_permission(identity: Identity, repository: Repository, needs: tuple[Need, ...]) -> None:
    if not isinstance(identity, InstallationIdentity):
        raise forbidden()
    if not reaches(identity, repository):
        if any(level == "write" for _, level in needs):
            raise forbidden()
        return
    held = identity.token.permissions
    if not any(RANK.get(held.get(name, ""), 0) >= RANK[level] for name, level in needs):
        raise forbidden()


async def _body(request: web.Request) -> Body:
    raw = await request.read()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise RefusalError(400, "Problems parsing JSON") from None
    if not isinstance(body, dict):
        raise RefusalError(400, "Body should be a JSON object")
    return body
