"""`POST /webhooks/github`: what GHES tells us.

The checks come in this order, so that whoever can't sign learns nothing: size, a secret to check with, signature, the
headers and the body, the server's name. 202 is said when the event is durable, and not before.
"""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qs

import structlog
from aiohttp import web

from agent.ghes.hosts import Hosts
from agent.signature import is_signed
from agent.store.intake import Incoming
from agent.store.payloads import pack
from agent.store.port import StoreUnavailableError
from agent.web.answers import error, json_answer
from agent.web.parts import Board, Parts
from shared.event import label

log = structlog.get_logger()
T = TypeVar("T")
LARGEST_BYTES = 25 * 2**20
"""GHES sends no event that is bigger."""
READ_TIMEOUT_S = 30.0
"""GHES gives up by then."""
RETRY_AFTER_S = "60"
_LARGE_BYTES = 2**20
"""From here on the event loop leaves the computing to a thread."""
_PLAIN = re.compile(r"[!-~]{1,100}")
_FORM = "application/x-www-form-urlencoded"
_NOT_JSON = "The body is not a JSON object."


class _Refusal(Exception):  # noqa: N818 - an answer on its way, not an error of ours
    def __init__(self, status: HTTPStatus, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers


@dataclass(frozen=True, slots=True)
class _Body:
    payload: Mapping[str, Any]
    packed: bytes


class Webhooks:
    """The handler, on the parts of the moment: `Webhooks(board).take`."""

    def __init__(self, board: Board) -> None:
        self._board = board

    @property
    def _parts(self) -> Parts:
        return self._board.parts

    async def take(self, request: web.Request) -> web.Response:
        """Check, record, answer."""
        try:
            return await self._taken(request)
        except _Refusal as refusal:
            self._parts.metrics.events.labels(event="", result=f"refused_{refusal.status}").inc()
            log.warning("a webhook was refused", status=int(refusal.status), reason=refusal.sentence)
            return error(refusal.status, refusal.sentence, **refusal.headers)
        except Exception:
            self._parts.metrics.events.labels(event="", result="failed").inc()
            raise

    async def _taken(self, request: web.Request) -> web.Response:
        parts, headers = self._parts, request.headers
        raw = await self._read(request)
        await self._check_signature(raw, headers)
        name, delivery_id = _named(headers, "X-GitHub-Event"), _named(headers, "X-GitHub-Delivery")
        body = await _beside(raw, partial(_read_off, raw, is_form=request.content_type == _FORM))
        _check_host(parts, headers)
        if name == "ping":
            return json_answer(HTTPStatus.OK, {"id": delivery_id, "ping": "received"})
        event = label(delivery_id, name, body.payload, parts.clock.now())
        incoming = Incoming(event=event, body=body.packed, source="webhook")
        try:
            recorded = await parts.store.write_many(parts.intake.record, incoming)
        except StoreUnavailableError as failure:
            log.warning("a webhook can't be stored", delivery_id=delivery_id, reason=str(failure))
            parts.on_unavailable()
            raise _unavailable("The event can't be stored at the moment; deliver it again later.") from failure
        parts.on_recorded(recorded, event)
        return json_answer(HTTPStatus.ACCEPTED, {"id": delivery_id, "duplicate": recorded.duplicate})

    async def _read(self, request: web.Request) -> bytes:
        """The body as it came; the application's `client_max_size` stops one that doesn't say its length."""
        too_large = _Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "A webhook has 25 MB at most.")
        if (request.content_length or 0) > LARGEST_BYTES:
            raise too_large
        try:
            async with self._parts.clock.timeout(READ_TIMEOUT_S):
                return await request.read()
        except web.HTTPRequestEntityTooLarge:
            raise too_large from None
        except TimeoutError:
            raise _Refusal(HTTPStatus.REQUEST_TIMEOUT, "The body did not arrive in time.") from None

    async def _check_signature(self, raw: bytes, headers: Mapping[str, str]) -> None:
        secrets = self._parts.webhook_secrets
        if not secrets:
            raise _unavailable("GHES_WEBHOOK_SECRET is not set yet; set it, then deliver again.")
        signature = headers.get("X-Hub-Signature-256", "")
        if not await _beside(raw, partial(is_signed, raw, signature, secrets)):
            raise _Refusal(HTTPStatus.UNAUTHORIZED, "Unauthorized")


async def _beside(raw: bytes, work: Callable[[], T]) -> T:
    """The result of `work`, which takes long when `raw` is large."""
    return work() if len(raw) <= _LARGE_BYTES else await asyncio.get_running_loop().run_in_executor(None, work)


def _named(headers: Mapping[str, str], header: str) -> str:
    found = headers.get(header, "")
    if not _PLAIN.fullmatch(found):
        raise _Refusal(HTTPStatus.BAD_REQUEST, f"{header} is missing, or not what GHES sends.")
    return found


def _read_off(raw: bytes, *, is_form: bool) -> _Body:
    """GHES wraps the JSON in a form's field where the hook's content type says so."""
    try:
        text = parse_qs(raw.decode(), errors="strict")["payload"][0].encode() if is_form else raw
        payload = json.loads(text)
    except (ValueError, KeyError, RecursionError):
        raise _Refusal(HTTPStatus.BAD_REQUEST, _NOT_JSON) from None
    if not isinstance(payload, dict):
        raise _Refusal(HTTPStatus.BAD_REQUEST, _NOT_JSON)
    return _Body(payload, pack(text))


def _check_host(parts: Parts, headers: Mapping[str, str]) -> None:
    named = headers.get("X-GitHub-Enterprise-Host")
    if named is not None and not _is_named(parts.ghes_hosts, named):
        raise _Refusal(HTTPStatus.FORBIDDEN, "X-GitHub-Enterprise-Host is not the server of GHES_URL.")


@lru_cache(8)
def _is_named(hosts: Hosts, named: str) -> bool:
    """One server names itself in one way, so it needn't be taken apart each time."""
    return hosts.is_named(named)


def _unavailable(sentence: str) -> _Refusal:
    return _Refusal(HTTPStatus.SERVICE_UNAVAILABLE, sentence, Retry_After=RETRY_AFTER_S)
