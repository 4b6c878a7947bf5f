"""Whether browsers are told to come by https alone: only over TLS of our own, at an address that is https."""

import ssl
from pathlib import Path

import pytest
import trustme
from aiohttp import ClientSession, TCPConnector

from agent import app, settings
from infra.sandbox.driven_clock import DrivenClock

HEADER = "Strict-Transport-Security"


async def said(folder: Path, *, tls: bool, agent_url: str, **headers: str) -> str | None:
    """The header of the front page."""
    authority, trusted = trustme.CA(), ssl.create_default_context()
    authority.configure_trust(trusted)
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    (folder / "cert.pem").write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
    files = {f"AGENT_TLS_{name.upper()}_FILE": str(folder / f"{name}.pem") for name in ("cert", "key")}
    given = settings.of(
        {
            "GHES_URL": "https://github.example.com",
            "AGENT_URL": agent_url,
            "AGENT_LISTEN": "127.0.0.1:0",
            "AGENT_DATABASE_URL": f"sqlite:///{folder / 'store.db'}",
            "AGENT_TRUSTED_PROXIES": "127.0.0.1",
        }
        | (files if tls else {})
    )
    async with (
        app.running(given, DrivenClock()) as agent,
        ClientSession(connector=TCPConnector(ssl=trusted)) as session,
        session.get(agent.url, headers=headers) as answer,
    ):
        assert answer.status == 200
        return answer.headers.get(HEADER)


@pytest.mark.parametrize(
    ("tls", "agent_url", "expected"),
    [
        (True, "https://ghe-slack.example.com", "max-age=31536000"),
        (True, "http://ghe-slack.example.com", None),
        (False, "https://ghe-slack.example.com", None),
        (False, "http://ghe-slack.example.com", None),
    ],
)
async def test_it_takes_tls_of_our_own_and_an_https_address(
    tmp_path: Path,
    tls: bool,  # noqa: FBT001 - a row of the table
    agent_url: str,
    expected: str | None,
) -> None:
    assert await said(tmp_path, tls=tls, agent_url=agent_url) == expected


async def test_a_proxy_in_front_says_it_itself(tmp_path: Path) -> None:
    found = await said(tmp_path, tls=False, agent_url="https://ghe-slack.example.com", **{"X-Forwarded-Proto": "https"})

    assert found is None
