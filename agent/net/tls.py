"""Whom the agent trusts."""

import ssl
from pathlib import Path


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """The system's authorities and, added to them, those of a PEM bundle.

    Raises `ValueError` with a sentence for the operator when the bundle can't be read.
    """
    context = ssl.create_default_context()
    if ca_file is None:
        return context
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        raise ValueError(f"{ca_file} holds no certificate: it must be a bundle in PEM form.") from None
    except OSError as error:
        raise ValueError(f"{ca_file} can't be read: {error.strerror}.") from None
    # Newer Pythons demand extensions (RFC 5280) that many private authorities were made without.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
