"""What holds for all checks, and for the tables that they stand on."""

import asyncio
from pathlib import Path

import pytest
import trustme
from cryptography import x509

from agent import doctor
from agent.examining import app_rights, scopes
from agent.examining.certificate_names import is_for
from agent.examining.findings import quoted
from agent.examining.once import Once
from agent.examining.places import Place, not_reached
from agent.examining.reach import Unreached
from agent.examining.run import GROUPS, checks
from agent.net.failure import _REASONS, PROXY_CREDENTIALS


def test_every_file_of_the_folder_is_a_check() -> None:
    files = {path.stem.replace("_", "-") for folder in doctor.__path__ for path in Path(folder).glob("[!_]*.py")}

    found = checks()

    assert {each.name for each in found} == files
    assert [each.group for each in found] == sorted((each.group for each in found), key=GROUPS.index)


def test_every_scope_and_permission_of_our_manifests_says_what_its_lack_costs() -> None:
    assert set(scopes.COSTS) == set(scopes.WANTED)
    assert set(app_rights.COSTS) == set(app_rights.PERMISSIONS)
    assert set(scopes.WANTED) >= scopes.OPTIONAL


def place(proxy: str = "", *, is_ghes: bool = False) -> Place:
    return Place(
        host="far.example.com",
        port=443,
        proxy=proxy,
        ca_setting="GHES_CA_FILE" if is_ghes else "OUTBOUND_CA_FILE",
        proxy_setting="GHES_PROXY" if is_ghes else "HTTPS_PROXY",
        is_ghes=is_ghes,
    )


@pytest.mark.parametrize("is_ghes", [True, False])
@pytest.mark.parametrize(
    "reason", [*sorted({word for _, word in _REASONS}), PROXY_CREDENTIALS, "proxy_answered_403", "Strange"]
)
def test_every_way_of_not_arriving_has_a_sentence_for_the_network_team(reason: str, is_ghes: bool) -> None:  # noqa: FBT001
    finding = not_reached(place("proxy.corp:3128", is_ghes=is_ghes), Unreached(reason=reason))

    assert finding.says.endswith(".")
    assert finding.does.endswith(".")
    assert finding.network.startswith("Please ")
    assert finding.network.endswith(".")


def test_a_way_through_a_proxy_is_asked_for_at_the_proxy() -> None:
    assert "tunnels (CONNECT) to far.example.com:443 on proxy.corp:3128" in place("proxy.corp:3128").asks
    assert "allow TCP from the agent's machine to far.example.com, port 443" in place().asks


async def test_a_question_is_asked_once_and_again_when_its_asker_was_cancelled() -> None:
    asked, begun, gate = [], asyncio.Event(), asyncio.Event()

    async def ask() -> int:
        asked.append(1)
        begun.set()
        await gate.wait()
        return len(asked)

    once = Once(ask)
    first, second = asyncio.create_task(once()), asyncio.create_task(once())
    await begun.wait()

    first.cancel()
    gate.set()

    assert await second == 2
    assert await once() == 2


def test_words_of_others_are_one_short_line_without_secrets() -> None:
    said = quoted("refused\x1b[31m\n by  xoxb-1234-secret " + "x" * 500)

    assert said.startswith("refused [31m by [redacted] x")
    assert len(said) <= 200


@pytest.mark.parametrize(
    ("host", "fits"),
    [
        ("agent.corp.example", True),
        ("AGENT.corp.example.", True),
        ("any.wild.example", True),
        ("two.any.wild.example", False),
        ("wild.example", False),
        ("10.0.0.7", True),
        ("10.0.0.8", False),
    ],
)
def test_a_certificate_is_for_the_names_that_it_holds(host: str, fits: bool) -> None:  # noqa: FBT001
    made = trustme.CA().issue_cert("agent.corp.example", "*.wild.example", "10.0.0.7")
    certificate = x509.load_pem_x509_certificate(made.cert_chain_pems[0].bytes())

    assert is_for(certificate, host) is fits
