"""The agent's own certificate, which GHES and browsers have to trust."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from agent.examining.certificate_names import is_for
from agent.examining.findings import Finding, failure, quoted, warning, well
from agent.examining.surroundings import Surroundings

GROUP = "This agent"
_SOON = timedelta(days=21)
_RENEW = "Have it renewed; the agent reads the files again when they change."


async def check(given: Surroundings) -> list[Finding]:
    """`AGENT_TLS_CERT_FILE` and `AGENT_TLS_KEY_FILE`: of one pair, in date, for our name, with the full chain."""
    chain_path, key_path = given.settings.agent_tls_cert_file, given.settings.agent_tls_key_file
    if chain_path is None or key_path is None:
        return []
    try:
        chain = x509.load_pem_x509_certificates(chain_path.read_bytes())
    except (OSError, ValueError):
        says = f"AGENT_TLS_CERT_FILE ({chain_path}) can't be read as a certificate chain."
        return [failure(says, "It must hold certificates in PEM form, the agent's own first.")]
    found = [*_of_key(chain[0], key_path), *_of_dates(chain, given), *_of_name(chain[0], given), *_of_chain(chain)]
    return found or [well(f"The agent's certificate fits, and is good until {chain[0].not_valid_after_utc:%Y-%m-%d}.")]


def _of_key(own: x509.Certificate, path: Path) -> Iterator[Finding]:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        says = f"AGENT_TLS_KEY_FILE ({path}) can't be read as a private key."
        yield failure(says, "It must hold the key of the certificate in PEM form, unencrypted.")
        return
    if _public(key.public_key()) != _public(own.public_key()):
        yield failure(
            "AGENT_TLS_KEY_FILE isn't the key of the first certificate in AGENT_TLS_CERT_FILE.",
            "Put files of one pair there, the agent's own certificate first in its chain.",
        )


def _public(key: object) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return encoded


def _of_dates(chain: Sequence[x509.Certificate], given: Surroundings) -> Iterator[Finding]:
    now = given.clock.now()
    for each in chain:
        what = (
            "The agent's certificate"
            if each is chain[0]
            else f"The certificate {quoted(each.subject.rfc4514_string())}"
        )
        ends_at, begins_at = each.not_valid_after_utc, each.not_valid_before_utc
        if ends_at <= now:
            yield failure(f"{what} has expired on {ends_at:%Y-%m-%d}: GHES sends no webhook any more.", _RENEW)
        elif begins_at > now:
            yield failure(f"{what} isn't valid before {begins_at:%Y-%m-%d %H:%M} UTC.", "Check our clock, or wait.")
        elif ends_at - now < _SOON:
            yield warning(f"{what} expires on {ends_at:%Y-%m-%d}.", _RENEW)


def _of_name(own: x509.Certificate, given: Surroundings) -> Iterator[Finding]:
    host = urlsplit(given.settings.agent_url).hostname or ""
    if not is_for(own, host):
        yield failure(
            f"The agent's certificate isn't for {host}, the host of AGENT_URL.",
            f"Have one made whose subject alternative names hold {host}, or correct AGENT_URL.",
        )


def _of_chain(chain: Sequence[x509.Certificate]) -> Iterator[Finding]:
    for each, issuer in pairwise(chain):
        try:
            each.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            yield failure(
                "The certificates in AGENT_TLS_CERT_FILE aren't a chain: each has to be signed by the next.",
                "Put the agent's own first, then the intermediate ones in order.",
            )
            return
    own = chain[0]
    if len(chain) == 1 and own.issuer != own.subject:
        yield warning(
            f"AGENT_TLS_CERT_FILE holds the agent's certificate alone; it is signed by "
            f"{quoted(own.issuer.rfc4514_string())}.",
            "If that is an intermediate authority, append its certificate: GHES fetches none by itself.",
        )
