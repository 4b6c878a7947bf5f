"""From a request to an endpoint's function: who asks, what may be seen, which permission is needed.

An endpoint is a row of a table: method, path, function, permissions. The functions are plain; the gate has read
the body and found the repository before they run.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from aiohttp import web

from infra.sandbox.ghes.answers import Answer, RefusalError, forbidden, not_found, respond
from infra.sandbox.ghes.apps import App, Installation
from infra.sandbox.ghes.catalogue import RANK
from infra.sandbox.ghes.identity import (
    Anonymous,
    AppIdentity,
    ClientIdentity,
    Identity,
    InstallationIdentity,
    UserIdentity,
    identify,
)
from infra.sandbox.ghes.repository import Level, Repository
from infra.sandbox.ghes.rights import at_least
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

API = "/api/v3"
WORLD = web.AppKey("world", World)
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
    def user(self) -> UserIdentity:
        """The person who asks by a token of his own; 403 for anybody else."""
        if not isinstance(self.identity, UserIdentity):
            raise forbidden()
        return self.identity

    @property
    def client(self) -> App:
        """The App that asks by its secret; 401 for anybody else."""
        if not isinstance(self.identity, ClientIdentity):
            raise RefusalError(401, "Requires authentication")
        return self.identity.app

    @property
    def actor(self) -> Account:
        """In whose name the call acts: the person, or the App's bot."""
        return self.user.actor if isinstance(self.identity, UserIdentity) else self.installation.actor

    def may(self, repository: Repository, level: Level) -> bool:
        """Whether the person has this level in the repository; an App's bot has what its permissions say."""
        return not isinstance(self.identity, UserIdentity) or at_least(repository, self.identity.actor, level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An endpoint outside a repository; `open_` also lets callers without credentials in."""

    method: str
    path: str
    answer: Callable[[Call], Answer]
    open_: Callable[[World], bool] = lambda _world: False


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryRoute:
    """An endpoint below `/repos/{owner}/{repo}`; any one of `needs` is enough, and a person needs the `level` too."""

    method: str
    path: str
    answer: Callable[[Call, Repository], Answer]
    needs: tuple[Need, ...]
    level: Level = "read"


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
                _check_permission(call, repository, endpoint.needs)
                if not call.may(repository, endpoint.level):
                    raise beyond()
                return respond(request, endpoint.answer(call, repository))

    prefixes = ["/repos/{owner}/{repo}", r"/repositories/{repository_id:\d+}"]
    if isinstance(endpoint, Route):
        prefixes = [""]
    return [(endpoint.method, f"{API}{prefix}{endpoint.path}", handler) for prefix in prefixes]


def reaches(identity: InstallationIdentity, repository: Repository) -> bool:
    """Whether the token reaches the repository; a token may be for a part of its installation."""
    chosen = identity.token.repository_ids
    return identity.installation.holds(repository) and (chosen is None or repository.id in chosen)


def installed(world: World, app: App, repository: Repository) -> Installation | None:
    """The App's installation that holds the repository, if there is one and it isn't suspended."""
    for it in world.installations.values():
        if it.app is app and it.holds(repository) and not it.suspended_at:
            return it
    return None


def visible(world: World, identity: Identity, repository: Repository) -> bool:
    """Whether the caller may know that the repository exists."""
    if repository.visibility == "public":
        return True
    match identity:
        case InstallationIdentity():
            return reaches(identity, repository)
        case UserIdentity():
            return bool(installed(world, identity.token.app, repository)) and at_least(
                repository, identity.actor, "read"
            )
        case AppIdentity() | ClientIdentity() | Anonymous():
            return False
        case never:
            assert_never(never)


def _repository(call: Call, *, write: bool) -> Repository:
    repository = named(call)
    if isinstance(call.identity, AppIdentity):
        raise RefusalError(403, "You must authenticate with an installation access token")
    if not visible(call.world, call.identity, repository):
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
        if moved is None or not (isinstance(call.identity, AppIdentity) or visible(call.world, call.identity, moved)):
            raise not_found() from None
    rest = call.request.raw_path[len(f"{API}/repos/{full_name}") :]
    raise moved_to(f"{call.world.web_url}{API}/repositories/{moved.id}{rest}")


def moved_to(url: str) -> RefusalError:
    """301 to the same thing at its present address."""
    refusal = RefusalError(301, "Moved Permanently", headers={"Location": url})
    refusal.answer.body["url"] = url
    return refusal


def beyond() -> RefusalError:
    """The person's level isn't enough."""
    return RefusalError(403, "Must have admin rights to Repository.")


def _check_permission(call: Call, repository: Repository, needs: tuple[Need, ...]) -> None:
    """Raise 403 unless the App may; where it isn't installed what is public can be read, and nothing written."""
    identity = call.identity
    match identity:
        case InstallationIdentity():
            held = identity.token.permissions if reaches(identity, repository) else None
        case UserIdentity():
            found = installed(call.world, identity.token.app, repository)
            held = found.permissions if found else None
        case _:
            raise forbidden()
    if held is None:
        if any(level == "write" for _, level in needs):
            raise forbidden()
        return
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
