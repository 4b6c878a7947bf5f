"""Whom the agent trusts."""

import ssl
from functools import cache
from pathlib import Path

from agent.settings_errors import SettingsError


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """The system's authorities and, added to them, those of a PEM bundle.

    Raises `SettingsError` when the bundle can't be read: it is what GHES_CA_FILE or OUTBOUND_CA_FILE names.
    """
    if ca_file is None:
        return _system()
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        raise SettingsError(f"{_named(ca_file)} holds no certificate: it must be a bundle in PEM form.") from None
    except OSError as error:
        raise SettingsError(f"{_named(ca_file)} can't be read: {error.strerror}.") from None
    # Newer Pythons demand extensions (RFC 5280) that many private authorities were made without.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _named(ca_file: Path) -> str:
    return f"The bundle of authorities {ca_file} (GHES_CA_FILE, OUTBOUND_CA_FILE)"


@cache
def _system() -> ssl.SSLContext:
    """Shared by the networks, none of which changes it: reading the system's authorities takes 80 ms."""
    return ssl.create_default_context()
