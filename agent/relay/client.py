"""One signed request to the relay, and its answer as a value.

Tried again while there is time: the id and the body stay, the timestamp and the signature are new each time.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from itertools import count
from random import Random
from typing import Any

import aiohttp

from agent.ghes.server import sent_at
from agent.net.failure import reason
from agent.net.outbound import Network
from agent.relay.health import Health
from agent.relay.signer import Signer, new_id
from shared.backoff import backoff_s
from shared.clock import Clock
from shared.relay_requests import PATHS

ATTEMPT_S, WITHIN_S = 5.0, 12.0
_BASE_S, _CAP_S = 0.5, 4.0
_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.ConnectionTimeoutError)
_CLOCK_OR_KEY = (
    "The relay doesn't take our signature: check RELAY_AGENT_ID, RELAY_KEY_ID, RELAY_SIGNING_KEY and RELAY_ID, whether "
    "the key was revoked, and our clock."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """It answered; `fields` is empty where the body is no JSON object."""

    status: int
    fields: Mapping[str, Any] = field(repr=False)
    retry_after_s: float | None = None

    @property
    def ok(self) -> bool:
        """Whether it did what it was asked."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def why(self) -> str:
        """One word, and what it said itself, where it says something."""
        said = [self.fields.get(name) for name in ("error", "reason", "message")]
        words = ", ".join(each[:200] for each in said if isinstance(each, str))
        return f"relay_{self.status}" + (f": {words}" if words else "")


@dataclass(frozen=True, slots=True)
class NotSent:
    """It can't have got it: no attempt got as far as that."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Nobody can tell whether it has got it, or has done a part of it."""

    reason: str


Answer = Said | NotSent | Lost


class Client:
    """Speaks to one relay as one agent."""

    def __init__(self, *, network: Network, url: str, signer: Signer, health: Health, clock: Clock) -> None:
        self._network, self._url, self.signer, self.health, self._clock = network, url, signer, health, clock
        self._random = Random()

    async def ask(self, kind: str, fields: Mapping[str, Any], *, once: bool = False, id_: str | None = None) -> Answer:
        """Ask, again and again where nothing else is known than that it didn't answer, unless only `once`.

        Takes `WITHIN_S` at most, and raises nothing of the network.

        A 5xx counts as `Lost` too, since a part of what was asked may be done.
        """
        body, id_ = self.signer.body(kind, fields), id_ or new_id("msg")
        until, lost = self._clock.monotonic() + WITHIN_S, ""
        for attempt in count(1):
            answer = await self._attempt(kind, id_, body, min(ATTEMPT_S, until - self._clock.monotonic()))
            match answer:
                case Said() if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    # of what was perhaps taken before, a refusal of this attempt says nothing
                    return Lost(lost) if lost and not answer.ok and answer.status != HTTPStatus.CONFLICT else answer
                case Said() | Lost():
                    lost = answer.why if isinstance(answer, Said) else answer.reason
                case NotSent():
                    pass
            pause_s = 0.1 + backoff_s(attempt, base_s=_BASE_S, cap_s=_CAP_S, random=self._random)
            if once or isinstance(answer, NotSent) or self._clock.monotonic() + pause_s + 1.0 >= until:
                return Lost(lost) if lost else answer
            await self._clock.sleep(pause_s)
        raise AssertionError  # the loop ends by itself

    async def _attempt(self, kind: str, id_: str, body: bytes, within_s: float) -> Answer:
        url = self._url + PATHS[kind]
        signed = self.signer.headers(id_, body, self._clock.now().timestamp())
        try:
            async with (
                self._clock.timeout(within_s),
                self._network.session.post(
                    url,
                    data=body,
                    headers={**signed, "content-type": "application/json"},
                    proxy=self._network.proxy.for_url(url),
                    allow_redirects=False,
                ) as response,
            ):
                raw = await response.read()
                said = Said(status=response.status, fields=_fields(raw), retry_after_s=_after_s(response.headers))
        except _NEVER_SENT as error:
            self.health.silent(reason(error))
            return NotSent(reason(error))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self.health.silent(reason(error))
            return Lost(reason(error))
        self._note(said, sent_at(response.headers))
        return said

    def _note(self, said: Said, told_at: datetime | None) -> None:
        if said.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.health.silent(said.why)
            return
        self.health.answered(told_at)
        if said.status == HTTPStatus.UNAUTHORIZED:
            self.health.refused = self.health.clock_says or _CLOCK_OR_KEY
        elif said.ok:
            self.health.refused = ""


def _fields(raw: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _after_s(headers: Mapping[str, str]) -> float | None:
    said = headers.get("Retry-After", "")
    return min(float(said), 3600.0) if said.isascii() and said.isdigit() else None
