"""Why a request got no answer, in words that may be logged and shown.

The libraries' own messages are not: they repeat the address with its ticket, and the proxy's with its password.
"""

import ssl

import aiohttp

PROXY_CREDENTIALS = "proxy_credentials"
"""The reason whose repetition would lock the proxy's account: callers wait for a person."""


_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ClientProxyConnectionError, "proxy_unreachable"),
    (aiohttp.ClientConnectorCertificateError, "certificate_not_trusted"),
    (ssl.SSLCertVerificationError, "certificate_not_trusted"),
    (aiohttp.ClientSSLError, "tls_failed"),
    (ssl.SSLError, "tls_failed"),
    (aiohttp.ClientConnectorDNSError, "name_not_resolved"),
    (aiohttp.ClientConnectorError, "unreachable"),
    (TimeoutError, "no_answer_in_time"),
    (aiohttp.ServerDisconnectedError, "connection_lost"),
    (aiohttp.ClientOSError, "connection_lost"),
    (ConnectionError, "connection_lost"),
)
"""The first that fits: special cases stand above what they are a case of."""


def reason(error: BaseException) -> str:
    """One word for a failed request, fit for logs, metrics and tables of sentences."""
    match error:
        case aiohttp.ClientHttpProxyError(status=407):
            return PROXY_CREDENTIALS
        case aiohttp.ClientHttpProxyError(status=status):
            return f"proxy_answered_{status}"
        case aiohttp.WSServerHandshakeError(status=status):
            return f"handshake_answered_{status}"
        case _:
            return next((word for kind, word in _REASONS if isinstance(error, kind)), type(error).__name__)
