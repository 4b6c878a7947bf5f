"""The Web API's front: arguments, faults, token, scopes and limits, then the method's own function (slack.md §8-10)."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from infra.sandbox.slack.arguments import Arguments, arguments
from infra.sandbox.slack.bearer import Bearer, bearer, refusal
from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.faults import AnswerLost, Down, Fault, Limited, RequestLost, Says, Slow
from infra.sandbox.slack.feed import Change
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.socket import reset
from infra.sandbox.slack.world import World


async def respond(world: World, table: Mapping[str, Method], request: web.Request) -> web.Response:
    """Answer one Web API request."""
    name = request.match_info["method"]
    try:
        given = await arguments(request)
    except Refused as refused:
        return _answer(None, refused_body(refused))
    whose = bearer(world, given.token or "", given.values)
    channel_id = str(given.values.get("channel") or "") or None
    world.calls.append((name, whose.place_id))
    world.called_at.append((name, channel_id, world.clock.monotonic()))
    world.feed.publish(Change(kind="call", team_id=whose.place_id, what=name))
    fault = world.faults.take(name, whose.place_id, channel_id)
    instead = _instead(fault, request, whose)
    if instead is not None:
        return instead
    answer = _carried_out(world, table, name, given, whose)
    return await _spoiled(world, fault, request, answer)


def _instead(fault: Fault | None, request: web.Request, whose: Bearer) -> web.Response | None:
    """Return what a fault answers in place of carrying the call out."""
    match fault:
        case Down(status=status):
            return web.Response(status=status, text="<html>Service unavailable</html>", content_type="text/html")
        case Limited(retry_after_s=wait_s):
            return _ratelimited(wait_s)
        case RequestLost():
            return _reset(request)
        case Says(error=error, after_the_deed=False):
            return _answer(whose, {"ok": False, "error": error})
        case _:
            return None


async def _spoiled(world: World, fault: Fault | None, request: web.Request, answer: web.Response) -> web.Response:
    """Return the answer after what a fault makes of it."""
    match fault:
        case AnswerLost():
            return _reset(request)
        case Slow(seconds=seconds):
            await world.clock.sleep(seconds)
            return answer
        case Says(error=error):
            return _answer(None, {"ok": False, "error": error})
        case _:
            return answer


def refused_body(refused: Refused) -> dict[str, Any]:
    """The body of a refusal."""
    return {"ok": False, "error": refused.code, **refused.extra}


def _carried_out(world: World, table: Mapping[str, Method], name: str, given: Arguments, whose: Bearer) -> web.Response:
    method = table.get(name)
    if method is None:
        return _answer(whose, {"ok": False, "error": "unknown_method", "req_method": name})
    call = Call(
        world=world,
        args=given.values,
        token=given.token or "",
        team=whose.team,
        installation=whose.installation,
        app_token=whose.app_token,
        configuration=whose.configuration,
        of_app=whose.app,
    )
    try:
        _check_token(world, method, given, whose)
        _check_scopes(whose, method)
        wait_s = _wait_s(call, name, method, whose) if world.limits else None
        if wait_s is not None:
            return _ratelimited(wait_s)
        return _answer(whose, {"ok": True, **method.answer(call)}, method)
    except Refused as refused:
        return _answer(whose, refused_body(refused), method)


def _check_token(world: World, method: Method, given: Arguments, whose: Bearer) -> None:
    if method.token == "none":
        return
    if given.token is None or (method.header_only and not given.in_header):
        raise Refused("not_authed")
    if whose.kind is None:
        raise Refused("invalid_auth")
    dead = refusal(world, given.token, whose)
    if dead:
        raise Refused(dead)
    if whose.kind not in ({"bot", "app"} if method.token == "any" else {method.token}):
        raise Refused("not_allowed_token_type")


def _check_scopes(whose: Bearer, method: Method) -> None:
    if method.scopes and not method.scopes & whose.scopes:
        needed = ",".join(sorted(method.scopes))
        raise Refused("missing_scope", needed=needed, provided=",".join(sorted(whose.scopes)))


def _wait_s(call: Call, name: str, method: Method, whose: Bearer) -> int | None:
    """Limits are counted for each workspace and app."""
    key = f"{whose.place_id or 'app'} {whose.app.app_id if whose.app else ''}"
    wait_s = call.world.limiter.method_wait_s(name, key, method.per_minute)
    if wait_s is None and name == "chat.postMessage":
        return call.world.limiter.channel_wait_s(key, str(call.args.get("channel")))
    return wait_s


def _ratelimited(wait_s: int) -> web.Response:
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(wait_s)})


def _reset(request: web.Request) -> web.Response:
    reset(request.transport)
    return web.Response()


def _answer(whose: Bearer | None, body: Mapping[str, Any], method: Method | None = None) -> web.Response:
    headers = {"x-oauth-scopes": ",".join(sorted(whose.scopes))} if whose and whose.scopes else {}
    if method is not None and method.scopes:
        headers["x-accepted-oauth-scopes"] = ",".join(sorted(method.scopes))
    return web.json_response(body, headers=headers)
