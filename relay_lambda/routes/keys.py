"""`POST /v1/keys`: an agent's next public key, signed by its present one.

A key has one successor, which alone may name the next: so a rotation leaves one key that is good for ever, and whoever
has taken a key that is retired can't stay with it. The key that asks is read anew, not remembered: what is revoked or
retired at this moment changes nothing.
"""

from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from relay_lambda.answer import UNAUTHENTICATED, Answer, refused
from relay_lambda.parts import FrontParts
from relay_lambda.replies import conflict
from relay_lambda.request import Request
from shared.relay_requests import KeyPut, key_id_of, key_put_of
from shared.relay_table import AgentKey

BOTH_GOOD_S = 86400
"""How long the present key signs on beside the next one."""


def put(request: Request, parts: FrontParts) -> Answer:
    """Enter the next key; the present one is retired a day after that one begins. Asked again, it changes nothing."""
    try:
        asked = key_put_of(request.fields)
        Ed25519PublicKey.from_public_bytes(asked.public)
    except ValueError:
        return refused(400, "no_key")
    key = _key(asked, request)
    begins_at = max(key.not_before, int(parts.clock.now().timestamp()))
    if key.key_id == request.key.key_id or (key.not_after is not None and key.not_after <= begins_at):
        return refused(400, "no_next_key")
    entered = partial(_entered, key, request, parts)
    return parts.replay.once(request.use, entered, again=entered, other=lambda: conflict(request, parts))


def remove(request: Request, parts: FrontParts) -> Answer:
    """Let a key sign nothing more; what it has signed stays proved. The key that asks can't end itself."""
    try:
        key_id = key_id_of(request.fields)
    except ValueError:
        return refused(400, "no_key")
    if key_id == request.key.key_id:
        return refused(400, "key_in_use")

    def removed() -> Answer:
        present = _present(request, parts)
        if present is None:
            return UNAUTHENTICATED
        if present.retired_at is not None:
            return _retired(present)
        if not parts.keys.retire(request.agent_id, key_id, request.claim.timestamp):
            return refused(404, "unknown_key")
        parts.log.info("key removed", agent=request.agent_id, key=key_id)
        return Answer(status=200, body={"key_id": key_id})

    return parts.replay.once(request.use, removed, again=removed, other=lambda: conflict(request, parts))


def _entered(key: AgentKey, request: Request, parts: FrontParts) -> Answer:
    present = _present(request, parts)
    if present and present.retired_at is None:
        retired_at = max(key.not_before, request.claim.timestamp) + BOTH_GOOD_S
        if parts.keys.follow(key, present, retired_at):
            parts.log.info("key entered", agent=key.agent_id, key=key.key_id, put_by=key.put_by)
            return _done(key, retired_at)
        present = _present(request, parts)
    if present is None:
        return UNAUTHENTICATED
    known = parts.keys.find_anew(key.agent_id, key.key_id)
    if present.retired_at is None:
        return refused(409, "other_key") if known else refused(409, "known_key")
    is_again = known and present.successor == known.key_id and known.public == key.public
    if known and is_again and known.revoked_at is None and known.retired_at is None:
        return _done(known, present.retired_at)
    return _retired(present)


def _present(request: Request, parts: FrontParts) -> AgentKey | None:
    """The key that asks as it is by now; None when it proves nothing any more."""
    found = parts.keys.find_anew(request.agent_id, request.key.key_id)
    if found and found.proves(request.claim.timestamp):
        return found
    parts.log.count("signature_reject", reason="key", agent=request.agent_id, key=request.key.key_id)
    return None


def _done(key: AgentKey, retired_at: int) -> Answer:
    return Answer(status=200, body={"key_id": key.key_id, "not_before": key.not_before, "retired_at": retired_at})


def _retired(present: AgentKey) -> Answer:
    """It has its successor, or was removed: it signs on for a while, and changes no key."""
    return refused(403, "key_retired", successor=present.successor, retired_at=present.retired_at)


def _key(asked: KeyPut, request: Request) -> AgentKey:
    signed_at = request.claim.timestamp
    return AgentKey(
        agent_id=request.agent_id,
        key_id=asked.key_id,
        public=asked.public,
        not_before=signed_at if asked.not_before is None else asked.not_before,
        not_after=asked.not_after,
        put_by=request.key.key_id,
    )
