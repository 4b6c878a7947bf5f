"""Installing the Slack app into workspaces by their bot tokens, choosing what is shown there, and removing it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection, select

from agent import opening
from agent.audit import Entry
from agent.cli_errors import Failure
from agent.setting_up.declared import DeclaredWorkspace
from agent.setting_up.failing import failure
from agent.setting_up.ground import Ground
from agent.settings import Settings
from agent.setup import leaving
from agent.setup.trouble import Trouble, unreached
from agent.slack.form_calls import Unanswered
from agent.slack.oauth import Denied, Whose
from agent.store import installations as stored
from agent.store.tables import workspaces
from agent.store.workspace_rows import choose_for, known
from agent.store.workspaces import Installation
from agent.workspace_list import transport_refusal
from agent.workspaces import Workspace
from shared.card import DataClass

Say = Callable[[str], None]


async def looked_at(declared: Sequence[DeclaredWorkspace], ground: Ground, settings: Settings) -> Mapping[str, Whose]:
    """Whose the bot tokens are, by token; nothing is changed. `settings`: as they will be. Raises `Failure`."""
    found: dict[str, Whose] = {}
    there = {each.team_id for each in await ground.store.read(known)}
    for each in declared:
        if refused := transport_refusal(ground.settings, each.transport):
            raise Failure(refused)
        if each.bot_token:
            found[each.bot_token] = await _whose(each, ground, settings)
        elif each.team_id not in there and not each.should_remove:
            raise Failure(f"The Slack app isn't installed in {each.team_id}: give its bot_token, or install it first.")
    return found


async def carry_out_workspaces(
    declared: Sequence[DeclaredWorkspace], tokens: Mapping[str, Whose], ground: Ground, say: Say
) -> None:
    """Keep what was looked at, and remove what is to go. Raises `Failure`."""
    for each in declared:
        if each.should_remove:
            say(await _removed(each.team_id, ground))
            continue
        whose = tokens.get(each.bot_token)
        if whose:
            say(await _installed(each.bot_token, whose, ground))
        if each.data_class or each.transport:
            say(await _chosen(whose.team_id if whose else each.team_id, each, ground))


async def _chosen(team_id: str, each: DeclaredWorkspace, ground: Ground) -> str:
    chosen = ", ".join(word for word in (each.data_class, each.transport) if word)
    [there] = [one for one in await ground.store.read(known) if one.team_id == team_id]
    said = await ground.store.read(partial(_data_class_said, team_id=team_id))
    if each.data_class in {None, said} and each.transport in {None, there.wanted_transport}:
        return f"Workspace {team_id}: {chosen}; nothing changed."
    choosing = partial(
        choose_for,
        team_id=team_id,
        data_class=each.data_class,
        transport=each.transport,
        relayed=DataClass(ground.settings.relay_data_class),
        by=ground.by,
        now=ground.now(),
    )
    await ground.store.write(choosing)
    return f"Workspace {team_id}: {chosen}."


def _data_class_said(connection: Connection, team_id: str) -> str | None:
    """The one that somebody has chosen; None where it follows the transport."""
    query = select(workspaces.c.data_class).where(workspaces.c.team_id == team_id, workspaces.c.data_class_chosen)
    return connection.execute(query).scalar()


async def _removed(place_id: str, ground: Ground) -> str:
    if await ground.store.read(partial(stored.held, installation_id=place_id)) is None:
        team = [each for each in await ground.store.read(known) if each.team_id == place_id and each.installed]
        if not team:
            return f"The Slack app isn't installed in {place_id}: there is nothing to remove."
    with opening.readable():
        grounds = await ground.grounds()
        token = grounds.workspaces[place_id].token if place_id in grounds.workspaces else ""
        found = await leaving.remove(grounds, place_id, ground.by)
    if isinstance(found, Trouble):
        raise failure(found)
    given = ground.settings.slack_bot_token
    by_setting = (
        " Take SLACK_BOT_TOKEN out of the environment too." if given and given.get_secret_value() == token else ""
    )
    return f"The Slack app is removed from {found.name}; what was subscribed there is kept for 30 days.{by_setting}"


async def _whose(each: DeclaredWorkspace, ground: Ground, settings: Settings) -> Whose:
    whose = await ground.oauth.whose(each.bot_token)
    place = f" of {each.team_id}" if each.team_id else ""
    if isinstance(whose, Unanswered):
        raise Failure(unreached("Slack", whose.reason))
    if isinstance(whose, Denied):
        raise Failure(f"Slack doesn't take the bot token{place} ({whose.error}): copy it from the app's page again.")
    if whose.team_id.startswith("E"):
        raise Failure(f"The bot token{place} is an organisation's: install it from {settings.agent_url}/_slack/.")
    if each.team_id and whose.team_id != each.team_id:
        raise Failure(f"The bot token{place} belongs to another workspace, {whose.team_id}.")
    allowed = settings.slack_allowed_workspaces
    if allowed and not {whose.team_id, whose.organisation_id} & set(allowed):
        raise Failure(f"{whose.team_id} isn't among SLACK_ALLOWED_WORKSPACES ({', '.join(allowed)}).")
    return whose


async def _installed(token: str, whose: Whose, ground: Ground) -> str:
    held = await ground.store.read(partial(stored.held, installation_id=whose.team_id))
    name = f"{whose.name} ({whose.team_id})"
    if held and ground.secrets.open(held.token) == token:
        return f"The Slack app is installed in {name} already."
    installation = Installation(
        id=whose.team_id,
        name=whose.name,
        token=ground.secrets.seal(token),
        scopes=whose.scopes,
        is_organisation=False,
        app_id=ground.settings.slack_app_id or "",
        refresh=None,
        token_ends_at=None,
        installed_by="",
    )
    workspace = Workspace(
        team_id=whose.team_id,
        installation_id=whose.team_id,
        name=whose.name,
        domain=whose.domain,
        bot_user_id=whose.bot_user_id,
        token=token,
        scopes=whose.scopes,
    )
    entry = Entry(team_id=whose.team_id, user_id="", login=ground.by, action="install", target=whose.name)
    completing = partial(stored.complete, installation=installation, found=[workspace], entry=entry)
    await ground.store.write(partial(completing, now=ground.now()))
    return f"The Slack app is installed in {name} now."
