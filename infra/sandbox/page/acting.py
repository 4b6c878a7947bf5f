"""What the page lets people do in the two worlds. Each function answers with a notice for the person, usually empty."""

from dataclasses import dataclass

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.menu import ACTIONS as MENU
from infra.sandbox.ghes.menu import Action
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World as Ghes
from infra.sandbox.page.parts import Parts
from infra.sandbox.slack import people, workspace
from infra.sandbox.slack.line import Delivery


def _install(ghes: Ghes, repository: Repository, by: Account) -> None:
    if not any(it.account is repository.owner for it in ghes.installations.values()):
        happen.install_app(ghes, ghes.app, repository.owner, by=by)


ACTIONS = MENU | {"app-install": Action(group="App", title="Install it on the owner", run=_install)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody is: ids of the workspace, the channel and the person."""

    team: str
    channel: str
    user: str


async def say(parts: Parts, place: Place, text: str) -> str:
    """Send what somebody typed: a command of the app, an invitation, or a message."""
    command = parts.slack.app.command
    first, _, rest = text.strip().partition(" ")
    if first == command:
        return await _settled(people.slash(parts.slack, place.team, place.channel, place.user, rest.strip()), command)
    if first == "/invite":
        return _invite(parts, place, rest.strip().removeprefix("@"))
    if first.startswith("/"):
        return f"{first} is not a command here. Try {command} help."
    people.say(parts.slack, place.team, place.channel, place.user, text.strip())
    return ""


async def click(parts: Parts, place: Place, ts: str, action_id: str) -> str:
    """Press a button of a message."""
    return await _settled(
        people.click(parts.slack, place.team, place.channel, ts, place.user, action_id), "The app's button"
    )


def act(parts: Parts, action: str, full_name: str, login: str) -> str:
    """Let something happen on GHES."""
    try:
        repository, by = parts.ghes.repository(full_name), parts.ghes.account(login)
    except KeyError:
        return f"{full_name} is no longer there. Choose another repository."
    ACTIONS[action].run(parts.ghes, repository, by)
    return ""


def _invite(parts: Parts, place: Place, name: str) -> str:
    try:
        workspace.invite(parts.slack, place.team, place.channel, name, by=place.user)
    except LookupError:
        return f"Nobody here is called @{name}. The app is @ghe."
    return ""


async def _settled(delivery: Delivery, what: str) -> str:
    await delivery.settled.wait()
    return f"{what} failed with the error “{delivery.shown}”." if delivery.shown else ""
