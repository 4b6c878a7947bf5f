"""From a call or a click to its reply."""

import secrets
from collections.abc import Awaitable
from difflib import get_close_matches

import structlog

from agent.slash.call import Call
from agent.slash.click import Click
from agent.slash.ports import Ports
from agent.slash.reply import Reply, to_person
from agent.slash.tables import actions, verbs
from agent.store.port import StoreUnavailableError
from agent.subscriptions.parser import ArgumentsError, typed
from agent.subscriptions.words import code, pointed
from shared.blockkit.mrkdwn import escape

_log = structlog.get_logger()

_HELP = "help"


async def reply_to(call: Call, ports: Ports) -> Reply:
    """Run the verb that was typed; nothing typed is `help`. Raises `StoreUnavailableError`, nothing else."""
    return await _guarded(_run(call, ports), call)


async def reply_to_click(click: Click, ports: Ports) -> Reply | None:
    """What a button leads to; None for one that only opens a page. Raises `StoreUnavailableError`, nothing else."""
    action = actions().get(click.action_id)
    return await _guarded(action(click, ports), click) if action else None


async def _run(call: Call, ports: Ports) -> Reply:
    name, arguments = (*typed(call.text).split(maxsplit=1), "", "")[:2]
    verb = verbs().get(name.lower() or _HELP)
    if verb is None:
        return await _unknown(name, call, ports)
    try:
        return await verb.run(call, arguments, ports)
    except ArgumentsError as error:
        pointer = error.pointer(f"{call.command} {verb.name} ")
        return to_person(escape(error.says), pointed(pointer), "Nothing was changed.")


async def _unknown(name: str, call: Call, ports: Ports) -> Reply:
    near = get_close_matches(name.lower(), verbs(), n=1)
    hint = f" Did you mean {code(f'{call.command} {near[0]}')}?" if near else ""
    shown = await verbs()[_HELP].run(call, "", ports)
    return to_person(f"There is no command {code(name)}.{hint}", *shown.paragraphs)


async def _guarded(replying: Awaitable[Reply], about: Call | Click) -> Reply:
    try:
        return await replying
    except StoreUnavailableError:  # the envelope is kept, and answered when the store is there
        raise
    except Exception:  # noqa: BLE001 - the one edge of calls and clicks; everything unforeseen gets a reference here
        reference = secrets.token_hex(4)
        _log.exception("reply failed", reference=reference, team_id=about.team_id, channel_id=about.channel_id)
        return to_person(
            "Something went wrong on my side. Try again; if it happens again, tell whoever runs this app the "
            f"reference `{reference}`."
        )
