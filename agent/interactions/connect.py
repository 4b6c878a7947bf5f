"""*Connect GitHub account* where there is no link yet, and what the end of a device flow says."""

from agent.slash.click import Click
from agent.slash.ports import Ports
from agent.slash.reply import Button, Reply, to_person
from agent.slash.signing_in import BUTTON, CONNECT, CONNECTED, NOT_CONNECTED, begin, welcome
from agent.slash.tables import Answer

_WHY = {
    "access_denied": "You declined on GitHub Enterprise, so your accounts aren't connected.",
    "expired_token": "Nobody entered the code on GitHub Enterprise in time, so your accounts aren't connected.",
    "suspended": "GitHub Enterprise doesn't let this account use the app, so your accounts aren't connected.",
}
_OTHERWISE = "GitHub Enterprise didn't go through with it, so your accounts aren't connected."
_AGAIN = Button(text=BUTTON, action_id=CONNECT, style="primary", anywhere=True)


async def _begin(click: Click, ports: Ports) -> Reply:
    return await begin(click, ports)


async def _connected(click: Click, ports: Ports) -> Answer:
    person = await ports.people.of(click.team_id, click.user_id)
    return welcome(person, ports) if person else None


async def _not_connected(click: Click, _ports: Ports) -> Reply:
    """A button, not a fresh offer: that would end unused too, and tell of it, again and again."""
    return to_person(_WHY.get(click.value, _OTHERWISE), buttons=(_AGAIN,))


ACTIONS = {CONNECT: _begin, CONNECTED: _connected, NOT_CONNECTED: _not_connected}
