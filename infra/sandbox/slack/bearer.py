"""Whose token it is, and of what: a bot's, an app's, or a person's for the manifests of apps (slack.md §1, §16).

An organisation's bot token is for all workspaces that the app is let into: the arguments say which one is meant, by
`team_id` or by something of it (a channel, a person, a view).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from infra.sandbox.slack import rotation
from infra.sandbox.slack.app import App, AppToken, Installation
from infra.sandbox.slack.state import Team
from infra.sandbox.slack.tokens import ConfigurationToken
from infra.sandbox.slack.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """`kind` None: nobody's token. `place_id`: of the workspace, or of the organisation while none is named."""

    kind: Literal["bot", "app", "configuration"] | None = None
    place_id: str | None = None
    team: Team | None = None
    app: App | None = None
    installation: Installation | None = None
    app_token: AppToken | None = None
    configuration: ConfigurationToken | None = None

    @property
    def scopes(self) -> frozenset[str]:
        """What the token may do."""
        held = self.installation or self.app_token
        return held.scopes if held else frozenset()


def bearer(world: World, token: str, args: Mapping[str, Any]) -> Bearer:
    """Return whose token it is, also when it is dead."""
    if not token:
        return Bearer()
    for installation in reversed(world.installations()):
        if token == installation.bot_token or token in installation.former:
            team = _team(world, installation, args)
            place_id = team.team_id if team else installation.place_id
            app = world.apps[installation.app_id]
            return Bearer(kind="bot", place_id=place_id, team=team, app=app, installation=installation)
    for app in world.apps.values():
        for app_token in app.tokens:
            if token == app_token.token:
                return Bearer(kind="app", app=app, app_token=app_token)
    for made in world.configuration_tokens:
        if token == made.token:
            return Bearer(kind="configuration", place_id=made.team_id, configuration=made)
    return Bearer()


def refusal(world: World, token: str, whose: Bearer) -> str:
    """Return why a known token isn't taken; empty when it is."""
    if whose.app is not None and whose.app.deleted:
        return "account_inactive"
    if whose.installation is not None:
        return _of_bot(world, token, whose.installation, whose.team)
    if whose.app_token is not None and whose.app_token.revoked:
        return "token_revoked"
    if whose.configuration is not None:
        return _of_configuration(world, whose.configuration)
    return ""


def _of_bot(world: World, token: str, installation: Installation, team: Team | None) -> str:
    if installation.token_error is not None:
        return installation.token_error
    if rotation.ended(world, installation, token):
        return "token_expired"
    return "" if team is None or installation.serves(team.team_id) else "team_access_not_granted"


def _of_configuration(world: World, made: ConfigurationToken) -> str:
    if made.revoked:
        return "token_revoked"
    return "token_expired" if world.clock.now() >= made.ends_at else ""


def _team(world: World, installation: Installation, args: Mapping[str, Any]) -> Team | None:
    if not installation.is_organisations:
        return world.teams[installation.place_id]
    mine = [it for it in world.teams.values() if it.organisation_id == installation.place_id]
    named = args.get("team_id")
    if named:
        return next((it for it in mine if it.team_id == named), None)
    mentioned = {str(args[name]) for name in ("channel", "user", "user_id") if args.get(name)}
    mentioned |= {it for it in str(args.get("users") or "").replace(" ", "").split(",") if it}
    mentioned |= set(_by_gesture(world, args))
    let_in = [it for it in mine if it.team_id in (installation.teams or ())]
    for team in (*let_in, *mine):
        if mentioned & {team.team_id, *team.channels, *team.users}:
            return team
    return None


def _by_gesture(world: World, args: Mapping[str, Any]) -> Iterable[str]:
    """The workspaces of what the arguments name besides: a trigger, a view, links that were shared."""
    if trigger := world.triggers.get(str(args.get("trigger_id"))):
        yield trigger.team_id
    if view := world.views.get(str(args.get("view_id"))):
        yield view.team_id
    if shared := world.links.get(str(args.get("unfurl_id"))):
        yield shared.team_id
    for view in world.views.values():
        if args.get("external_id") and view.body.get("external_id") == args["external_id"]:
            yield view.team_id
