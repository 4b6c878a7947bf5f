"""One request to an address, and what it tells about the way there."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import aiohttp

from agent.examining.findings import quoted
from agent.examining.issuer import issuer
from agent.ghes.server import sent_at
from agent.net.failure import reason
from agent.net.outbound import Network
from shared.clock import Clock

ASK_S = 8.0
"""How long one answer is waited for."""
_MOST_BYTES = 65536
_UNTRUSTED = "certificate_not_trusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Something answered."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Compared without case."""
    skew_s: float | None
    """How far its clock is ahead of ours; None when it doesn't tell."""
    body: bytes = field(default=b"", repr=False)
    """The beginning of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """Nothing did."""

    reason: str
    """A word of `agent.net.failure.reason`."""
    detail: str = ""
    """What is wrong with a certificate, in OpenSSL's words."""
    issuer: str = ""
    """Who has signed it, where that is known."""

    @property
    def by_proxy(self) -> bool:
        """Whether a proxy was the end of the way."""
        return self.reason.startswith("proxy_")


async def reach(network: Network, url: str, clock: Clock) -> Reached | Unreached:
    """GET `url` without credentials, not following where it leads."""
    asked = network.session.get(url, proxy=network.proxy.for_url(url), allow_redirects=False)
    try:
        async with clock.timeout(ASK_S), asked as response:
            told_at = sent_at(response.headers)
            skew_s = None if told_at is None else (told_at - clock.now()).total_seconds()
            body = await response.content.read(_MOST_BYTES)
            return Reached(status=response.status, headers=response.headers, skew_s=skew_s, body=body)
    except (aiohttp.ClientError, OSError) as error:
        why = unreached(error)
    return replace(why, issuer=await _issuer(network, url, clock)) if why.reason == _UNTRUSTED else why


def unreached(error: BaseException) -> Unreached:
    """Why a request got no answer."""
    inner = error.certificate_error if isinstance(error, aiohttp.ClientConnectorCertificateError) else error
    detail = inner.verify_message if isinstance(inner, ssl.SSLCertVerificationError) else ""
    return Unreached(reason=reason(error), detail=quoted(detail))


async def _issuer(network: Network, url: str, clock: Clock) -> str:
    try:
        async with clock.timeout(ASK_S):
            return quoted(await issuer(network, url))
    except TimeoutError:
        return ""
