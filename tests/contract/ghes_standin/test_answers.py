"""How answers look. ghes.md §14 (Answers), §1, §7."""

import json
import re
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.population import add_repository
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.server import Running
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World


async def test_every_answer_is_json_and_names_the_version(bot: Any, nobody: Any) -> None:
    # §14 Answers: "Content-Type: application/json; charset=utf-8 also for Accept: application/vnd.github+json"
    for answer in (
        await bot("GET", "/repos/acme/api", Accept="application/vnd.github+json"),
        await bot("GET", "/repos/acme/nothing"),
        await nobody("GET", "/meta"),
        await bot("GET", "/no/such/endpoint"),
    ):
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        assert answer.headers["X-GitHub-Enterprise-Version"] == "3.19.4"


async def test_every_answer_is_dated_by_the_servers_own_clock(bot: Any, nobody: Any, world: World) -> None:
    # §3: the App signs by the server's time, which it learns from `Date`
    world.skew_s = 412

    answers = [await bot("GET", "/repos/acme/api"), await nobody("GET", "/no/such/endpoint")]

    assert {parsedate_to_datetime(answer.headers["Date"]) for answer in answers} == {world.now()}


async def test_limits_are_off_and_leave_no_headers(bot: Any) -> None:
    # §7: "Rate limits are off by default; without them no X-RateLimit-* headers"
    answer = await bot("GET", "/repos/acme/api")
    limits = await bot("GET", "/rate_limit")

    assert not [it for it in answer.headers if it.lower().startswith("x-ratelimit")]
    assert limits.status == 404


async def test_a_known_etag_gets_304_until_something_changes(
    bot: Any, world: World, api: Repository, ada: Account
) -> None:
    # §14 Answers: "ETag and 304"
    first = await bot("GET", "/repos/acme/api")
    same = await bot("GET", "/repos/acme/api", If_None_Match=first.headers["ETag"])
    happen.star(world, api, by=ada)
    changed = await bot("GET", "/repos/acme/api", If_None_Match=first.headers["ETag"])

    assert (same.status, same.body) == (304, None)
    assert changed.status == 200


async def test_links_are_absolute_and_lead_through_all_pages(bot: Any, world: World, server: Running) -> None:
    # §14 Answers: "absolute Link URLs on its own host"
    for number in range(5):
        add_repository(world, world.account("acme"), f"more-{number}")
    path, names = "/installation/repositories?per_page=3", []

    while path:
        answer = await bot("GET", path)
        names += [it["name"] for it in answer.body["repositories"]]
        found = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        path = found[1] if found else ""
        assert not path or path.startswith(server.api_url)

    assert len(names) == len(set(names)) == 8


async def test_times_are_whole_seconds(bot: Any, clock: Any, world: World, api: Repository, ada: Account) -> None:
    # §14 Answers: "times in whole seconds (…Z)"
    await clock.advance(0.5)
    happen.open_issue(world, api, by=ada)

    raw = json.dumps([(await bot("GET", path)).body for path in ("/repos/acme/api", "/repos/acme/api/issues/1")])

    times = re.findall(r'"(\d{4}-\d\d-\d\dT[^"]+)"', raw)
    assert len(times) > 4
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", it) for it in times)


async def test_an_invalid_field_is_named(bot: Any) -> None:
    # §14 Answers: "422 as message, errors[{resource,field,code}], documentation_url"
    answer = await bot("POST", "/repos/acme/api/issues", {"body": "no title"})

    assert answer.status == 422
    assert answer.body["message"] == "Validation Failed"
    assert answer.body["errors"] == [{"resource": "Issue", "field": "title", "code": "missing_field"}]
    assert answer.body["documentation_url"].startswith("https://docs.github.com/enterprise-server@3.19/")


@pytest.mark.parametrize("sent", [b"{", b"[1]"])
async def test_a_body_that_is_no_object_is_400(
    bot: Any, session: aiohttp.ClientSession, server: Running, sent: bytes
) -> None:
    headers = {"Authorization": bot.authorization()}
    async with session.post(f"{server.api_url}/repos/acme/api/issues", data=sent, headers=headers) as response:
        assert response.status == 400


async def test_a_withdrawn_api_version_is_410(bot: Any, world: World) -> None:
    # §1: "withdrawn version → 410 Gone"; 2026-03-10 "exists only from 3.21" (§0.2)
    future = await bot("GET", "/repos/acme/api", X_GitHub_Api_Version="2026-03-10")
    present = await bot("GET", "/repos/acme/api", X_GitHub_Api_Version="2022-11-28")
    world.withdrawn_api_versions.add("2022-11-28")
    gone = await bot("GET", "/repos/acme/api", X_GitHub_Api_Version="2022-11-28")

    assert (future.status, present.status, gone.status) == (400, 200, 410)


async def test_a_repository_has_all_usual_fields(bot: Any, world: World) -> None:
    # §14 Answers: "all fields of the 3.19 repository … objects"; §9: an internal one has `private: true` [U]
    api = (await bot("GET", "/repos/acme/api")).body
    shared = (await bot("GET", "/repos/acme/shared")).body

    assert api["owner"]["login"] == "acme"
    assert api["html_url"] == f"{world.web_url}/acme/api"
    assert (api["private"], api["visibility"], api["default_branch"]) == (True, "private", "main")
    assert (shared["private"], shared["visibility"]) == (True, "internal")
    assert {"node_id", "has_discussions", "topics", "created_at", "pushed_at", "archived", "permissions"} <= set(api)
