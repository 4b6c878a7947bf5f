"""What has no feed and is looked at twice a second: the agent's `/status`, the repositories, and the hook's log."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from infra.sandbox.ghes.apps import Delivery
from infra.sandbox.page import shown
from infra.sandbox.page.parts import Parts

EVERY_S = 0.5
PATIENCE_S = 2
SHOWN_DELIVERIES = 30
NOT_SET_UP = "Not set up."


@dataclass(slots=True, kw_only=True)
class Watched:
    """What was seen last: `agent` (part to `ok` and what it `says`), `repositories`, `deliveries` (newest first)."""

    now: dict[str, Any] = field(default_factory=dict)


async def watch(parts: Parts, watched: Watched, changed: Callable[[dict[str, Any]], None]) -> None:
    """Look, for ever, and tell what changed."""
    async with aiohttp.ClientSession() as session:
        while True:
            seen = {
                "agent": await _status(parts, session),
                "repositories": shown.repositories(parts.ghes),
                "deliveries": [_delivery(it) for it in reversed(parts.ghes.app.deliveries[-SHOWN_DELIVERIES:])],
            }
            if seen != watched.now:
                watched.now = seen
                changed(seen)
            await parts.clock.sleep(EVERY_S)


async def _status(parts: Parts, session: aiohttp.ClientSession) -> dict[str, Any]:
    try:
        async with parts.clock.timeout(PATIENCE_S), session.get(f"{parts.agent_url}/status") as response:
            body = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return {"agent": {"ok": False, "says": "It does not answer."}}
    return {
        name: {"ok": part["ok"], "says": part["says"]}
        for name, part in body["parts"].items()
        if part["says"] != NOT_SET_UP
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "event": f"{delivery.event}.{delivery.action}" if delivery.action else delivery.event,
        "status": delivery.status_code,
        "ok": delivery.ok,
        "why": "" if delivery.ok else delivery.status,
        "at": delivery.delivered_at.timestamp(),
    }
