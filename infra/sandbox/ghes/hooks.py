"""Webhooks: who gets an event, how it is signed, and what the delivery log keeps.

fire ──▶ World.outgoing ──▶ pump ──▶ POST to the App's hook, 30 s ──▶ App.deliveries
                ▲                                                        │
                └───────── POST /app/hook/deliveries/{id}/attempts ──────┘   (never by itself)
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp

from infra.sandbox.ghes.apps import App, Delivery, Firing, Guid, Installation
from infra.sandbox.ghes.hook_url import refused
from infra.sandbox.ghes.render.installations import installation_stub
from infra.sandbox.ghes.render.people import organization_json, user_json
from infra.sandbox.ghes.render.repositories import repository_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.times import iso
from infra.sandbox.ghes.world import World

TIMEOUT_S = 30
SUCCESS = 2
LARGEST_BYTES = 25 * 2**20
USER_AGENT = "GitHub-Hookshot/7d4f2b1"
ALWAYS_SENT = frozenset({"installation", "installation_repositories", "github_app_authorization", "ping", "meta"})


def fire(
    world: World,
    event: str,
    action: str | None = None,
    *,
    by: Account,
    repository: Repository | None = None,
    organization: Account | None = None,
    also: Collection[Installation] = (),
    fields: Mapping[str, Any],
) -> None:
    """Queue the event for every App that is installed where it happened, subscribed, and not suspended.

    `also` names installations that hear of it although they no longer hold the repository.
    """
    owner = repository.owner if repository else organization
    for installation in list(world.installations.values()):
        reached = installation.holds(repository) if repository else installation.account is owner
        subscribed = event in installation.events and not installation.suspended_at
        if subscribed and (reached or installation in also):
            extra: dict[str, Any] = dict(fields)
            if repository and "repository" not in extra:
                extra["repository"] = repository_json(world, repository)
            if owner and owner.type == "Organization":
                extra.setdefault("organization", organization_json(world, owner))
            extra["installation"] = installation_stub(installation)
            queue(
                world, installation.app, event, action, by=by, repository=repository, about=installation, fields=extra
            )


def queue(
    world: World,
    app: App,
    event: str,
    action: str | None,
    *,
    by: Account | None,
    fields: Mapping[str, Any],
    repository: Repository | None = None,
    about: Installation | None = None,
) -> None:
    """Queue an event for one App, subscribed or not; over 25 MB it is dropped, and no log knows of it."""
    payload: dict[str, Any] = {"action": action} if action else {}
    payload |= fields
    payload["enterprise"] = enterprise(world)
    if by:
        payload["sender"] = user_json(world, by)
    body = json.dumps(payload).encode()
    if len(body) > LARGEST_BYTES or not app.hook.active:
        return
    firing = Firing(
        app=app,
        guid=Guid(str(uuid4())),
        event=event,
        action=action,
        installation_id=about.id if about else None,
        repository_id=repository.id if repository else None,
        body=body,
    )
    world.outgoing.put_nowait(firing)


def enterprise(world: World) -> dict[str, Any]:
    """The `enterprise` object that every webhook of GHES carries."""
    return {
        "id": 1,
        "slug": "github",
        "name": "GitHub",
        "node_id": "E_kgABAQ",
        "avatar_url": f"{world.web_url}/avatars/b/1",
        "description": None,
        "website_url": None,
        "html_url": f"{world.web_url}/businesses/github",
        "created_at": "2026-01-05T09:00:00Z",
        "updated_at": iso(world.now()),
    }


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def pump(world: World, session: aiohttp.ClientSession) -> None:
    """Send what is queued, one after the other, for ever; `World.modes` bends that."""
    async with asyncio.TaskGroup() as tasks:
        while True:
            batch = [await world.outgoing.get()]
            while len(batch) < world.modes.reverse:
                batch.append(await world.outgoing.get())
            for firing in reversed(batch):
                if world.modes.late_s:
                    tasks.create_task(_send_late(world, session, firing, world.modes.late_s))
                else:
                    await _send(world, session, firing)


async def _send_late(world: World, session: aiohttp.ClientSession, firing: Firing, late_s: float) -> None:
    await world.clock.sleep(late_s)
    await _send(world, session, firing)


async def _send(world: World, session: aiohttp.ClientSession, firing: Firing) -> None:
    deleted = firing.app.id not in world.apps
    for _ in range(0 if deleted else 2 if world.modes.twice else 1):
        firing.app.deliveries.append(await _attempt(world, session, firing))
    world.outgoing.task_done()


async def _attempt(world: World, session: aiohttp.ClientSession, firing: Firing) -> Delivery:
    """POST once and return what the log keeps of it; a receiver that can't be reached is no error here."""
    hook, started, began_s = firing.app.hook, world.now(), world.clock.monotonic()
    headers = dict(_headers(world, firing))
    code, status, answered, text = 0, "", {}, ""
    if reason := refused(hook.url, world.concessions):
        code, status = world.switches.refused_status_code, reason
    else:
        try:
            async with (
                world.clock.timeout(TIMEOUT_S),
                session.post(hook.url, data=BytesIO(firing.body), headers=headers, allow_redirects=False) as response,
            ):
                text = await response.text(errors="replace")
                code, answered = response.status, dict(response.headers)
                status = "OK" if code // 100 == SUCCESS else f"Invalid HTTP Response: {code}"
        except TimeoutError:
            code, status = world.switches.timeout_status_code, "timed out"
        except (aiohttp.ClientError, OSError):
            code, status = world.switches.refused_status_code, "failed to connect to host"
    return Delivery(
        id=world.next_id(),
        guid=firing.guid,
        delivered_at=started,
        redelivery=firing.redelivery,
        duration_s=round(world.clock.monotonic() - began_s, 2),
        status=status,
        status_code=code,
        event=firing.event,
        action=firing.action,
        installation_id=firing.installation_id,
        repository_id=firing.repository_id,
        url=hook.url,
        request_headers=headers,
        body=firing.body,
        response_headers=answered,
        response_body=text,
    )


def _headers(world: World, firing: Firing) -> Iterator[tuple[str, str]]:
    host = urlsplit(world.web_url)
    yield "Accept", "*/*"
    yield "Content-Type", "application/json"
    yield "User-Agent", USER_AGENT
    yield "X-GitHub-Delivery", firing.guid
    yield "X-GitHub-Event", firing.event
    yield "X-GitHub-Enterprise-Host", (host.netloc if world.switches.host_with_port else host.hostname) or ""
    yield "X-GitHub-Enterprise-Version", world.version
    yield "X-GitHub-Hook-ID", str(firing.app.hook.id)
    yield "X-GitHub-Hook-Installation-Target-ID", str(firing.app.id)
    yield "X-GitHub-Hook-Installation-Target-Type", "integration"
    if secret := firing.app.hook.secret:
        yield "X-Hub-Signature-256", signature(secret, firing.body)
