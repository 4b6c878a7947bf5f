"""Response URLs: five uses in thirty minutes, ephemeral unless told otherwise (slack.md §12)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from aiohttp import web

from infra.sandbox.slack.feed import Change
from infra.sandbox.slack.posting import check_not_empty, content
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Hook, Message
from infra.sandbox.slack.versions import edited
from infra.sandbox.slack.world import World

LIFE_S = 30 * 60
USES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHook:
    """A hook with the address under which the app reaches it."""

    hook: Hook
    url: str


def new_hook(
    world: World,
    team_id: str,
    channel_id: str,
    user_id: str,
    *,
    app_id: str = "",
    kind: Literal["commands", "actions"],
    source_ts: str | None = None,
    command: str | None = None,
    unfurl_url: str | None = None,
) -> NewHook:
    """Return a fresh response_url for a person's gesture, which goes to this app (the workspace's first)."""
    hook = Hook(
        path=f"/{kind}/{team_id}/{world.new_id('')}/{secrets.token_hex(12)}",
        team_id=team_id,
        app_id=app_id or world.teams[team_id].app_id,
        channel_id=channel_id,
        user_id=user_id,
        made_at=world.clock.now(),
        source_ts=source_ts,
        command=command,
        unfurl_url=unfurl_url,
    )
    world.hooks[hook.path] = hook
    return NewHook(hook=hook, url=world.public_url + hook.path)


async def respond(world: World, request: web.Request) -> web.Response:
    """Answer a POST to a response_url."""
    hook = world.hooks.get(request.path)
    if hook is None:
        return _failed(world, "no_service", 404)
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, Mapping):
        return _failed(world, "invalid_payload", 400)
    try:
        _spend(world, hook)
        answer(world, hook, body)
    except Refused as refused:
        return _failed(world, refused.code, 404 if refused.code in {"expired_url", "used_url"} else 400)
    return web.json_response({"ok": True})


def answer_in_ack(world: World, hook: Hook, body: Mapping[str, Any]) -> None:
    """Show a message that came with the acknowledgement of a command; it uses up nothing."""
    if body:
        answer(world, hook, body)


def answer(world: World, hook: Hook, body: Mapping[str, Any]) -> None:
    """Do what a message to a response_url asks for: post, replace or delete."""
    team = world.teams[hook.team_id]
    channel = team.channels.get(hook.channel_id)
    if channel is None:
        raise Refused("channel_not_found")
    source = channel.messages.get(hook.source_ts or "")
    if body.get("delete_original"):
        if source is None:
            raise Refused("message_not_found")
        _delete(world, source, hook.unfurl_url)
        return
    parts = content(body, world.switches)
    check_not_empty(parts)
    if body.get("replace_original") and source is not None:
        if hook.unfurl_url is not None:
            _replace_preview(world, source, hook.unfurl_url, body)
            return
        world.put(edited(source, parts, world.clock.now()), Change(kind="update"))
        return
    public = body.get("response_type") == "in_channel"
    bot = team.installed[hook.app_id]
    message = Message(
        ts=world.new_ts(),
        team_id=team.team_id,
        channel_id=channel.channel_id,
        user_id=bot.bot_user_id,
        bot_id=bot.bot_id,
        app_id=hook.app_id,
        text=parts.text or "",
        blocks=parts.blocks or (),
        attachments=parts.attachments or (),
        metadata=parts.metadata,
        mentions=parts.mentions,
        thread_ts=body.get("thread_ts") if public else None,
        ephemeral_for=None if public else hook.user_id,
        from_command=hook.command if public else None,
    )
    world.put(message, Change(kind="message" if public else "ephemeral"))


def _delete(world: World, source: Message, url: str | None) -> None:
    """Delete the message, or of a person's message the app's preview alone."""
    if url is None:
        world.put(replace(source, deleted=True), Change(kind="deletion"))
    else:
        left = {key: one for key, one in source.unfurls.items() if key != url}
        world.put(replace(source, unfurls=left), Change(kind="update"))


def _replace_preview(world: World, source: Message, url: str, body: Mapping[str, Any]) -> None:
    preview = {name: body[name] for name in ("text", "blocks", "color") if body.get(name)}
    world.put(replace(source, unfurls={**source.unfurls, url: preview}), Change(kind="update"))


def _spend(world: World, hook: Hook) -> None:
    if (world.clock.now() - hook.made_at).total_seconds() > LIFE_S:
        raise Refused("expired_url")
    if hook.uses >= USES:
        raise Refused("used_url")
    hook.uses += 1


def _failed(world: World, code: str, status: int) -> web.Response:
    if world.switches.hook_errors == "json":
        return web.json_response({"ok": False, "error": code}, status=status)
    return web.Response(text=code, status=status)
