"""How webhooks are sent. ghes.md §5, §6, §7, §14 (Webhooks)."""

import asyncio
import hashlib
import hmac
import json
from typing import Any
from uuid import UUID

import pytest

from infra.sandbox.concessions import STRICT
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.server import Running
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import Switches, World


async def arrived(receiver: Any, count: int = 1) -> None:
    while len(receiver.heads) < count:
        await settle()


async def test_a_webhook_carries_all_headers(
    server: Running, receiver: Any, world: World, api: Repository, ada: Account
) -> None:
    # §5 Headers
    happen.open_issue(world, api, by=ada)
    await world.delivered()

    head = receiver.heads[0]
    assert head["X-GitHub-Event"] == "issues"
    assert str(UUID(head["X-GitHub-Delivery"])) == head["X-GitHub-Delivery"]
    assert head["X-GitHub-Hook-ID"] == str(world.app.hook.id)
    assert head["X-GitHub-Hook-Installation-Target-ID"] == str(world.app.id)
    assert head["X-GitHub-Hook-Installation-Target-Type"] == "integration"
    assert head["X-GitHub-Enterprise-Host"] == "127.0.0.1"
    assert head["X-GitHub-Enterprise-Version"] == "3.19.4"
    assert head["User-Agent"].startswith("GitHub-Hookshot/")
    assert head["Content-Type"] == "application/json"
    assert server.url in json.loads(receiver.bodies[0])["issue"]["html_url"]


async def test_the_switch_puts_the_port_into_the_host(
    server: Running, receiver: Any, world: World, api: Repository, ada: Account
) -> None:
    # §5: "the header is a host name, with or without a port [U]"
    world.switches = Switches(host_with_port=True)

    happen.star(world, api, by=ada)
    await world.delivered()

    assert receiver.heads[0]["X-GitHub-Enterprise-Host"] == server.url.removeprefix("http://")


@pytest.mark.usefixtures("server")
async def test_the_signature_is_that_of_an_independent_computation(
    receiver: Any, world: World, api: Repository, ada: Account
) -> None:
    # §14 Webhooks: "valid X-Hub-Signature-256"
    happen.open_issue(world, api, by=ada, title="Grün & <rot> 🚰")
    await world.delivered()

    expected = hmac.new(world.app.hook.secret.encode(), receiver.bodies[0], hashlib.sha256).hexdigest()
    assert receiver.heads[0]["X-Hub-Signature-256"] == f"sha256={expected}"


@pytest.mark.usefixtures("server")
async def test_no_two_events_share_a_guid(receiver: Any, world: World, api: Repository, ada: Account) -> None:
    # §14 Webhooks: "a true GUID per delivery (kept on redelivery; no two alike)"
    happen.open_issue(world, api, by=ada, labels=["bug", "documentation"])
    await world.delivered()

    assert receiver.events == ["issues.opened", "issues.labeled", "issues.labeled"]
    assert len({it["X-GitHub-Delivery"] for it in receiver.heads}) == 3


@pytest.mark.usefixtures("server")
async def test_only_subscribed_events_of_reached_repositories_are_sent(
    receiver: Any, world: World, ada: Account
) -> None:
    installation = next(iter(world.installations.values()))
    installation.events.remove("star")

    happen.star(world, world.repository("acme/api"), by=ada)
    happen.open_issue(world, world.repository("globex/site"), by=ada)
    happen.publish_release(world, world.repository("acme/docs"), by=ada)
    await world.delivered()

    assert {it.partition(".")[0] for it in receiver.events} == {"release"}


@pytest.mark.usefixtures("receiver")
async def test_a_loopback_hook_is_refused_without_the_concession(
    as_app: Any, world: World, api: Repository, ada: Account
) -> None:
    # §7: "localhost / 127.0.0.1 are refused as hook URL"
    world.concessions = STRICT

    for url in ("http://localhost:8080/hook", "http://127.0.0.1/hook", "https://agent.localhost/hook", "http://[::1]/"):
        answer = await as_app("PATCH", "/app/hook/config", {"url": url})
        assert answer.status == 422
        assert answer.body["errors"][0]["field"] == "url"
    happen.star(world, api, by=ada)
    await world.delivered()

    assert (await as_app("PATCH", "/app/hook/config", {"url": "https://agent.example.com/hook"})).status == 200
    assert "localhost" in world.app.deliveries[0].status


