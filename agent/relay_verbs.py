"""What `ghe-slack relay` does; also while an agent runs."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

from agent.cli_errors import Failure
from agent.clock import SystemClock
from agent.net.outbound import network
from agent.net.proxy import Proxy
from agent.opened_store import opened
from agent.relay.client import Answer, Client, Lost, Said
from agent.relay.keys import Pair, keep, new_pair, put_next
from agent.relay.registering import Registering
from agent.relay_side import memory_of, relay_client
from agent.relay_status import of_relay
from agent.secret_keys import load_or_make
from agent.settings import Settings
from agent.status import Part
from agent.store.secrets import Secrets, UnreadableSecretError
from agent.store.workspaces import load
from shared.clock import Clock
from shared.relay_requests import RECEIPTS, ReceiptsAsked, receipts_fields

_NONE = "There is no relay: set RELAY_URL, RELAY_ID, RELAY_AGENT_ID, RELAY_SIGNING_KEY and RELAY_KEY_ID."
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@asynccontextmanager
async def _client(settings: Settings, clock: Clock | None) -> AsyncIterator[Client]:
    clock = clock or SystemClock()
    proxy_url = settings.https_proxy.get_secret_value() if settings.https_proxy else None
    proxy = Proxy(url=proxy_url, no_proxy=settings.no_proxy)
    async with network(ca_file=settings.outbound_ca_file, proxy=proxy, clock=clock) as outside:
        client = relay_client(settings, outside, clock)
        if client is None:
            raise Failure(_NONE)
        yield client


async def asked(client: Client) -> Answer:
    """What the relay says to a signed request that changes nothing."""
    return await client.ask(RECEIPTS, receipts_fields(ReceiptsAsked(after="", limit=1)), once=True)


async def status(settings: Settings, clock: Clock | None = None) -> Part:
    """Ask, then say how it is. Raises `Failure`."""
    async with _client(settings, clock) as client, opened(settings) as store:
        answer = await asked(client)
        found = await of_relay(store, client.health)
    speaker = client.signer.speaker
    facts = {"url": settings.relay_url, "relay": speaker.audience, "agent": speaker.agent_id, "key": speaker.key_id}
    refused = isinstance(answer, Said) and not answer.ok and not client.health.refused
    says = f"The relay doesn't do what it is asked ({_why(answer)})." if found.ok and refused else found.says
    return Part(ok=found.ok and not refused, says=says, facts=facts | dict(found.facts))


def as_text(found: Part) -> str:
    """For people: a line for each fact."""
    return "\n".join((found.says, *(f"  {name:<13} {_shown(value)}" for name, value in found.facts.items())))


async def sync(settings: Settings, clock: Clock | None = None) -> str:
    """Register what is relayed; what was done, in a sentence. Raises `Failure`."""
    async with _client(settings, clock) as client, opened(settings) as store:
        try:
            workspaces = await store.read(partial(load, secrets=Secrets(load_or_make(settings))))
        except UnreadableSecretError:
            raise Failure("The tokens can't be read with AGENT_SECRET_KEYS: put the former key back.") from None
        registering = Registering(
            client=client,
            store=store,
            relay=memory_of(settings),
            workspaces=workspaces,
            clock=clock or SystemClock(),
        )
        done = await registering.sync()
    if client.health.refused:
        raise Failure(client.health.refused)
    if done.failed:
        each = ", ".join(f"{place.id} ({why})" for place, why in done.failed.items())
        raise Failure(f"The relay has not taken what we say of {each}.")
    return f"Tokens at the relay: {len(done.put)} put, {len(done.removed)} taken back."


def rotate(
    settings: Settings,
    key_id: str = "",
    *,
    file: Path | None = None,
    printed: Callable[[str], None] = lambda _pem: None,
    clock: Clock | None = None,
) -> str:
    """Make a key and have the relay take it; what is to be done next. Raises `Failure`, `OSError`.

    The key is written to `file`, else `printed`, before the relay knows it: one that nobody has would lock us out.
    """
    clock, pair = clock or SystemClock(), new_pair()
    key_id = key_id or f"{clock.now():%Y%m%d}-{uuid4().hex[:6]}"
    if settings.relay_url is None:
        raise Failure(_NONE)
    if not _KEY_ID.fullmatch(key_id) or key_id == settings.relay_key_id:
        raise Failure("--key-id must be another one than RELAY_KEY_ID: up to 64 letters, digits, hyphens, underscores.")
    if file:
        keep(file, pair.private)
    else:
        printed(pair.private)
    answer, refused = asyncio.run(_put(settings, pair, key_id, clock))
    if isinstance(answer, Lost):
        says = f"Whether the relay has taken the new key {key_id} isn't known ({answer.reason})"
        raise Failure(f"{says}: keep it and try it with RELAY_KEY_ID={key_id}; if that isn't taken, rotate again.")
    if not isinstance(answer, Said) or not answer.ok:
        if file:
            file.unlink()
        raise Failure(
            refused or _retired(answer) or f"The relay has not taken the new key ({_why(answer)}); try again."
        )
    where = f"RELAY_SIGNING_KEY_FILE={file}" if file else "RELAY_SIGNING_KEY to that key"
    return (
        f"The relay takes the new key {key_id}. Set RELAY_KEY_ID={key_id} and {where}, and restart the agent within 24 "
        "hours: until then the former key is good too."
    )


async def _put(settings: Settings, pair: Pair, key_id: str, clock: Clock) -> tuple[Answer, str]:
    async with _client(settings, clock) as client:
        return await put_next(client, pair, key_id), client.health.refused


def _retired(answer: Answer) -> str:
    """What to do when the present key has been rotated before; else nothing."""
    if not isinstance(answer, Said) or answer.fields.get("error") != "key_retired":
        return ""
    successor = answer.fields.get("successor")
    named = f", {successor}" if isinstance(successor, str) and _KEY_ID.fullmatch(successor) else ""
    return (
        f"The key of RELAY_KEY_ID has a successor already{named}: set that one, and rotate then. If it is lost, have "
        "the relay's operator enter another one (`ghe-slack relay agents add`); if it isn't yours, revoke this one."
    )


def _why(answer: Answer) -> str:
    return answer.why if isinstance(answer, Said) else answer.reason


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value) or "none"
    return "–" if value in {None, ""} else str(value)
