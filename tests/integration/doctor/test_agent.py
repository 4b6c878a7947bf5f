"""What `ghe-slack doctor` finds out about the agent's own address and certificate, and about the files it trusts."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web

from agent.examining.findings import Level
from infra.sandbox.driven_clock import DrivenClock

HOST = "agent.corp.example"


async def test_a_loopback_address_without_tls_is_two_warnings(examine: Any) -> None:
    found = (await examine(AGENT_URL="http://127.0.0.1:8080")).of("agent-address")

    assert [finding.level for finding in found] == [Level.WARNING, Level.WARNING]
    assert "GHES refuses to send webhooks there" in found[0].says
    assert "isn't https" in found[1].says


async def test_slack_takes_https_redirect_addresses_only(examine: Any) -> None:
    plain = (await examine(AGENT_URL=f"http://{HOST}")).one("redirect-address")
    secure = (await examine(AGENT_URL=f"https://{HOST}")).one("redirect-address")

    assert plain.level is Level.WARNING
    assert f"http://{HOST}/_slack/oauth/callback isn't https" in plain.says
    assert f"come back from Slack to https://{HOST}/_slack/oauth/callback;" in secure.says


@pytest.mark.parametrize(
    ("status", "level", "said"),
    [(503, Level.FAILURE, "can't store anything (503)"), (404, Level.FAILURE, "Something else than the agent")],
)
async def test_what_answers_at_our_address_is_looked_at(examine: Any, status: int, level: Level, said: str) -> None:
    async def ready(_: web.Request) -> web.Response:
        return web.Response(status=status)

    other = web.Application()
    other.add_routes([web.get("/readyz", ready)])
    runner = web.AppRunner(other)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    finding = (await examine(AGENT_URL=f"http://127.0.0.1:{runner.addresses[0][1]}")).one("running-agent")
    await runner.cleanup()

    assert finding.level is level
    assert said in finding.says


async def test_administrators_with_names_and_a_password_elsewhere_are_well(examine: Any) -> None:
    finding = (await examine(AGENT_ADMINS="ada", AGENT_ADMIN_PASSWORD="w0rd")).one("admin-password")

    assert finding.level is Level.OK


class Files:
    """Certificates of the agent's, in files."""

    def __init__(self, folder: Path, clock: DrivenClock) -> None:
        self._folder, self._clock = folder, clock
        self.root = trustme.CA()
        self.middle = self.root.create_child_ca()

    def own(self, name: str = HOST, days: float = 90, *, chain: bool = True, other_key: bool = False) -> dict[str, str]:
        """The settings of a certificate that ends in so many days."""
        made = self.middle.issue_cert(name, not_after=self._clock.now() + timedelta(days=days))
        key = (self.middle.issue_cert(name) if other_key else made).private_key_pem
        (self._folder / "cert.pem").write_bytes(
            b"".join(each.bytes() for each in made.cert_chain_pems[: 9 if chain else 1])
        )
        (self._folder / "key.pem").write_bytes(key.bytes())
        return self._settings()

    def given(self, chain: bytes, key: bytes) -> dict[str, str]:
        """The settings of these bytes."""
        (self._folder / "cert.pem").write_bytes(chain)
        (self._folder / "key.pem").write_bytes(key)
        return self._settings()

    def bundle(self, content: bytes) -> dict[str, str]:
        """The setting of a bundle of authorities."""
        (self._folder / "ca.pem").write_bytes(content)
        return {"GHES_CA_FILE": str(self._folder / "ca.pem")}

    def _settings(self) -> dict[str, str]:
        names = {"AGENT_TLS_CERT_FILE": "cert.pem", "AGENT_TLS_KEY_FILE": "key.pem"}
        return {"AGENT_URL": f"https://{HOST}"} | {name: str(self._folder / file) for name, file in names.items()}


@pytest.fixture
def files(tmp_path: Path, clock: DrivenClock) -> Files:
    return Files(tmp_path, clock)


async def test_a_full_chain_in_date_is_well(examine: Any, files: Files) -> None:
    finding = (await examine(**files.own())).one("certificate")

    assert finding.level is Level.OK


@pytest.mark.parametrize(
    ("made", "level", "said"),
    [
        ({"days": -1}, Level.FAILURE, "has expired on"),
        ({"days": 5}, Level.WARNING, "expires on"),
        ({"name": "other.corp.example"}, Level.FAILURE, f"isn't for {HOST}, the host of AGENT_URL"),
        ({"chain": False}, Level.WARNING, "holds the agent's certificate alone"),
        ({"other_key": True}, Level.FAILURE, "AGENT_TLS_KEY_FILE isn't the key of the first certificate"),
    ],
    ids=["expired", "expires soon", "other name", "alone", "other key"],
)
async def test_each_fault_of_the_own_certificate_has_its_sentence(
    examine: Any, files: Files, made: dict[str, Any], level: Level, said: str
) -> None:
    finding = (await examine(**files.own(**made))).one("certificate")

    assert finding.level is level
    assert said in finding.says


async def test_a_chain_in_the_wrong_order_is_a_failure(examine: Any, files: Files) -> None:
    made, stranger = files.middle.issue_cert(HOST), trustme.CA()
    chain = made.cert_chain_pems[0].bytes() + stranger.cert_pem.bytes()

    finding = (await examine(**files.given(chain, made.private_key_pem.bytes()))).one("certificate")

    assert "aren't a chain" in finding.says


@pytest.mark.parametrize(("chain", "said"), [(b"nothing", "AGENT_TLS_CERT_FILE"), (b"", "AGENT_TLS_CERT_FILE")])
async def test_what_is_no_certificate_is_said(examine: Any, files: Files, chain: bytes, said: str) -> None:
    finding = (await examine(**files.given(chain, b"nothing"))).one("certificate")

    assert finding.level is Level.FAILURE
    assert said in finding.says


async def test_what_is_no_bundle_is_said_and_the_rest_goes_on(examine: Any, files: Files) -> None:
    found = await examine(**files.bundle(b"nothing"))

    assert "can't be read as a bundle of certificates" in found.one("authorities").says
    assert found.one("github-app").level is Level.OK


async def test_a_servers_certificate_is_no_authority(examine: Any, files: Files) -> None:
    server = files.root.issue_cert("ghes.corp.example").cert_chain_pems[0].bytes()

    finding = (await examine(**files.bundle(server))).one("authorities")

    assert finding.level is Level.WARNING
    assert "isn't an authority's" in finding.says


@pytest.mark.parametrize(("days", "level"), [(-1, Level.FAILURE), (10, Level.WARNING), (90, Level.OK)])
async def test_authorities_expire(
    examine: Any, files: Files, clock: DrivenClock, authority: Any, days: int, level: Level
) -> None:
    content = authority(clock.now() + timedelta(days=days))

    finding = (await examine(**files.bundle(content))).one("authorities")

    assert finding.level is level


@pytest.fixture
def authority() -> Any:
    """Makes an authority that ends at an instant, in PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    def made(ends_at: Any) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Corp Root")])
        builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(ends_at - timedelta(days=400)).not_valid_after(ends_at)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)

    return made
