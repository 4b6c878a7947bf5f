"""Who has signed a certificate that we don't trust: the name tells an administrator whose inspection it is."""

import ssl
from typing import Any

import aiohttp
from cryptography import x509

from agent.net.outbound import Network


class _Watching(ssl.SSLContext):
    """Remembers its handshakes, which it lets any certificate pass."""

    def __init__(self, *_: object) -> None:
        self.check_hostname = False
        self.verify_mode = ssl.CERT_NONE
        self.handshakes: list[ssl.SSLObject] = []

    def wrap_bio(self, *given: Any, **more: Any) -> ssl.SSLObject:
        """See the base."""
        handshake = super().wrap_bio(*given, **more)
        self.handshakes.append(handshake)
        return handshake


async def issuer(network: Network, url: str) -> str:
    """The issuer of what is shown at `url`, as a distinguished name; empty where none is told.

    The certificate isn't checked for this one request, which says nothing and whose answer isn't read. Put it under a
    time-out.
    """
    watching = _Watching(ssl.PROTOCOL_TLS_CLIENT)
    asked = network.session.get(url, proxy=network.proxy.for_url(url), ssl=watching, allow_redirects=False)
    try:
        async with asked:
            pass
    except (aiohttp.ClientError, OSError):
        pass  # what it was asked for is known since the handshake, if there was one
    for handshake in watching.handshakes:
        if shown := handshake.getpeercert(binary_form=True):
            return x509.load_der_x509_certificate(shown).issuer.rfc4514_string()
    return ""
