"""Who sits at the browser: a person by name, signed in to every workspace in which that name is a member or a guest."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from infra.sandbox.slack.app import App
from infra.sandbox.slack.app_pages.pages import WORLD
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Organisation, Team, User
from infra.sandbox.slack.world import World

COOKIE = "slack_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`users`: who that is in each workspace, by its id."""

    name: str
    users: Mapping[str, User]

    def owns(self, app: App) -> bool:
        """Whether this person may see and change an app."""
        return not app.deleted and any(user.user_id in app.collaborators for user in self.users.values())

    def member_of(self, team: Team) -> User:
        """Who it is in a workspace. Raises `Refused` for a guest, and for whoever isn't there."""
        user = self.users.get(team.team_id)
        if user is None or user.is_restricted:
            raise Refused("restricted_action")
        return user


def people(world: World) -> list[Person]:
    """Everybody who can sign in, in the order of the workspaces. Strangers sign in at home, bots nowhere."""
    found: dict[str, dict[str, User]] = {}
    for team in world.teams.values():
        for user in team.users.values():
            if not (user.is_bot or user.deleted or user.home_team_id):
                found.setdefault(user.name, {})[team.team_id] = user
    return [Person(name=name, users=users) for name, users in found.items()]


def named(world: World, name: str) -> Person | None:
    """The person of this name."""
    return next((it for it in people(world) if it.name == name), None)


def visitor(request: web.Request) -> Person | None:
    """Who signed in with this browser; None for nobody."""
    return named(request.app[WORLD], request.cookies.get(COOKIE, ""))


def workspaces(world: World, person: Person) -> list[Team]:
    """Where a person is signed in."""
    return [world.teams[team_id] for team_id in person.users]


def organisations(world: World, person: Person) -> list[Organisation]:
    """Those of the person's workspaces."""
    ids = dict.fromkeys(it.organisation_id for it in workspaces(world, person) if it.organisation_id)
    return [world.organisations[it] for it in ids]


def in_organisation(world: World, person: Person, organisation: Organisation) -> User:
    """Who it is in an organisation: a member before a guest. Raises `Refused` for whoever isn't there."""
    mine = [it for it in workspaces(world, person) if it.organisation_id == organisation.organisation_id]
    users = sorted((person.users[it.team_id] for it in mine), key=lambda user: user.is_restricted)
    if not users:
        raise Refused("restricted_action")
    return users[0]