async def test_the_config_changes_the_secret_and_never_shows_it(
    as_app: Any, receiver: Any, world: World, api: Repository, ada: Account
) -> None:
    # §5: "PATCH /app/hook/config (JWT) changes url, secret, insecure_ssl"
    changed = await as_app("PATCH", "/app/hook/config", {"secret": "next"})
    happen.star(world, api, by=ada)
    await world.delivered()

    expected = hmac.new(b"next", receiver.bodies[0], hashlib.sha256).hexdigest()
    assert changed.body["secret"] == "********"
    assert (await as_app("GET", "/app/hook/config")).body["url"] == receiver.url
    assert receiver.heads[0]["X-Hub-Signature-256"] == f"sha256={expected}"


async def test_a_failure_is_logged_and_never_sent_again_by_itself(
    as_app: Any, receiver: Any, world: World, clock: DrivenClock, api: Repository, ada: Account
) -> None:
    # §5: "No automatic redelivery"; §6: status=failure matches status_code 400-599
    receiver.status = 503
    happen.open_issue(world, api, by=ada)
    await world.delivered()
    await clock.advance(24 * 3600, step_s=3600)

    failed = await as_app("GET", "/app/hook/deliveries?status=failure")

    assert len(receiver.heads) == 1
    (row,) = failed.body
    assert (row["status_code"], row["event"], row["action"]) == (503, "issues", "opened")
    assert (row["repository_id"], row["redelivery"]) == (api.id, False)
    assert row["guid"] == receiver.heads[0]["X-GitHub-Delivery"]


async def test_a_redelivery_keeps_guid_and_payload(
    as_app: Any, receiver: Any, world: World, api: Repository, ada: Account
) -> None:
    # §14 Answers: "rerun, cancel and attempts answer an empty JSON object"; §5: GUID "the same on redelivery"
    happen.open_issue(world, api, by=ada)
    await world.delivered()
    first = (await as_app("GET", "/app/hook/deliveries")).body[0]

    attempted = await as_app("POST", f"/app/hook/deliveries/{first['id']}/attempts")
    await world.delivered()

    listed = (await as_app("GET", "/app/hook/deliveries")).body
    assert (attempted.status, attempted.body) == (202, {})
    assert receiver.bodies[0] == receiver.bodies[1]
    assert receiver.heads[0]["X-GitHub-Delivery"] == receiver.heads[1]["X-GitHub-Delivery"]
    assert [it["redelivery"] for it in listed] == [True, False]
    assert listed[0]["id"] != first["id"]


async def test_one_delivery_shows_request_and_response(
    as_app: Any, receiver: Any, world: World, api: Repository, ada: Account
) -> None:
    # §6: "GET /app/hook/deliveries/{id} adds request{headers,payload} and response"
    happen.open_issue(world, api, by=ada)
    await world.delivered()
    listed = (await as_app("GET", "/app/hook/deliveries")).body

    one = (await as_app("GET", f"/app/hook/deliveries/{listed[0]['id']}")).body

    assert one["request"]["payload"] == json.loads(receiver.bodies[0])
    assert one["request"]["headers"]["X-GitHub-Delivery"] == one["guid"]
    assert json.loads(one["response"]["payload"]) == {"id": "x"}
    assert (await as_app("GET", "/app/hook/deliveries/1")).status == 404


async def test_the_log_is_read_by_cursor_newest_first(
    as_app: Any, world: World, server: Running, api: Repository, ada: Account
) -> None:
    # §6: "newest first, next page from Link"
    for number in range(5):
        happen.open_issue(world, api, by=ada, title=str(number))
    await world.delivered()

    first = await as_app("GET", "/app/hook/deliveries?per_page=3")
    link = first.headers["Link"]
    second = await as_app("GET", link[link.index("<") + 1 : link.index(">")])

    ids = [it["id"] for it in first.body + second.body]
    assert link.startswith(f"<{server.api_url}/app/hook/deliveries?")
    assert "cursor=v1_" in link
    assert ids == sorted(ids, reverse=True)
    assert (len(first.body), len(second.body)) == (3, 2)
    assert "Link" not in second.headers
    assert (await as_app("GET", "/app/hook/deliveries?cursor=nonsense")).status == 422


