"""The container's health check, as the container runs it, against an agent on loopback."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from socket import socket

import pytest
import trustme

from agent import app, settings
from infra.agent import healthcheck
from infra.sandbox.driven_clock import DrivenClock

ROOT = Path(__file__).parents[2]
GHES = {"GHES_URL": "https://github.example.com"}
DEAD_PROXY = dict.fromkeys(("HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")


async def checked(variables: Mapping[str, str]) -> tuple[int | None, str]:
    """How the health check ends in this environment, and what it says."""
    check = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "infra.agent.healthcheck"),
        cwd=ROOT,
        env=dict(variables),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await check.communicate()
    return check.returncode, said.decode()


@pytest.fixture
def store(tmp_path: Path) -> dict[str, str]:
    return GHES | {"AGENT_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}"}


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    """The two files of a certificate for another name than the address that is asked."""
    made = trustme.CA().issue_cert("ghe-slack.example.com")
    chain, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    key.write_bytes(made.private_key_pem.bytes())
    chain.write_bytes(b"".join(each.bytes() for each in made.cert_chain_pems))
    return {"AGENT_TLS_CERT_FILE": str(chain), "AGENT_TLS_KEY_FILE": str(key)}


@pytest.mark.parametrize("speaks", ["plain", "tls"])
async def test_an_agent_that_runs_is_healthy(speaks: str, store: dict[str, str], certificate: dict[str, str]) -> None:
    given = store | (certificate if speaks == "tls" else {})
    async with app.running(settings.of(given | {"AGENT_LISTEN": "127.0.0.1:0"}), DrivenClock()) as agent:
        port = agent.url.rpartition(":")[2]

        found = await checked(given | DEAD_PROXY | {"AGENT_LISTEN": f"0.0.0.0:{port}"})

    assert found == (0, "")


async def test_an_agent_that_does_not_answer_is_not(store: dict[str, str]) -> None:
    with socket() as nobody:  # holds a port and doesn't listen
        nobody.bind(("127.0.0.1", 0))

        code, said = await checked(store | {"AGENT_LISTEN": f"127.0.0.1:{nobody.getsockname()[1]}"})

    assert code == 1
    assert said.startswith("The agent does not answer: ")
    assert len(said.splitlines()) == 1


async def test_an_agent_that_speaks_plainly_where_tls_is_set_is_not(
    store: dict[str, str], certificate: dict[str, str]
) -> None:
    async with app.running(settings.of(store | {"AGENT_LISTEN": "127.0.0.1:0"}), DrivenClock()) as agent:
        port = agent.url.rpartition(":")[2]

        code, _ = await checked(store | certificate | {"AGENT_LISTEN": f"127.0.0.1:{port}"})

    assert code == 1


async def test_wrong_settings_are_said_in_a_sentence() -> None:
    code, said = await checked({"GHES_URL": "github"})

    assert code == 1
    assert said == "GHES_URL must be a URL like https://host.example.com.\n"


@pytest.mark.parametrize(
    ("listen", "asked"),
    [
        ("0.0.0.0:8080", "http://127.0.0.1:8080/healthz"),
        ("127.0.0.1:9000", "http://127.0.0.1:9000/healthz"),
        ("10.0.0.5:8080", "http://10.0.0.5:8080/healthz"),
        ("[::]:8080", "http://[::1]:8080/healthz"),
    ],
)
def test_the_address_that_is_asked_is_the_one_that_is_listened_on(listen: str, asked: str) -> None:
    chosen = settings.of(GHES | {"AGENT_LISTEN": listen})

    assert healthcheck.address(chosen) == asked
