"""Where the Slack app is installed: who, when, with which scopes; what is shown there; removing it; adding more."""

from functools import partial
from urllib.parse import urlsplit

from sqlalchemy import Connection

from agent.network_rows import ROOTS, slack_root
from agent.settings import Settings
from agent.setup import leaving
from agent.setup.trouble import Trouble, unreached
from agent.slack.form_calls import Unanswered
from agent.slack.oauth import Denied
from agent.store import installations as stored
from agent.store.secrets import UnreadableSecretError
from agent.store.transports import RELAY
from agent.store.workspace_rows import choose_for, known, places
from agent.web.console.page import Done, Drawn, Form, Page, Visit, Wrong
from agent.web.console.parts import Console
from agent.web.console.places import left, parked, placed
from agent.workspace_list import transport_refusal, transport_says
from shared.card import DataClass

TRANSPORTS = ("direct", RELAY)
_UNKNOWN = "There is no workspace {team_id} any more."
_CHOOSE = "Choose one of them."
_SAME = "That is what it was: nothing was changed."
_MEANWHILE = "Somebody else has changed {name} since this page was opened: look at it, then try again."
_CHOSEN = (
    "{name} has data class {data_class} and {transport} What is posted already stays as it is until it is drawn anew."
)
_UNREADABLE = (
    "Its token can't be read with AGENT_SECRET_KEYS: put the key back that it was encrypted with, or install the app "
    "there again."
)
_REMOVED = "The app is removed from {name}, and its tokens are deleted. What was subscribed there is kept for 30 days."
_BY_SETTING = " Take SLACK_BOT_TOKEN out of the environment too."
_NOT_TAKEN = "Slack doesn't take the token of {name} ({error}): install the app there again."
_TAKEN = "Slack takes the token of {name}."


async def draw(visit: Visit) -> Drawn:
    """The address to install from, the installations, what was left, and how to have more."""
    console, settings = visit.console, visit.console.settings
    found = await console.store.read(known)
    context = {
        "places": placed(
            await console.store.read(places),
            found,
            allowed=settings.slack_allowed_workspaces,
            by_setting=_by_setting(console),
            now=console.clock.now(),
        ),
        "left": left(found),
        "parked": parked,
        "classes": tuple(DataClass),
        "transports": TRANSPORTS,
        "allowed": ", ".join(settings.slack_allowed_workspaces),
        "add_url": f"{settings.agent_url}/_slack/",
        "can_install": bool(settings.slack_client_id and settings.slack_client_secret),
        "is_https": urlsplit(settings.agent_url).scheme == "https",
        "app_page": _app_page(settings),
        "slack_root": slack_root(settings) or ROOTS[0],
        "apps_page": settings.slack_apps_url,
    }
    return Drawn(template="workspaces.html", context=context)


async def choose(visit: Visit, form: Form) -> Done | Wrong:
    """*Save*: data class and transport of a workspace, both or neither."""
    console, team_id = visit.console, form.get("team", "")
    wanted, was = _pair(form, ""), _pair(form, "was_")
    if wrong := _wrong(console.settings, team_id, wanted, was):
        return Wrong(fields=wrong)
    relayed = DataClass(console.settings.relay_data_class)
    choosing = partial(_choose, team_id=team_id, wanted=wanted, was=was, relayed=relayed, by=visit.admin)
    refused, says = await console.store.write(partial(choosing, now=console.clock.now().timestamp()))
    if refused:
        return Wrong(says=refused)
    await console.grounds.reload()
    return Done(says=says)


async def check(visit: Visit, form: Form) -> Done | Wrong:
    """*Ask Slack*: whether it takes the token now."""
    console, place_id = visit.console, form.get("place", "")
    installation = await console.store.read(partial(stored.held, installation_id=place_id))
    if installation is None:
        return Wrong(says=_UNKNOWN.format(team_id=place_id))
    try:
        token = console.secrets.open(installation.token)
    except UnreadableSecretError:
        return Wrong(says=_UNREADABLE)
    match await console.grounds.oauth.whose(token):
        case Denied(error):
            return Wrong(says=_NOT_TAKEN.format(name=installation.name, error=error))
        case Unanswered(reason):
            return Wrong(says=unreached("Slack", reason))
        case _:
            return Done(says=_TAKEN.format(name=installation.name))