async def test_the_log_is_kept_for_seven_days(
    as_app: Any, world: World, clock: DrivenClock, api: Repository, ada: Account
) -> None:
    # §5: "log 7 days on GHES"
    happen.star(world, api, by=ada)
    await world.delivered()
    kept = []
    for wait_s in (7 * 86400 - 60, 120):
        await clock.advance(wait_s, step_s=86400)
        kept.append(len((await as_app("GET", "/app/hook/deliveries")).body))

    assert kept == [1, 0]


@pytest.mark.parametrize("code", [0, 502])
async def test_a_refused_connection_is_logged_under_the_switched_code(
    as_app: Any, world: World, api: Repository, ada: Account, code: int
) -> None:
    # §6: "refused connections and timeouts may be missed (their status_code is unknown [U])"
    world.switches = Switches(refused_status_code=code)
    world.app.hook.url = "http://127.0.0.1:9/hook"

    happen.star(world, api, by=ada)
    await world.delivered()

    all_ = (await as_app("GET", "/app/hook/deliveries")).body
    failed = (await as_app("GET", "/app/hook/deliveries?status=failure")).body
    assert [it["status_code"] for it in all_] == [code]
    assert len(failed) == (1 if code else 0)


@pytest.mark.usefixtures("server")
async def test_a_receiver_has_thirty_seconds(
    receiver: Any, world: World, clock: DrivenClock, api: Repository, ada: Account
) -> None:
    # §5: "2xx within 30 s on GHES"
    receiver.hold = asyncio.Event()
    world.switches = Switches(timeout_status_code=504)

    happen.star(world, api, by=ada)
    await arrived(receiver)
    await clock.advance(29.5)
    early = len(world.app.deliveries)
    await clock.advance(1)
    await world.delivered()

    assert early == 0
    assert [(it.status, it.status_code, it.ok) for it in world.app.deliveries] == [("timed out", 504, False)]


@pytest.mark.usefixtures("server")
async def test_over_25_mb_nothing_is_sent_nor_logged(
    receiver: Any, world: World, api: Repository, ada: Account
) -> None:
    # §5: "Cap 25 MB: a bigger event is not sent at all"
    happen.open_issue(world, api, by=ada, body="x" * 24 * 2**20)
    happen.open_issue(world, api, by=ada, body="x" * 25 * 2**20)
    await world.delivered()

    assert receiver.events == ["issues.opened"]
    assert len(world.app.deliveries) == 1


@pytest.mark.usefixtures("server")
async def test_the_modes_send_twice_turned_and_late(
    receiver: Any, world: World, clock: DrivenClock, api: Repository, ada: Account
) -> None:
    # §14 Webhooks: "modes for duplicates, wrong order, late delivery"
    world.modes.twice = True
    happen.star(world, api, by=ada)
    await world.delivered()
    world.modes.twice, world.modes.reverse = False, 2
    issue = happen.open_issue(world, api, by=ada)
    happen.close(world, api, issue, by=ada)
    await world.delivered()
    world.modes.reverse, world.modes.late_s = 0, 60
    happen.reopen(world, api, issue, by=ada)
    await settle()
    await clock.advance(59)
    early = list(receiver.events)
    await clock.advance(1)
    await world.delivered()

    assert early == ["star.created", "star.created", "issues.closed", "issues.opened"]
    assert receiver.events[4:] == ["issues.reopened"]
    assert receiver.heads[0]["X-GitHub-Delivery"] == receiver.heads[1]["X-GitHub-Delivery"]


async def test_what_is_done_by_rest_is_told_by_webhook(bot: Any, receiver: Any, world: World) -> None:
    created = await bot("POST", "/repos/acme/api/issues", {"title": "By REST"})
    await world.delivered()

    payload = receiver.payload("issues.opened")
    assert payload["issue"]["number"] == created.body["number"]
    assert (payload["sender"]["login"], payload["sender"]["type"]) == ("ghes-slack[bot]", "Bot")
