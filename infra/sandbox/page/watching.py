"""What has no feed and is looked at twice a second: the agent's `/status`, the repositories, and the hook's log."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from infra.sandbox.ghes.apps import Delivery
from infra.sandbox.page import shown
from infra.sandbox.page.parts import Parts
from infra.sandbox.slack.world import World as Slack

EVERY_S = 0.5
PATIENCE_S = 2
SHOWN_DELIVERIES = 30
NOT_SET_UP = "Not set up."


@dataclass(slots=True, kw_only=True)
class Watched:
    """What was seen last: `agent` (part to `ok` and what it `says`), `repositories`, `deliveries` (newest first)."""

    now: dict[str, Any] = field(default_factory=dict)


async def watch(
    parts: Parts, watched: Watched, changed: Callable[[dict[str, Any]], None], other_apps: Callable[[], None]
) -> None:
    """Look, for ever, and tell what changed, and that apps were made, changed, installed or removed."""
    known = _apps(parts.slack)
    async with aiohttp.ClientSession() as session:
        while True:
            if (now := _apps(parts.slack)) != known:
                known = now
                other_apps()
            seen = {
                "agent": await _status(parts, session),
                "repositories": shown.repositories(parts.ghes),
                "deliveries": [_delivery(it) for it in _newest(parts)],
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


def _apps(slack: Slack) -> Any:
    """What the page shows of apps, with their bots and direct messages, as something to compare."""
    installed = [(it.app_id, it.place_id, it.token_error, it.order) for it in slack.installations()]
    return shown.apps(slack), installed, [(len(it.users), len(it.channels)) for it in slack.teams.values()]


def _newest(parts: Parts) -> list[Delivery]:
    """Of the webhooks of all Apps."""
    sent = [each for app in parts.ghes.apps.values() for each in app.deliveries[-SHOWN_DELIVERIES:]]
    return sorted(sent, key=lambda each: each.id, reverse=True)[:SHOWN_DELIVERIES]


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "event": f"{delivery.event}.{delivery.action}" if delivery.action else delivery.event,
        "status": delivery.status_code,
        "ok": delivery.ok,
        "why": "" if delivery.ok else delivery.status,
        "at": delivery.delivered_at.timestamp(),
    }
