"""The first words to somebody who isn't linked: once, in a direct message."""

from collections.abc import Sequence

from agent.home.ports import Homes
from agent.people.ports import Member, MemberKind
from agent.slash.ports import Ports
from agent.slash.reply import Button, Reply, to_person
from agent.slash.signing_in import CONNECT, ENTER_CODE
from agent.subscriptions.words import code


async def greet(team_id: str, user_id: str, ports: Ports, homes: Homes) -> bool:
    """Greet a full member who isn't linked and was never greeted; whether that was done now."""
    if await ports.people.of(team_id, user_id):
        return False
    match await ports.members.of(team_id, user_id):
        case Member(kind=MemberKind.FULL):
            pass
        case _:
            return False
    if not await homes.memory.claim_greeting(team_id, user_id):
        return False
    told = await homes.screen.tell(team_id, user_id, greeting(ports.command))
    if not told:
        await homes.memory.release_greeting(team_id, user_id)
    return told


async def greet_installer(team_ids: Sequence[str], user_id: str, ports: Ports, homes: Homes) -> bool:
    """The same in the first of these workspaces that they belong to: an organisation's people are in some of them."""
    for team_id in team_ids:
        match await ports.members.of(team_id, user_id):
            case Member(kind=MemberKind.FULL):
                return await greet(team_id, user_id, ports, homes)
            case _:
                pass
    return False


def greeting(command: str) -> Reply:
    """The words. The link is made when it's asked for: it lives 15 minutes, and this message stays."""
    return to_person(
        "Hi. I bring what happens on GitHub Enterprise to Slack.",
        "Connect your GitHub account to subscribe channels, to open issues and to comment as yourself. "
        f"{code(f'{command} help')} lists everything that I can do.",
        buttons=(
            Button(text="Connect GitHub account", action_id=CONNECT, style="primary", anywhere=True),
            Button(text="Enter code", action_id=ENTER_CODE, anywhere=True),
        ),
    )
