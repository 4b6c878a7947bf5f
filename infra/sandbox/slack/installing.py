"""Apps come into workspaces and organisations and leave them (slack.md §16).

Installing again keeps the token as long as it is alive, and adds scopes; an organisation's installation is at work
only in the workspaces that it is then let into.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from infra.sandbox.slack.app import App, Installation
from infra.sandbox.slack.events import emit, emit_to_organisation
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.rotation import begin
from infra.sandbox.slack.state import Organisation, Team, User
from infra.sandbox.slack.world import World


def install(
    world: World, app: App, place: Team | Organisation, *, scopes: Iterable[str] | None = None, user_id: str = ""
) -> Installation:
    """Install an app, or install it again; `scopes`: those that were agreed to, the app's unless given."""
    granted = app.bot_scopes if scopes is None else frozenset(scopes)
    known = place.installed.get(app.app_id)
    if known is None or (known.is_organisations and isinstance(place, Team)):
        known = _new(world, app, place)
        place.installed[app.app_id] = known
        if isinstance(place, Team):
            _add_bot(app, place, known)
    elif known.token_error is not None:
        known.token_error, known.scopes = None, frozenset()
        known.bot_token = f"xoxb-{known.place_id}-{world.new_id('sandbox')}"
        known.former, known.spent, known.ends_at, known.refresh_token = {}, {}, None, ""
    known.scopes |= granted
    known.unfurl_domains, known.events = app.unfurl_domains, None
    known.order, known.installed_by = 1 + max(it.order for it in world.installations()), user_id
    if app.token_rotation:
        begin(world, known)
    return known


def let_in(world: World, organisation: Organisation, team: Team, *, app: App | None = None) -> Delivery | None:
    """Let an app (the first) that an organisation has installed into one of its workspaces, of which the app hears.

    Its bot takes the place of the one that the workspace had of its own.
    """
    installation = _of(world, organisation, app)
    if team.organisation_id != organisation.organisation_id or installation.teams is None:
        raise ValueError(f"{team.name} doesn't belong to {organisation.name}")
    own = team.installed.get(installation.app_id)
    installation.teams.add(team.team_id)
    team.installed[installation.app_id] = installation
    if own is not None and own is not installation:
        _replace_bot(team, own, installation)
    _add_bot(world.apps[installation.app_id], team, installation)
    return _access(world, organisation, installation, team, "team_access_granted")


def take_out(world: World, organisation: Organisation, team: Team, *, app: App | None = None) -> Delivery | None:
    """Let it out again; its token is refused there, and the app hears of it."""
    installation = _of(world, organisation, app)
    if installation.teams is None or team.team_id not in installation.teams:
        raise ValueError(f"the app isn't let into {team.name}")
    installation.teams.discard(team.team_id)
    return _access(world, organisation, installation, team, "team_access_revoked")


def end(world: World, installation: Installation) -> list[Delivery]:
    """Remove an app from where it is installed: its tokens die, and two events go out in either order."""
    if installation.token_error == "account_inactive":
        return []
    told: list[dict[str, Any]] = [{"type": "app_uninstalled"}, _revoked(installation)]
    world.dice.shuffle(told)
    sent = [delivery for event in told if (delivery := _tell(world, installation, event))]
    installation.token_error = "account_inactive"
    return sent


def kill_token(world: World, installation: Installation) -> Delivery | None:
    """Revoke an installation's tokens and nothing else."""
    delivery = _tell(world, installation, _revoked(installation))
    installation.token_error = "token_revoked"
    return delivery


def _new(world: World, app: App, place: Team | Organisation) -> Installation:
    place_id = place.team_id if isinstance(place, Team) else place.organisation_id
    first = app is next(iter(world.apps.values()))
    return Installation(
        app_id=app.app_id,
        place_id=place_id,
        bot_user_id=world.new_id("U"),
        bot_id=world.new_id("B"),
        bot_token=f"xoxb-{place_id}-sandbox" if first else f"xoxb-{place_id}-{world.new_id('sandbox')}",
        scopes=frozenset(),
        teams=None if isinstance(place, Team) else set(),
    )


def _add_bot(app: App, team: Team, installation: Installation) -> None:
    user_id = installation.bot_user_id
    team.users.setdefault(user_id, User(user_id=user_id, name=app.bot_name, real_name=app.name, email="", is_bot=True))


def _replace_bot(team: Team, own: Installation, installation: Installation) -> None:
    own.token_error = own.token_error or "token_revoked"
    former = team.users.pop(own.bot_user_id)
    team.users[installation.bot_user_id] = replace(former, user_id=installation.bot_user_id)
    team.users[former.user_id] = replace(former, deleted=True)
    for channel in team.channels.values():
        if former.user_id in channel.members:
            channel.members ^= {former.user_id, installation.bot_user_id}


def _of(world: World, organisation: Organisation, app: App | None) -> Installation:
    wanted = (app or world.app).app_id
    if wanted not in organisation.installed or organisation.installed[wanted].token_error:
        raise LookupError(f"{organisation.name} hasn't installed the app {wanted}")
    return organisation.installed[wanted]


def _access(
    world: World, organisation: Organisation, installation: Installation, team: Team, event: str
) -> Delivery | None:
    told = {"type": event, "team_ids": [team.team_id]}
    return emit_to_organisation(world, organisation, installation, told)


def _tell(world: World, installation: Installation, event: dict[str, Any]) -> Delivery | None:
    organisation = world.organisations.get(installation.place_id)
    if organisation is not None:
        return emit_to_organisation(world, organisation, installation, event)
    return emit(world, world.teams[installation.place_id], event, installation=installation)


def _revoked(installation: Installation) -> dict[str, Any]:
    return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [installation.bot_user_id]}}
