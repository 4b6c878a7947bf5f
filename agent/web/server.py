"""Listening: plain, or with TLS whose certificate may be renewed while we run."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from aiohttp import web

from agent.cli_errors import Failure
from agent.settings import Settings, SettingsError
from shared.clock import Clock

log = structlog.get_logger()
LOOK_AGAIN_S = 60.0
FINISH_S = 2.0
"""How long requests in hand are waited for when we stop; together with the drain before it, it is below the 10 s after
which a container is killed."""

Stamp = tuple[tuple[int, int, int], ...]


class Certificate:
    """The certificate of the agent's pages.

    The files are looked at when somebody connects and the last look is `LOOK_AGAIN_S` old. What doesn't fit together
    (one of the two files is still the old one) leaves the certificate in use as it is, until the next look; that is
    logged once for each state of the files. Who is connected stays so.
    """

    def __init__(self, chain: Path, key: Path, clock: Clock) -> None:
        self._chain, self._key, self._clock = chain, key, clock
        try:
            self._stamp = self._present_stamp()
            self._newest = self._loaded()
        except (OSError, ValueError):
            raise SettingsError(
                "AGENT_TLS_CERT_FILE and AGENT_TLS_KEY_FILE must be a certificate chain and its key in PEM form."
            ) from None
        self._looked_at = clock.monotonic()
        self._complained = self._stamp
        self.context = self._newest
        self.context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        """Called by OpenSSL at each handshake, also for clients that name no host."""
        if self._clock.monotonic() - self._looked_at >= LOOK_AGAIN_S:
            self._looked_at = self._clock.monotonic()
            self._look()
        connection.context = self._newest

    def _look(self) -> None:
        stamp: Stamp = ()
        try:
            stamp = self._present_stamp()
            if stamp == self._stamp:
                return
            self._newest = self._loaded()
        except (OSError, ValueError) as error:  # SSLError is an OSError
            if stamp != self._complained:
                self._complained = stamp
                log.error(  # noqa: TRY400 - where it happened says nothing
                    "the renewed certificate can't be used, the former one stays",
                    chain=str(self._chain),
                    key=str(self._key),
                    reason=str(error),
                )
            return
        self._stamp = self._complained = stamp
        log.info("the renewed certificate is in use")

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._chain, self._key, password=_NO_PASSWORD)
        return context

    def _present_stamp(self) -> Stamp:
        found = [path.stat() for path in (self._chain, self._key)]
        return tuple((each.st_mtime_ns, each.st_size, each.st_ino) for each in found)


_NO_PASSWORD = ""  # without one, OpenSSL would ask at the terminal


@asynccontextmanager
async def serving(app: web.Application, settings: Settings, clock: Clock) -> AsyncIterator[tuple[str, int]]:
    """Listen on `AGENT_LISTEN` while the block runs; yields the host and port that were bound.

    Raises `Failure` when the address can't be bound, and `SettingsError` for an unusable certificate.
    """
    context = None
    if settings.agent_tls_cert_file and settings.agent_tls_key_file:
        context = Certificate(settings.agent_tls_cert_file, settings.agent_tls_key_file, clock).context
    # Bodies stay as they came: the signature is over these bytes, and nothing can be blown up before it is checked.
    runner = web.AppRunner(app, access_log=None, auto_decompress=False, shutdown_timeout=FINISH_S)
    await runner.setup()
    try:
        host, port = settings.listen
        try:
            await web.TCPSite(runner, host, port, ssl_context=context).start()
        except OSError as error:
            raise Failure(
                f"AGENT_LISTEN: {host}:{port} can't be listened on ({error.strerror}); is another program there?"
            ) from error
        bound = runner.addresses[0]
        yield bound[0], bound[1]
    finally:
        await runner.cleanup()
