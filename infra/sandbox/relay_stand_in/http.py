"""The contract's HTTP of the relay (signed POSTs), answered from memory.

`Switches` is what a test turns: statuses in place of answers, answers that are lost, a clock that is ahead.
"""

import hashlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from infra.sandbox.relay_stand_in.carrying import Queued, StandInRelay
from shared.address import Address
from shared.dispatch import (
    MOST,
    MOST_BODY_BYTES,
    MOST_OF_A_CHANNEL,
    Speaker,
    Statement,
    card_of,
    digest,
    dispatch_of,
    name_of,
    request_of,
    statement_of,
)
from shared.receipt import receipt_to_json
from shared.relay_requests import (
    DISPATCH,
    KEY_PUT,
    KEY_REMOVE,
    PATHS,
    RECEIPTS,
    WORKSPACE_PUT,
    WORKSPACE_REMOVE,
    key_id_of,
    key_put_of,
    place_of,
    receipts_of,
    workspace_put_of,
)
from shared.signing import Claim, claimed, is_fresh, is_signature, is_signed

Answer = tuple[int, Mapping[str, Any]]
_UNAUTHORIZED: Answer = (401, {})


@dataclass(slots=True, kw_only=True)
class Switches:
    """`statuses`: what the next requests are answered, unread. `lost`: so many dispatches get no answer."""

    statuses: deque[int] = field(default_factory=deque)
    lost: int = 0
    clock_ahead_s: float = 0.0
    bodies: list[str] = field(default_factory=list)
    """Of all dispatches that were taken, in order."""
    ids: list[tuple[str, str]] = field(default_factory=list)
    """Of all requests that were proved: kind and `webhook-id`."""


