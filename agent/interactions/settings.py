"""The buttons of `/ghe settings`: each says what it is to be, so a second click changes nothing more."""

from agent.slash.channel_panel import OFF, ON, PREVIEWS, THREADING, panel
from agent.slash.click import Click
from agent.slash.guards import full_member
from agent.slash.ports import Ports
from agent.slash.reply import Reply

_WORDS = {THREADING: "threading", PREVIEWS: "previews"}


async def _run(click: Click, ports: Ports) -> Reply:
    if stopped := await full_member(click, ports):
        return stopped
    if click.value not in {ON, OFF}:
        return panel(await ports.channel_settings.of(click.address), replaces=True)
    wanted = {_WORDS[click.action_id]: click.value == ON}
    return panel(await ports.channel_settings.choose(click.address, wanted, click.user_id), replaces=True)


ACTIONS = {THREADING: _run, PREVIEWS: _run}
