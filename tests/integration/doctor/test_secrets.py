"""Nothing that `ghe-slack doctor` prints or logs holds a secret, however much is wrong."""

import logging
from typing import Any

import pytest
from structlog.testing import capture_logs

from agent.examining.report import as_json
from infra.sandbox import connect_proxy
from infra.sandbox.ghes.population import new_keys
from infra.sandbox.system import Standins

MARK = "m4rked"
SECRETS = {
    "SLACK_APP_TOKEN": f"xapp-1-A0-{MARK}",
    "SLACK_BOT_TOKEN": f"xoxb-{MARK}",
    "SLACK_CLIENT_SECRET": f"{MARK}-client",
    "GHES_CLIENT_SECRET": f"{MARK}-ghes",
    "GHES_WEBHOOK_SECRET": f"{MARK}-hook",
    "AGENT_ADMIN_PASSWORD": f"{MARK}-admin",
}


def traces(caplog: pytest.LogCaptureFixture, logs: list[Any], found: Any) -> str:
    return f"{as_json(found.all)} {found!r} {caplog.text} {logs}"


async def test_with_everything_wrong_no_secret_is_told(
    world: Standins, examine: Any, caplog: pytest.LogCaptureFixture
) -> None:
    world.ghes.app.hook.url = f"https://user:{MARK}@old.example/webhooks/github"
    database = f"postgresql://agent:{MARK}@127.0.0.1:9/ghe"
    key = "TOFDYBsGfEsEYpyJ4Y6DNAmvMyCDEeKT55EyC6OFnOM="

    with caplog.at_level(logging.DEBUG), capture_logs() as logs:
        found = await examine(**SECRETS, AGENT_DATABASE_URL=database, AGENT_SECRET_KEYS=key)
        unsigned = await examine(**SECRETS, GHES_PRIVATE_KEY=new_keys().private_pem)

    said = traces(caplog, logs, found) + traces(caplog, logs, unsigned)
    assert {"app-token", "workspaces", "store", "webhook-address"} <= found.failed()
    for secret in (MARK, key, "PRIVATE KEY", "eyJ"):
        assert secret not in said


async def test_when_all_is_well_no_secret_is_told_either(
    world: Standins, examine: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with connect_proxy.running(connect_proxy.Rules(user="corp", password=MARK)) as proxy:
        with caplog.at_level(logging.DEBUG), capture_logs() as logs:
            found = await examine(HTTPS_PROXY=proxy.url, AGENT_ADMIN_PASSWORD=f"{MARK}-admin")

    said = traces(caplog, logs, found)
    assert found.one("sockets").says.endswith("greets us on a socket.")
    for secret in (MARK, world.slack.app.token, "xoxb-", "ticket=", world.ghes.app.hook.secret, "eyJ"):
        assert secret not in said