class Front:
    """Answers for a relay."""

    def __init__(self, relay: StandInRelay) -> None:
        self.relay, self.switches = relay, Switches()
        self._seen: dict[tuple[str, str], str] = {}
        self._under_way = Counter[Address]()
        self._successors: dict[tuple[str, str], str] = {}
        """Of each key, by agent and id, the one that it has entered."""

    def app(self) -> web.Application:
        """The aiohttp application."""
        application = web.Application(client_max_size=4 * MOST_BODY_BYTES)
        for path in dict.fromkeys(PATHS.values()):
            application.router.add_post(path, self._respond)
        application.router.add_get("/healthz", self._healthz)
        return application

    async def _healthz(self, _request: web.Request) -> web.Response:
        return self._response((200, {}))

    async def _respond(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.switches.statuses:
            return self._response((self.switches.statuses.popleft(), {}))
        answer = await self._answer(request.path, {name.lower(): text for name, text in request.headers.items()}, body)
        if self.switches.lost and answer[0] == HTTPStatus.ACCEPTED and request.path == PATHS[DISPATCH]:
            self.switches.lost -= 1
            if request.transport:
                request.transport.abort()
        return self._response(answer)

    def _response(self, answer: Answer) -> web.Response:
        status, fields = answer
        now = self.relay.clock.now() + timedelta(seconds=self.switches.clock_ahead_s)
        response = web.json_response(fields, status=status)
        response.headers["Date"] = format_datetime(now, usegmt=True)
        if status in {429, 503}:
            response.headers["Retry-After"] = "1"
        return response

    async def _answer(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if len(body) > MOST_BODY_BYTES:
            return 413, {}
        claim = claimed(headers)
        key = self._key(claim) if claim else None
        if claim is None or key is None or not is_signed(claim, body, key):
            return _UNAUTHORIZED
        try:
            speaker, kind, fields = request_of(body.decode())
            if speaker != self._meant(claim):
                return _UNAUTHORIZED
            self.switches.ids.append((kind, claim.id))
            if PATHS.get(kind) != path:
                return 400, {"error": "wrong_kind"}
            return await self._used(claim, body, kind, fields, key)
        except ValueError as failure:
            return 400, {"error": "malformed", "message": str(failure)}

    def _key(self, claim: Claim) -> Ed25519PublicKey | None:
        named, now = (claim.agent_id, claim.key_id), self.relay.clock.now().timestamp() + self.switches.clock_ahead_s
        return self.relay.keys.get(named) if is_fresh(claim, now) and named not in self.relay.revoked else None

    def _meant(self, claim: Claim) -> Speaker:
        return Speaker(agent_id=claim.agent_id, key_id=claim.key_id, audience=self.relay.relay_id)

    async def _used(
        self, claim: Claim, body: bytes, kind: str, fields: Mapping[str, Any], key: Ed25519PublicKey
    ) -> Answer:
        used, name = hashlib.sha256(body).hexdigest(), (claim.agent_id, claim.id)
        if (before := self._seen.get(name)) and before != used:
            return 409, {"error": "id_used_otherwise"}
        if kind == DISPATCH:
            return await self._dispatch(claim, body, fields, key, duplicate=before is not None)
        self._seen[name] = used
        if kind in {KEY_PUT, KEY_REMOVE}:
            return self._key_changed(claim, kind, fields)
        return self._asked(claim.agent_id, kind, fields)

    async def _dispatch(
        self, claim: Claim, body: bytes, fields: Mapping[str, Any], key: Ed25519PublicKey, *, duplicate: bool
    ) -> Answer:
        dispatch = dispatch_of(fields)
        queued = [self._proved(claim, each, dispatch.cards, key) for each in dispatch.statements]
        counts = Counter(each.said.address for each in queued)
        if len(queued) > MOST or max(counts.values(), default=0) > MOST_OF_A_CHANNEL:
            raise ValueError("too many notifications")
        for team_id in {address.team_id for address in counts}:
            if (claim.agent_id, team_id) not in self.relay.tokens:
                return 403, {"error": "workspace_not_registered", "team": team_id}
        if any(self._under_way[address] for address in counts):
            self.relay.complaints.append(f"{claim.id}: two dispatches of one channel at a time")
        self._under_way.update(counts)
        await self.relay.clock.sleep(0)
        self._under_way.subtract(counts)
        self._seen[claim.agent_id, claim.id] = hashlib.sha256(body).hexdigest()
        self.switches.bodies.append(body.decode())
        if not duplicate:
            self.relay.enqueue(queued)
        return 202, {"accepted": len(queued), "duplicate": duplicate}

    def _proved(self, claim: Claim, each: Statement, cards: Mapping[str, str], key: Ed25519PublicKey) -> Queued:
        speaker, said = statement_of(each.text)
        signed = is_signature(
            each.signature, id_=name_of(said.id), timestamp=each.timestamp, body=each.text.encode(), key=key
        )
        if not signed or speaker != self._meant(claim):
            raise ValueError("a notification isn't signed")
        text = None if said.card is None else cards.get(said.card, "")
        if text is not None and digest(text) != said.card:
            raise ValueError("a card isn't there")
        return Queued(
            agent_id=claim.agent_id,
            key_id=claim.key_id,
            signed_at=each.timestamp,
            said=said,
            card=card_of(text) if text is not None else None,
        )

    def _asked(self, agent_id: str, kind: str, fields: Mapping[str, Any]) -> Answer:
        relay = self.relay
        match kind:
            case _ if kind == RECEIPTS:
                asked = receipts_of(fields)
                receipts, cursor, more = relay.receipts_after(agent_id, asked.after, asked.limit)
                return 200, {"receipts": [receipt_to_json(each) for each in receipts], "cursor": cursor, "more": more}
            case _ if kind == WORKSPACE_PUT:
                put = workspace_put_of(fields)
                relay.put(agent_id, put.place.id, put.token)
            case _ if kind == WORKSPACE_REMOVE:
                relay.remove(agent_id, place_of(fields).id)
        return 200, {}

    def _key_changed(self, claim: Claim, kind: str, fields: Mapping[str, Any]) -> Answer:
        """A key has one successor, and changes nothing once it has it but to name it again."""
        keys, present = self.relay.keys, (claim.agent_id, claim.key_id)
        successor = self._successors.get(present)
        if kind == KEY_REMOVE:
            if successor:
                return _retired(successor)
            keys.pop((claim.agent_id, key_id_of(fields)), None)
            return 200, {}
        put = key_put_of(fields)
        new, public = (claim.agent_id, put.key_id), Ed25519PublicKey.from_public_bytes(put.public)
        if successor:
            return (200, {}) if (successor, keys.get(new)) == (put.key_id, public) else _retired(successor)
        if new in keys:
            return 409, {"error": "other_key"}
        if public in [known for (agent_id, _), known in keys.items() if agent_id == claim.agent_id]:
            return 409, {"error": "known_key"}
        self._successors[present] = put.key_id
        self.relay.enter(*new, public)
        return 200, {}


def _retired(successor: str) -> Answer:
    return 403, {"error": "key_retired", "successor": successor}


@asynccontextmanager
async def running(front: Front, port: int = 0) -> AsyncIterator[str]:
    """Listen on loopback; the root URL."""
    runner = web.AppRunner(front.app())
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
        host, bound = runner.addresses[0][:2]
        yield f"http://{host}:{bound}"
    finally:
        await runner.cleanup()
