"""The bundles of authorities that we trust besides the system's."""

from datetime import timedelta
from pathlib import Path

from cryptography import x509

from agent.examining.findings import Finding, failure, quoted, warning, well
from agent.examining.surroundings import Surroundings
from agent.net.tls import tls_context
from agent.settings_errors import SettingsError

GROUP = "Network"
_SOON = timedelta(days=30)


async def check(given: Surroundings) -> list[Finding]:
    """Readable, made of authorities, and good for a while."""
    settings = given.settings
    bundles = (("GHES_CA_FILE", settings.ghes_ca_file), ("OUTBOUND_CA_FILE", settings.outbound_ca_file))
    return [finding for name, path in bundles if path for finding in _bundle(name, path, given)]


def _bundle(name: str, path: Path, given: Surroundings) -> list[Finding]:
    try:
        tls_context(path)
        certificates = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, SettingsError, ValueError):
        says = (
            f"{name} ({path}) can't be read as a bundle of certificates, so only the system's authorities are trusted."
        )
        return [failure(says, "It must hold certificates in PEM form, which begin with -----BEGIN CERTIFICATE-----.")]
    found = [finding for certificate in certificates for finding in _authority(f"{name} ({path})", certificate, given)]
    return found or [well(f"{name} ({path}) holds {_counted(len(certificates))}.")]


def _authority(where: str, certificate: x509.Certificate, given: Surroundings) -> list[Finding]:
    subject, ends_at, now = (
        quoted(certificate.subject.rfc4514_string()),
        certificate.not_valid_after_utc,
        given.clock.now(),
    )
    if not _is_authority(certificate):
        return [
            warning(
                f"{where} holds a certificate that isn't an authority's: {subject}.",
                "Put the certificate of the authority that has signed it there instead; this one will be replaced.",
            )
        ]
    if ends_at <= now:
        says = f"The authority {subject} in {where} has expired on {ends_at:%Y-%m-%d}."
        return [failure(says, "Put its successor into the file.", f"Please give us the successor of {subject} (PEM).")]
    if ends_at - now < _SOON:
        says = f"The authority {subject} in {where} expires on {ends_at:%Y-%m-%d}."
        return [warning(says, "Add its successor to the file before that day.")]
    return []


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return certificate.issuer == certificate.subject  # old private authorities say nothing


def _counted(number: int) -> str:
    return "one authority" if number == 1 else f"{number} authorities"
