"""The buttons in Home; *Open a new issue* and *Enter code* are those flows' own."""

from agent.home.buttons import CHANGED, CONNECT, HELP, REFRESH, SIGN_OUT
from agent.home.showing import show
from agent.slash.call import Call
from agent.slash.click import Click
from agent.slash.ports import Ports
from agent.slash.signing_in import offer
from agent.slash.tables import Action, Answer, verbs


async def _connect(click: Click, ports: Ports) -> Answer:
    """The way to link stands in Home itself; it is made now, since it lives 15 minutes only."""
    if await ports.people.of(click.team_id, click.user_id):
        return await _refresh(click, ports)
    offered = await offer(click, ports)
    if ports.homes is None:
        return offered
    await show(click.team_id, click.user_id, ports, ports.homes, offer=offered)
    return None


async def _refresh(click: Click, ports: Ports) -> Answer:
    if ports.homes:
        ports.homes.looks.forget(click.team_id, click.user_id)
        await show(click.team_id, click.user_id, ports, ports.homes)
    return None


def _typed(name: str) -> Action:
    """What the command of that name says; there is no channel, so it comes as a direct message."""

    async def run(click: Click, ports: Ports) -> Answer:
        verb = verbs().get(name)
        return await verb.run(_call(click, name, ports), "", ports) if verb else None

    return run


def _call(click: Click, name: str, ports: Ports) -> Call:
    return Call(
        id=click.id,
        command=ports.command,
        text=name,
        team_id=click.team_id,
        enterprise_id="",
        channel_id=click.channel_id,
        user_id=click.user_id,
        home_team_id=click.home_team_id,
        response_url=click.response_url,
    )


ACTIONS: dict[str, Action] = {
    CONNECT: _connect,
    REFRESH: _refresh,
    CHANGED: _refresh,
    SIGN_OUT: _typed("signout"),
    HELP: _typed("help"),
}