async def ask_removal(visit: Visit, form: Form) -> Drawn | Wrong:
    """*Remove*: what that means, before it is done."""
    console, place_id = visit.console, form.get("place", "")
    found = [each for each in await console.store.read(places) if each.id == place_id]
    if not found:
        return Wrong(says=_UNKNOWN.format(team_id=place_id))
    served = [each for each in await console.store.read(known) if each.installed and each.installed.id == place_id]
    context = {"place": found[0], "served": served, "by_setting": _by_setting(console) == place_id}
    return Drawn(template="workspace_removal.html", context=context)


async def remove(visit: Visit, form: Form) -> Done | Wrong:
    """*Remove the app*: at Slack, then here."""
    console, place_id = visit.console, form.get("place", "")
    by_setting = _by_setting(console) == place_id
    try:
        found = await leaving.remove(console.grounds, place_id, visit.admin)
    except UnreadableSecretError:
        return Wrong(says=_UNREADABLE)
    if isinstance(found, Trouble):
        return Wrong(says=found.says, fields=found.fields)
    return Done(says=_REMOVED.format(name=found.name) + (_BY_SETTING if by_setting else ""))


Pair = tuple[str, str]
"""Data class and transport."""


def _pair(form: Form, prefix: str) -> Pair:
    return form.get(f"{prefix}data_class", ""), form.get(f"{prefix}transport", "")


def _wrong(settings: Settings, team_id: str, wanted: Pair, was: Pair) -> dict[str, str]:
    """A sentence for each of the two that can't be."""
    (data_class, transport), wrong = wanted, {}
    if data_class not in set(DataClass):
        wrong[f"data_class-{team_id}"] = _CHOOSE
    if transport not in TRANSPORTS:
        wrong[f"transport-{team_id}"] = _CHOOSE
    elif transport != was[1] and (refused := transport_refusal(settings, transport)):
        wrong[f"transport-{team_id}"] = refused
    return wrong


def _choose(
    connection: Connection, *, team_id: str, wanted: Pair, was: Pair, relayed: DataClass, by: str, now: float
) -> Pair:
    """Why nothing is changed, and what is so now: one of the two."""
    found = [each for each in known(connection) if each.team_id == team_id]
    if not found:
        return _UNKNOWN.format(team_id=team_id), ""
    name = found[0].name
    if (found[0].data_class, found[0].wanted_transport) != was:
        return _MEANWHILE.format(name=name), ""
    (data_class, transport), (old_class, old_transport) = wanted, was
    if wanted == was:
        return "", _SAME
    choose_for(
        connection,
        team_id,
        data_class=DataClass(data_class) if data_class != old_class else None,
        transport=transport if transport != old_transport else None,
        relayed=relayed,
        by=by,
        now=now,
    )
    [chosen] = [each for each in known(connection) if each.team_id == team_id]
    return "", _CHOSEN.format(name=name, data_class=chosen.data_class, transport=transport_says(chosen))


def _by_setting(console: Console) -> str:
    """The id of the installation whose token is `SLACK_BOT_TOKEN`; empty where there is none."""
    given = console.settings.slack_bot_token
    mine = [
        each for each in console.workspaces.values() if given is not None and each.token == given.get_secret_value()
    ]
    return (mine[0].installation_id or mine[0].team_id) if mine else ""


def _app_page(settings: Settings) -> str:
    return f"{settings.slack_apps_url}/{settings.slack_app_id}" if settings.slack_app_id else ""


PAGE = Page(
    path="workspaces",
    title="Workspaces",
    order=2,
    draw=draw,
    acts={"choose": choose, "check": check, "ask_removal": ask_removal, "remove": remove},
)
