"""The client library works against the stand-in as it is. ghes.md §11, §13."""

from typing import Any

import aiohttp
import gidgethub
import pytest
from gidgethub import sansio
from gidgethub.aiohttp import GitHubAPI

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.faults import PrimaryLimit, SecondaryLimit
from infra.sandbox.ghes.population import add_repository
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.server import Running
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World


@pytest.fixture
def client(session: aiohttp.ClientSession, server: Running, bot: Any) -> GitHubAPI:
    token = bot.authorization().removeprefix("Bearer ")
    return GitHubAPI(session, "the test", oauth_token=token, base_url=server.api_url)


async def test_it_reads_writes_and_pages(client: GitHubAPI, world: World) -> None:
    for number in range(40):
        add_repository(world, world.account("acme"), f"more-{number}")

    made = await client.post("/repos/acme/api/issues", data={"title": "It leaks"})
    read = await client.getitem("/repos/acme/api/issues/1")
    names = [it["name"] async for it in client.getiter("/installation/repositories", iterable_key="repositories")]

    assert made["id"] == read["id"]
    assert len(names) == 43


async def test_it_reads_the_delivery_log_by_its_links(
    session: aiohttp.ClientSession, server: Running, signed: Any, world: World, api: Repository, ada: Account
) -> None:
    client = GitHubAPI(session, "the test", base_url=server.api_url)
    for _ in range(7):
        happen.star(world, api, by=ada)
    await world.delivered()

    listed = [it["id"] async for it in client.getiter("/app/hook/deliveries?per_page=2", jwt=signed())]

    assert len(listed) == 7


async def test_it_names_what_went_wrong(client: GitHubAPI, world: World, api: Repository, ada: Account) -> None:
    # §13: "Secondary limit raises BadRequest, primary RateLimitExceeded; create without title → InvalidField (422)"
    with pytest.raises(gidgethub.InvalidField):
        await client.post("/repos/acme/api/issues", data={})
    world.faults.append(PrimaryLimit())
    with pytest.raises(gidgethub.RateLimitExceeded):
        await client.getitem("/users/ada")
    world.faults.append(SecondaryLimit())
    with pytest.raises(gidgethub.BadRequest):
        await client.getitem("/users/grace")
    happen.rename_repository(world, api, "core", by=ada)
    with pytest.raises(gidgethub.BadRequest):
        await client.getitem("/repos/globex/secret")


async def test_it_accepts_our_webhooks(
    server: Running, receiver: Any, world: World, api: Repository, ada: Account
) -> None:
    # §5: "valid passes; one byte added → ValidationFailure"
    happen.open_issue(world, api, by=ada)
    await world.delivered()

    head, body = receiver.heads[0], receiver.bodies[0]
    event = sansio.Event.from_http({k.lower(): v for k, v in head.items()}, body, secret=world.app.hook.secret)

    assert (event.event, event.data["action"]) == ("issues", "opened")
    assert event.data["issue"]["url"].startswith(server.api_url)
    with pytest.raises(gidgethub.ValidationFailure):
        sansio.Event.from_http(head, body + b" ", secret=world.app.hook.secret)
