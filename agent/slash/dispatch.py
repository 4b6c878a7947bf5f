"""From what somebody asks to the answer."""

import secrets
from collections.abc import Awaitable
from difflib import get_close_matches
from typing import assert_never

import structlog

from agent.slash.asked import Asked
from agent.slash.call import Call
from agent.slash.click import Click
from agent.slash.guards import mistaken
from agent.slash.ports import Ports
from agent.slash.reply import Reply, to_person
from agent.slash.shortcut import Shortcut
from agent.slash.submission import Submission
from agent.slash.tables import Answer, Opening, flows, verbs
from agent.slash.view import View
from agent.store.port import StoreUnavailableError
from agent.subscriptions.parser import ArgumentsError, typed
from agent.subscriptions.words import code, pointed
from shared.blockkit.mrkdwn import escape

_log = structlog.get_logger()

_HELP = "help"


async def answer_to(asked: Asked, ports: Ports) -> Answer:
    """Run what was asked for; nothing typed is `help`, and a button that only opens a page has no answer.

    Raises `StoreUnavailableError`, nothing else.
    """
    return await _guarded(_answer(asked, ports), asked)


async def _answer(asked: Asked, ports: Ports) -> Answer:
    if stopped := await mistaken(asked, ports):
        return stopped
    match asked:
        case Call():
            return await _run(asked, ports)
        case Click(action_id=action_id):
            action = flows().actions.get(action_id)
            return await action(asked, ports) if action else None
        case Submission(callback_id=callback_id):
            sent = flows().submissions.get(callback_id)
            return await sent(asked, ports) if sent else None
        case Shortcut(callback_id=callback_id):
            used = flows().shortcuts.get(callback_id)
            return await used(asked, ports) if used else None
        case never:
            assert_never(never)


def opens(asked: Asked) -> Opening | None:
    """The form that this opens, if it opens one."""
    match asked:
        case Call():
            verb = verbs().get(_split(asked)[0].lower())
            return verb.opens if verb else None
        case Click(action_id=word) | Shortcut(callback_id=word):
            return flows().opens.get(word)
        case Submission():
            return None
        case never:
            assert_never(never)


async def _run(call: Call, ports: Ports) -> Reply | View:
    name, arguments = _split(call)
    verb = verbs().get(name.lower() or _HELP)
    if verb is None:
        return await _unknown(name, call, ports)
    try:
        return await verb.run(call, arguments, ports)
    except ArgumentsError as error:
        pointer = error.pointer(f"{call.command} {verb.name} ")
        return to_person(escape(error.says), pointed(pointer), "Nothing was changed.")


def _split(call: Call) -> tuple[str, str]:
    name, arguments = (*typed(call.text).split(maxsplit=1), "", "")[:2]
    return name, arguments


async def _unknown(name: str, call: Call, ports: Ports) -> Reply | View:
    near = get_close_matches(name.lower(), verbs(), n=1)
    hint = f" Did you mean {code(f'{call.command} {near[0]}')}?" if near else ""
    shown = await verbs()[_HELP].run(call, "", ports)
    more = shown.paragraphs if isinstance(shown, Reply) else ()
    return to_person(f"There is no command {code(name)}.{hint}", *more)


async def _guarded(answering: Awaitable[Answer], about: Asked) -> Answer:
    try:
        return await answering
    except StoreUnavailableError:  # the envelope is kept, and answered when the store is there
        raise
    except Exception:  # noqa: BLE001 - the one edge of all gestures; everything unforeseen gets a reference here
        reference = secrets.token_hex(4)
        _log.exception("reply failed", reference=reference, team_id=about.team_id, channel_id=about.channel_id)
        return to_person(
            "Something went wrong on my side. Try again; if it happens again, tell whoever runs this app the "
            f"reference `{reference}`."
        )
