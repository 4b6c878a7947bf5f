"""The relay's HTTP side: one function behind one URL.

It refuses in the order of what that costs: size, the headers' shape, age, key, one verification, JSON, kind, speaker.
Whoever hasn't proved who it is learns nothing but 401, and what fails behind it is 503, never 500.
"""

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from relay_lambda import wiring
from relay_lambda.answer import UNAUTHENTICATED, Answer, later, refused, response
from relay_lambda.clock import SystemClock
from relay_lambda.log import JsonLog
from relay_lambda.parts import FrontParts
from relay_lambda.request import Asked, Request, TooLarge, Unreadable, asked_of, body_of
from relay_lambda.routes import dispatches
from relay_lambda.unavailable import Unavailable
from shared import relay_requests
from shared.dispatch import request_of
from shared.relay_table import AgentKey
from shared.signing import Claim, claimed, is_fresh, is_signed

Route = Callable[[Request, FrontParts], Answer]
HEALTH = "/healthz"
KINDS: Mapping[str, frozenset[str]] = {
    path: frozenset(kind for kind, at in relay_requests.PATHS.items() if at == path)
    for path in relay_requests.PATHS.values()
}
"""The kinds of request that each path takes."""


def handler(event: Any, _context: object) -> dict[str, Any]:
    """What Lambda calls."""
    try:
        parts = wiring.front_parts()
    except Exception as failure:  # noqa: BLE001 - the edge: a function without its settings is one that is down
        clock = SystemClock()
        JsonLog(clock).warning("front is not set up", failure=type(failure).__name__)
        return response(later(), clock.now())
    return respond(event, parts)


def respond(event: Any, parts: FrontParts) -> dict[str, Any]:
    """The answer to an event; nothing is raised."""
    try:
        found = answer(asked_of(event), parts)
    except Unavailable as failure:
        parts.log.warning("something behind front fails", what=str(failure))
        found = later(failure.after_s)
    except Exception as failure:  # noqa: BLE001 - the edge: what we haven't thought of is 503 as well, and logged
        parts.log.warning("front failed", failure=type(failure).__name__, where=_where(failure))
        found = later()
    return response(found, parts.clock.now())


def answer(asked: Asked, parts: FrontParts) -> Answer:
    """Find out who asks, and let the route answer. Raises `Unavailable`."""
    if asked.path == HEALTH:
        return Answer(status=200, body={"ok": True}) if asked.method == "GET" else _not_allowed("GET")
    kinds = KINDS.get(asked.path)
    if kinds is None:
        return Answer(status=404)
    if asked.method != "POST":
        return _not_allowed("POST")
    body = body_of(asked)
    if isinstance(body, TooLarge):
        return Answer(status=413)
    proved = _proved(asked, body, parts)
    if isinstance(proved, str):
        parts.log.count("signature_reject", reason=proved)
        return UNAUTHENTICATED
    return _answered(*proved, kinds, parts)


def _proved(asked: Asked, body: bytes | Unreadable, parts: FrontParts) -> tuple[Claim, AgentKey, bytes] | str:
    """Whose these bytes are; else what is wrong with it, for the log alone."""
    claim = claimed(asked.headers)
    if claim is None or isinstance(body, Unreadable):
        return "malformed"
    if not is_fresh(claim, parts.clock.now().timestamp()):
        return "age"
    key = parts.keys.find(claim.agent_id, claim.key_id)
    if key is None or not key.proves(claim.timestamp):
        return "key"
    if not is_signed(claim, body, Ed25519PublicKey.from_public_bytes(key.public)):
        return "signature"
    return claim, key, body


def _answered(claim: Claim, key: AgentKey, body: bytes, kinds: frozenset[str], parts: FrontParts) -> Answer:
    """Read what is proved to be this key's, and let the route answer it."""
    try:
        speaker, kind, fields = request_of(body.decode())
    except ValueError:
        return refused(400, "not_json")
    if kind not in kinds:
        return refused(400, "wrong_kind")
    if (speaker.agent_id, speaker.key_id, speaker.audience) != (key.agent_id, key.key_id, parts.relay_id):
        parts.log.count("signature_reject", reason="speaker", agent=key.agent_id, key=key.key_id)
        return UNAUTHENTICATED
    public = Ed25519PublicKey.from_public_bytes(key.public)
    request = Request(claim=claim, key=key, public=public, speaker=speaker, fields=fields, body=body)
    return _route(kind)(request, parts)


def _route(kind: str) -> Route:
    """The rare ones are loaded when they are asked for, so that a dispatch starts light."""
    if kind == relay_requests.DISPATCH:
        return dispatches.answer
    if kind == relay_requests.RECEIPTS:
        from relay_lambda.routes import receipts

        return receipts.answer
    if kind in {relay_requests.KEY_PUT, relay_requests.KEY_REMOVE}:
        from relay_lambda.routes import keys

        return keys.put if kind == relay_requests.KEY_PUT else keys.remove
    from relay_lambda.routes import workspaces

    return workspaces.put if kind == relay_requests.WORKSPACE_PUT else workspaces.remove


def _not_allowed(method: str) -> Answer:
    return Answer(status=405, headers={"allow": method})


def _where(failure: BaseException) -> str:
    """The line that raised it: nothing of what it was about."""
    trace = failure.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
