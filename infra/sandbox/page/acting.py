"""What the page lets people do in the two worlds. Each function answers with a notice for the person, usually empty."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.menu import ACTIONS as MENU
from infra.sandbox.ghes.menu import Action
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World as Ghes
from infra.sandbox.page.parts import Parts
from infra.sandbox.slack import people, workspace
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.typed import written


def _install(ghes: Ghes, repository: Repository, by: Account) -> None:
    for app in ghes.apps.values():
        if not any(it.app is app and it.account is repository.owner for it in ghes.installations.values()):
            happen.install_app(ghes, app, repository.owner, by=by)


ACTIONS = MENU | {"app-install": Action(group="App", title="Install it on the owner", run=_install)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody is: ids of the workspace, the channel and the person."""

    team: str
    channel: str
    user: str


async def say(parts: Parts, place: Place, text: str) -> str:
    """Send what somebody typed: a command of the app, an invitation, or a message."""
    first, _, rest = text.strip().partition(" ")
    if first in (commands := _commands(parts, place)):
        typed = people.slash(parts.slack, place.team, place.channel, place.user, rest.strip(), command=first)
        return await settled(typed, first)
    if first == "/invite":
        return _invite(parts, place, rest.strip().removeprefix("@"))
    if first.startswith("/"):
        hint = f"Try {commands[0]} help." if commands else "No app is installed in this workspace yet."
        return f"{first} is not a command here. {hint}"
    people.say(parts.slack, place.team, place.channel, place.user, written(parts.slack.team(place.team), text.strip()))
    return ""


async def click(
    parts: Parts, place: Place, ts: str, action_id: str, *, value: Any = None, values: Mapping[str, Any] | None = None
) -> str:
    """Press a button of a message, or use another element; `values`: what was entered in the message before."""
    delivery = people.click(
        parts.slack, place.team, place.channel, ts, place.user, action_id, value=value, values=values
    )
    return await settled(delivery, "The app's button")


def act(parts: Parts, action: str, full_name: str, login: str) -> str:
    """Let something happen on GHES."""
    try:
        repository, by = parts.ghes.repository(full_name), parts.ghes.account(login)
    except KeyError:
        return f"{full_name} is no longer there. Choose another repository."
    if ACTIONS[action].group == "App" and not parts.ghes.apps:
        return "This GHES has no GitHub App yet."
    ACTIONS[action].run(parts.ghes, repository, by)
    return ""


def _commands(parts: Parts, place: Place) -> list[str]:
    """Those of the apps that are installed in the workspace."""
    team = parts.slack.team(place.team)
    live = [it for it in team.installed.values() if it.serves(team.team_id)]
    return [name for it in live for name in parts.slack.apps[it.app_id].commands]


def _invite(parts: Parts, place: Place, name: str) -> str:
    try:
        workspace.invite(parts.slack, place.team, place.channel, name, by=place.user)
    except LookupError:
        bots = [f"@{it.name}" for it in parts.slack.team(place.team).users.values() if it.is_bot]
        return f"Nobody here is called @{name}. {f'The app is {bots[0]}.' if bots else 'No app is installed yet.'}"
    return ""


async def settled(delivery: Delivery, what: str) -> str:
    """Wait until the app has acknowledged, or Slack has given up; return what the person is told, usually nothing."""
    await delivery.settled.wait()
    return f"{what} failed with the error “{delivery.shown}”." if delivery.shown else ""
