from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from aiohttp import web

from agent.ghes.answers import Unreachable
from agent.ghes.app_auth import App
from agent.ghes.installations import Installations
from agent.ghes.repositories import Found, NotFound, NotInstalled, Owner, Repositories, Suspended

Answers = Mapping[str, tuple[int, Any]]
RepositoriesAt = Callable[[Answers], Awaitable[Repositories]]

ACME = {"id": 3, "account": {"id": 30, "login": "Acme", "type": "Organization"}, "repository_selection": "all"}
TOKEN = (201, {"token": "ghs_1", "expires_at": "2099-01-01T00:00:00Z"})
API = {"id": 9, "name": "Api", "full_name": "Acme/Api", "owner": {"id": 30, "login": "Acme"}, "visibility": "internal"}


@pytest.fixture
def repositories_at(
    serve: Callable[[web.Application], Awaitable[str]],
    app_at: Callable[[str], App],
    installations_at: Callable[[str], Installations],
) -> RepositoriesAt:
    """The port before a server that gives these answers by path, and 404 for the rest."""

    async def at(answers: Answers) -> Repositories:
        async def answer(request: web.Request) -> web.Response:
            status, body = answers.get(request.path.removeprefix("/api/v3"), (404, {"message": "Not Found"}))
            return web.json_response(body, status=status)

        application = web.Application()
        application.router.add_route("*", "/{path:.*}", answer)
        url = await serve(application)
        return Repositories(app=app_at(url), installations=installations_at(url))

    return at


async def test_a_repository_is_found_under_the_name_that_ghes_gives_it(repositories_at: RepositoriesAt) -> None:
    repositories = await repositories_at(
        {
            "/repos/acme/api/installation": (200, ACME),
            "/app/installations/3/access_tokens": TOKEN,
            "/repos/acme/api": (200, API),
        }
    )

    found = await repositories.find("acme", "api")

    assert isinstance(found, Found)
    assert (found.repository.id, found.repository.full_name, found.installation_id) == (9, "Acme/Api", 3)
    assert found.repository.open_to_all


async def test_an_owner_without_the_app_is_not_installed(repositories_at: RepositoriesAt) -> None:
    repositories = await repositories_at({})

    assert await repositories.find("acme", "api") == NotInstalled(owner="acme", settings_url="")
    assert await repositories.find_owner("acme") == NotInstalled(owner="acme", settings_url="")


async def test_a_repository_that_was_not_selected_names_where_to_select_it(repositories_at: RepositoriesAt) -> None:
    selected = {**ACME, "repository_selection": "selected", "html_url": "https://ghes.example.com/settings/3"}
    repositories = await repositories_at({"/orgs/acme/installation": (200, selected)})

    answer = await repositories.find("acme", "api")

    assert answer == NotInstalled(owner="Acme", settings_url="https://ghes.example.com/settings/3")


async def test_a_name_that_nothing_has_is_not_found(repositories_at: RepositoriesAt) -> None:
    repositories = await repositories_at({"/orgs/acme/installation": (200, ACME)})

    assert await repositories.find("acme", "tpyo") == NotFound(owner="Acme", name="tpyo")


async def test_a_repository_that_vanishes_between_two_questions_is_not_found(repositories_at: RepositoriesAt) -> None:
    repositories = await repositories_at(
        {"/repos/acme/api/installation": (200, ACME), "/app/installations/3/access_tokens": TOKEN}
    )

    assert await repositories.find("acme", "api") == NotFound(owner="acme", name="api")


async def test_a_suspended_app_is_told_apart(repositories_at: RepositoriesAt) -> None:
    suspended = (200, {**ACME, "suspended_at": "2026-11-22T09:00:00Z"})
    by_repository = await repositories_at({"/repos/acme/api/installation": suspended})
    by_owner = await repositories_at({"/orgs/acme/installation": suspended})

    assert await by_repository.find("acme", "api") == Suspended(owner="Acme")
    assert await by_owner.find("acme", "api") == Suspended(owner="Acme")
    assert await by_owner.find_owner("acme") == Suspended(owner="Acme")


@pytest.mark.parametrize(("path", "kind"), [("orgs", "Organization"), ("users", "User")])
async def test_an_owner_is_an_organisation_or_a_user(repositories_at: RepositoriesAt, path: str, kind: str) -> None:
    installation = {**ACME, "account": {"id": 30, "login": "Acme", "type": kind}}
    repositories = await repositories_at({f"/{path}/acme/installation": (200, installation)})

    assert await repositories.find_owner("acme") == Owner(id=30, login="Acme", kind=kind, installation_id=3)


@pytest.mark.parametrize(
    "answers",
    [
        {"/repos/acme/api/installation": (401, {"message": "Bad credentials"})},
        {"/orgs/acme/installation": (403, {"message": "no"})},
        {"/repos/acme/api/installation": (200, ACME), "/app/installations/3/access_tokens": (403, {})},
        {
            "/repos/acme/api/installation": (200, ACME),
            "/app/installations/3/access_tokens": TOKEN,
            "/repos/acme/api": (200, {}),
        },
        {"/repos/acme/api/installation": (502, {}), "/orgs/acme/installation": (502, {})},
    ],
)
async def test_whatever_else_goes_wrong_is_a_value_with_its_reason(
    repositories_at: RepositoriesAt, answers: Answers
) -> None:
    answer = await (await repositories_at(answers)).find("acme", "api")

    assert isinstance(answer, Unreachable)
    assert answer.reason.startswith("GitHub Enterprise ")


@pytest.mark.parametrize("answer", [(401, {"message": "Bad credentials"}), (502, {}), (200, {"id": 3})])
async def test_an_owner_that_cannot_be_looked_up_is_a_value(
    repositories_at: RepositoriesAt, answer: tuple[int, Any]
) -> None:
    repositories = await repositories_at({"/orgs/acme/installation": answer})

    assert isinstance(await repositories.find_owner("acme"), Unreachable)


async def test_a_name_cannot_leave_its_place_in_the_path(repositories_at: RepositoriesAt) -> None:
    repositories = await repositories_at({"/repos/acme/api/installation": (200, ACME)})

    assert await repositories.find("x/../acme", "api") == NotInstalled(owner="x/../acme", settings_url="")
