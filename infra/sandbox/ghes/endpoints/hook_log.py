"""The App's webhook: where it goes, and the log of what was sent (§6). All for the App's JWT."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from infra.sandbox.ghes.answers import Answer, RefusalError, invalid, link_next, not_found, per_page
from infra.sandbox.ghes.apps import Delivery, Firing
from infra.sandbox.ghes.gate import Call, Route
from infra.sandbox.ghes.hook_url import refused
from infra.sandbox.ghes.render.installations import hook_config_json
from infra.sandbox.ghes.times import iso

KEPT = timedelta(days=7)
FAILED = range(400, 600)
"""What `?status=failure` finds; refused connections and time-outs may have another code (§6)."""
SUCCEEDED = range(200, 400)


def config(call: Call) -> Answer:
    """GET /app/hook/config."""
    return Answer(body=hook_config_json(call.app.hook))


def change_config(call: Call) -> Answer:
    """PATCH /app/hook/config."""
    hook, body = call.app.hook, call.body
    url = str(body.get("url", hook.url))
    if "url" in body and (reason := refused(url, call.world.concessions)):
        raise invalid("Hook", "url", "custom", reason)
    hook.url = url
    hook.secret = str(body.get("secret", hook.secret))
    hook.content_type = str(body.get("content_type", hook.content_type))
    hook.insecure_ssl = str(body.get("insecure_ssl", hook.insecure_ssl))
    return Answer(body=hook_config_json(hook))


def deliveries(call: Call) -> Answer:
    """GET /app/hook/deliveries: newest first, the next page by the cursor in `Link`."""
    kept = [it for it in reversed(_kept(call)) if _wanted(call.request.query.get("status", ""))(it)]
    cursor = call.request.query.get("cursor", "")
    if cursor:
        before = _cursor(cursor)
        kept = [it for it in kept if it.id < before]
    size = per_page(call.request)
    shown = kept[:size]
    headers = {}
    if len(kept) > size:
        headers["Link"] = link_next(call.request, call.world.web_url, cursor=f"v1_{shown[-1].id}")
    return Answer(body=[_summary(it) for it in shown], headers=headers)


def delivery(call: Call) -> Answer:
    """GET /app/hook/deliveries/{id}: with what was sent and what was answered."""
    found = _one(call)
    body = _summary(found) | {
        "url": found.url,
        "request": {"headers": dict(found.request_headers), "payload": json.loads(found.body)},
        "response": {"headers": dict(found.response_headers), "payload": found.response_body},
    }
    return Answer(body=body)


def redeliver(call: Call) -> Answer:
    """POST /app/hook/deliveries/{id}/attempts: 202 and an empty object; the GUID stays the same."""
    found = _one(call)
    again = Firing(
        app=call.app,
        guid=found.guid,
        event=found.event,
        action=found.action,
        installation_id=found.installation_id,
        repository_id=found.repository_id,
        body=found.body,
        redelivery=True,
    )
    call.world.outgoing.put_nowait(again)
    return Answer(status=202)


def _kept(call: Call) -> list[Delivery]:
    oldest = call.world.now() - KEPT
    return sorted((it for it in call.app.deliveries if it.delivered_at >= oldest), key=lambda it: it.id)


def _one(call: Call) -> Delivery:
    for found in _kept(call):
        if found.id == call.number("delivery_id"):
            return found
    raise not_found()


def _cursor(cursor: str) -> int:
    version, _, number = cursor.partition("_")
    if version != "v1" or not number.isdigit():
        raise RefusalError(422, "Invalid cursor")
    return int(number)


def _wanted(status: str) -> Callable[[Delivery], bool]:
    codes = {"failure": FAILED, "success": SUCCEEDED}.get(status)
    return lambda it: codes is None or it.status_code in codes


def _summary(found: Delivery) -> dict[str, Any]:
    return {
        "id": found.id,
        "guid": found.guid,
        "delivered_at": iso(found.delivered_at),
        "redelivery": found.redelivery,
        "duration": found.duration_s,
        "status": found.status,
        "status_code": found.status_code,
        "event": found.event,
        "action": found.action,
        "installation_id": found.installation_id,
        "repository_id": found.repository_id,
        "throttled_at": None,
    }


ENDPOINTS = (
    Route(method="GET", path="/app/hook/config", answer=config),
    Route(method="PATCH", path="/app/hook/config", answer=change_config),
    Route(method="GET", path="/app/hook/deliveries", answer=deliveries),
    Route(method="GET", path=r"/app/hook/deliveries/{delivery_id:\d+}", answer=delivery),
    Route(method="POST", path=r"/app/hook/deliveries/{delivery_id:\d+}/attempts", answer=redeliver),
)
