"""The shortcut *Create issue*, global and on a message, whose text and address become the description."""

from agent.slash.issue_form import TITLE_OF_FORM, issue_form
from agent.slash.message import quote_of
from agent.slash.ports import Ports
from agent.slash.reply import Reply
from agent.slash.shortcut import Shortcut
from agent.slash.shown import all_shown
from agent.slash.tables import Answer, Opening
from agent.slash.who import acting_as

_GLOBAL, _ON_MESSAGE = "ghe_create_issue", "ghe_issue_from_message"


async def _run(shortcut: Shortcut, ports: Ports) -> Answer:
    actor = await acting_as(shortcut, ports)
    if isinstance(actor, Reply):
        return actor
    last = await ports.channel_settings.last_repository(shortcut.address) if shortcut.channel_id else ""
    quote = await quote_of(shortcut, ports)
    return await issue_form(actor, all_shown(shortcut, ports), repository=last, description=quote)


SHORTCUTS = {_GLOBAL: _run, _ON_MESSAGE: _run}
OPENS = {word: Opening(TITLE_OF_FORM) for word in SHORTCUTS}
