"""Which app a person's gesture goes to, where several are installed (slack.md §16)."""

from collections.abc import Callable

from infra.sandbox.slack.app import App
from infra.sandbox.slack.elements import Element
from infra.sandbox.slack.filling import NotSent
from infra.sandbox.slack.state import Message, Team
from infra.sandbox.slack.world import World

NOT_INTERACTIVE = "This app is not configured to handle interactive responses."


def by_command(world: World, team: Team, command: str) -> App:
    """Return the app that a command is of; of several, the one that was installed last. Nobody's: the first app."""
    return _last(world, team, lambda app: command in app.commands)


def by_shortcut(world: World, team: Team, callback_id: str) -> App:
    """Return the app that a shortcut is of; nobody's: the first app."""
    return _last(world, team, lambda app: callback_id in {it.callback_id for it in app.shortcuts})


def of_message(world: World, team: Team, message: Message, unfurl_url: str | None) -> App:
    """Return the app that posted a message, or whose preview of this link it is."""
    preview = message.unfurled_by.get(unfurl_url or "")
    return world.apps[preview or message.app_id or team.app_id]


def check_interactive(app: App, element: Element) -> None:
    """Raise `NotSent` where the app's manifest has no interactivity."""
    if not app.interactive:
        raise NotSent({element.block_id: NOT_INTERACTIVE})


def _last(world: World, team: Team, fits: Callable[[App], bool]) -> App:
    live = [it for it in team.installed.values() if it.serves(team.team_id)]
    mine = [it for it in live if fits(world.apps[it.app_id])]
    return world.apps[max(mine, key=lambda it: it.order).app_id if mine else team.app_id]
