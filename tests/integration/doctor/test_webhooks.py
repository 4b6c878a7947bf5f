"""What `ghe-slack doctor` finds out about the way from GHES to the agent."""

from pathlib import Path
from typing import Any

import pytest

from agent import app
from agent.examining.findings import Level
from infra.sandbox.addresses import free_port
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.apps import Delivery, Guid
from infra.sandbox.system import Standins

AGENT = "https://agent.corp.example"


def note(world: Standins, status_code: int, status: str = "") -> None:
    """Have the log of GHES show an attempt, newer than those before."""
    number = world.ghes.next_id()
    world.ghes.app.deliveries.append(
        Delivery(
            id=number,
            guid=Guid(f"guid-{number}"),
            delivered_at=world.ghes.now(),
            redelivery=False,
            duration_s=0.1,
            status=status or ("OK" if status_code == 202 else f"Invalid HTTP Response: {status_code}"),
            status_code=status_code,
            event="issues",
            action="opened",
            installation_id=None,
            repository_id=None,
            url=world.ghes.app.hook.url,
            request_headers={},
            body=b"{}",
            response_headers={},
            response_body="",
        )
    )


async def test_webhooks_that_go_elsewhere_are_a_failure(world: Standins, examine: Any) -> None:
    world.ghes.app.hook.url = "https://old.corp.example/webhooks/github"

    finding = (await examine(AGENT_URL=AGENT)).one("webhook-address")

    assert finding.level is Level.FAILURE
    assert finding.says == (
        "GHES sends webhooks to https://old.corp.example/webhooks/github, not to "
        "https://agent.corp.example/webhooks/github."
    )


async def test_every_part_of_the_hook_is_looked_at(world: Standins, examine: Any) -> None:
    world.point_hooks_at(AGENT)
    hook = world.ghes.app.hook
    hook.content_type, hook.insecure_ssl, hook.secret = "form", "1", ""

    found = (await examine(AGENT_URL=AGENT, GHES_WEBHOOK_SECRET="s3cret")).of("webhook-address")

    assert [finding.level for finding in found] == [Level.FAILURE, Level.WARNING, Level.FAILURE]
    assert "as form, and we read JSON" in found[0].says
    assert "doesn't check our certificate" in found[1].says
    assert "has no secret" in found[2].says


async def test_a_hook_that_leads_to_us_is_well(world: Standins, examine: Any) -> None:
    world.point_hooks_at(AGENT)
    note(world, 202)

    found = await examine(AGENT_URL=AGENT)

    assert found.one("webhook-address").says == f"GHES sends webhooks to {AGENT}/webhooks/github."
    assert found.one("webhook-deliveries").says == "The last webhook arrived."


async def test_an_empty_log_proves_nothing(examine: Any) -> None:
    finding = (await examine()).one("webhook-deliveries")

    assert finding.level is Level.WARNING
    assert finding.says == "GHES has sent no webhook in the last seven days."


@pytest.mark.parametrize(
    ("status_code", "status", "said"),
    [
        (401, "", "were refused by the agent (401): GHES signs them with another secret"),
        (403, "", "the server calls itself by another name"),
        (404, "", f"found nobody at {AGENT}/webhooks/github (404)"),
        (503, "", "were turned away by the agent (503)"),
        (502, "", "were answered by something between (Invalid HTTP Response: 502)"),
        (302, "", "were sent on to another address (Invalid HTTP Response: 302)"),
        (0, "timed out", f"GHES can't reach {AGENT} (timed out)"),
        (502, "failed to connect to host", f"GHES can't reach {AGENT} (502 failed to connect to host)"),
        (0, "", f"GHES can't reach {AGENT}"),
        (0, "x509: certificate signed by unknown authority", "GHES doesn't trust the agent's certificate"),
    ],
)
async def test_each_way_of_not_arriving_has_its_sentence(
    world: Standins, examine: Any, status_code: int, status: str, said: str
) -> None:
    for _ in range(3):
        note(world, status_code, status)

    finding = (await examine(AGENT_URL=AGENT)).one("webhook-deliveries")

    assert finding.level is Level.FAILURE
    assert finding.says.startswith("The last 3 webhooks ")
    assert said in finding.says


@pytest.mark.parametrize("status", ["timed out", "failed to connect to host"])
async def test_what_never_arrives_has_a_sentence_for_the_network_team(
    world: Standins, examine: Any, status: str
) -> None:
    note(world, 0, status)

    finding = (await examine(AGENT_URL=AGENT)).one("webhook-deliveries")

    assert "agent.corp.example, port 443" in finding.network
    assert "own outbound proxy" in finding.network


async def test_the_newest_attempt_decides(world: Standins, examine: Any) -> None:
    note(world, 401)
    note(world, 202)
    recovered = (await examine()).one("webhook-deliveries")

    note(world, 503)
    broken = (await examine()).one("webhook-deliveries")

    assert recovered.level is Level.OK
    assert "of the last 2, 1 didn't" in recovered.says
    assert broken.level is Level.FAILURE
    assert broken.says.startswith("The newest webhooks were turned away")


async def test_an_agent_with_another_secret_is_found_out_by_what_it_answered(
    world: Standins, clock: DrivenClock, examine: Any, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{free_port('127.0.0.1')}"
    given = {"AGENT_LISTEN": url.removeprefix("http://"), "AGENT_URL": url, "GHES_WEBHOOK_SECRET": "another"}
    async with app.running(world.settings(tmp_path, **given), clock):
        world.point_hooks_at(url)
        happen.open_issue(world.ghes, world.ghes.repository("acme/api"), by=world.ghes.account("ada"))
        await world.ghes.delivered()

        found = await examine(**given)

    assert found.one("running-agent").level is Level.OK
    assert "GHES signs them with another secret than GHES_WEBHOOK_SECRET" in found.one("webhook-deliveries").says
