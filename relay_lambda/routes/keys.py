"""`POST /v1/keys`: an agent's next public key, signed by its present one."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from relay_lambda.answer import Answer, refused
from relay_lambda.parts import FrontParts
from relay_lambda.replies import conflict
from relay_lambda.request import Request
from shared.relay_requests import KeyPut, key_id_of, key_put_of
from shared.relay_table import AgentKey

BOTH_GOOD_S = 86400
"""How long the present key signs on beside the next one."""


def put(request: Request, parts: FrontParts) -> Answer:
    """Enter the next key; the present one is retired a day after that one begins."""
    try:
        asked = key_put_of(request.fields)
        Ed25519PublicKey.from_public_bytes(asked.public)
    except ValueError:
        return refused(400, "no_key")
    key = _key(asked, request)
    if key.key_id == request.key.key_id or (key.not_after is not None and key.not_after <= key.not_before):
        return refused(400, "no_next_key")
    return parts.replay.once(
        request.use,
        lambda: _entered(key, request, parts),
        again=lambda: _entered(key, request, parts),
        other=lambda: conflict(request, parts),
    )


def remove(request: Request, parts: FrontParts) -> Answer:
    """Let a key sign nothing more; what it has signed stays proved. The key that asks can't end itself."""
    try:
        key_id = key_id_of(request.fields)
    except ValueError:
        return refused(400, "no_key")
    if key_id == request.key.key_id:
        return refused(400, "key_in_use")

    def removed() -> Answer:
        if not parts.keys.retire(request.agent_id, key_id, request.claim.timestamp):
            return refused(404, "unknown_key")
        parts.log.info("key removed", agent=request.agent_id, key=key_id)
        return Answer(status=200, body={"key_id": key_id})

    return parts.replay.once(request.use, removed, again=removed, other=lambda: conflict(request, parts))


def _entered(key: AgentKey, request: Request, parts: FrontParts) -> Answer:
    retired_at = max(key.not_before, request.claim.timestamp) + BOTH_GOOD_S
    if not parts.keys.put(key):
        return refused(409, "other_key")
    parts.keys.retire(request.agent_id, request.key.key_id, retired_at)
    parts.log.info("key entered", agent=key.agent_id, key=key.key_id, put_by=key.put_by)
    return Answer(status=200, body={"key_id": key.key_id, "not_before": key.not_before, "retired_at": retired_at})


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
