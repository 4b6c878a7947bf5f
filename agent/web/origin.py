"""Under which scheme and host a browser has reached us, where proxies of ours stand in front of the agent.

A proxy that ends TLS passes plain HTTP on, and often a host of its own: `X-Forwarded-Proto` and `X-Forwarded-Host` say
what the browser sees. Most proxies write one word over whatever was there; some append theirs, as to `X-Forwarded-For`,
and then the word counts that stands where the client's address does.

Addresses that we give away are those of `AGENT_URL`. What is read here makes cookies `Secure`, and lets the console say
that `AGENT_URL` is another address than the one that people use.
"""

import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from agent.settings_values import Network
from agent.web import client_address
from agent.web.parts import parts_of

_PROTO, _HOST = "X-Forwarded-Proto", "X-Forwarded-Host"
_SCHEME = re.compile(r"https?")
_NAME = re.compile(r"(?:[a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?")


def origin(trusted: Sequence[Network]) -> Callable[[web.Request], str]:
    """Reads `https://host` off requests; `trusted` are the proxies whose word counts (`AGENT_TRUSTED_PROXIES`)."""

    def origin_of(request: web.Request) -> str:
        scheme, host = request.scheme, request.headers.get("Host", "").lower()
        chain = client_address.believed(
            request.remote or "", request.headers.getall(client_address.HEADER, []), trusted
        )
        if chain and client_address.is_trusted(chain[0], trusted):
            hops = max(1, len(chain) - 1)
            scheme = said(request.headers.getall(_PROTO, []), hops, _SCHEME) or scheme
            host = said(request.headers.getall(_HOST, []), hops, _NAME) or host
        return f"{scheme}://{host}" if _NAME.fullmatch(host) else f"{scheme}://"

    return origin_of


def said(headers: Sequence[str], hops: int, sound: re.Pattern[str]) -> str:
    """The word of the proxy that is so many hops away, or of the farthest that has said one.

    Empty when that isn't `sound`.
    """
    words = [word.strip().lower() for header in headers for word in header.split(",")]
    word = words[-min(hops, len(words))] if words else ""
    return word if sound.fullmatch(word) else ""


@web.middleware
async def keep_secure(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Have no cookie that is set over https go over plain http."""
    response = await handler(request)
    if response.cookies and parts_of(request).origin_of(request).startswith("https:"):
        for cookie in response.cookies.values():
            cookie["secure"] = True
    return response


def elsewhere(request: web.Request) -> str:
    """A sentence where the browser has reached us under another scheme or host than `AGENT_URL` says; else empty.

    Ports aren't compared: many a proxy leaves them out.
    """
    parts = parts_of(request)
    try:
        here, named = urlsplit(parts.origin_of(request)), urlsplit(parts.agent_url)
    except ValueError:  # a host that is none
        return ""
    if not here.hostname or (here.scheme, here.hostname) == (named.scheme, named.hostname):
        return ""
    return (
        f"You are at {here.geturl()}, but AGENT_URL is {parts.agent_url}: that is where Slack and GitHub Enterprise "
        "send browsers back to. Set AGENT_URL to the address that people use."
    )
