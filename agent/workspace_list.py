"""`ghe-slack workspaces`: what is installed where, and what each workspace is shown; also while an agent runs."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from agent.cli_errors import Failure
from agent.clock import SystemClock
from agent.examining.scopes import WANTED
from agent.opened_store import opened
from agent.settings import Settings
from agent.store.transports import RELAY
from agent.store.workspace_rows import Known, choose_for, known
from shared.card import DataClass
from shared.clock import Clock

NONE_KNOWN = "No workspace is known: install the Slack app, or set SLACK_BOT_TOKEN."
_NO_RELAY = (
    "Transport relay needs a relay: set RELAY_URL, RELAY_ID, RELAY_AGENT_ID, RELAY_SIGNING_KEY and RELAY_KEY_ID first."
)
_TAKEN_OVER = (
    "A running agent takes it over within 10 seconds. What is posted already stays as it is until it is drawn anew."
)


async def listed(settings: Settings) -> Sequence[Known]:
    """All workspaces, by team id. Raises `Failure`."""
    async with opened(settings) as store:
        return await store.read(known)


async def chosen(
    settings: Settings,
    team_id: str,
    *,
    data_class: DataClass | None = None,
    transport: str | None = None,
    clock: Clock | None = None,
) -> str:
    """Set what is given, all of it or nothing; what is so now, in a sentence. Raises `Failure`."""
    if refused := transport_refusal(settings, transport):
        raise Failure(refused)
    now = (clock or SystemClock()).now().timestamp()
    choosing = partial(
        choose_for,
        team_id=team_id,
        data_class=data_class,
        transport=transport,
        relayed=DataClass(settings.relay_data_class),
        by="setup",
        now=now,
    )
    async with opened(settings) as store:
        done = await store.write(choosing)
        found = await store.read(known)
    if not done:
        raise Failure(_unknown(team_id, found))
    [workspace] = [each for each in found if each.team_id == team_id]
    return f"{_name(workspace)} has data class {workspace.data_class} and {transport_says(workspace)} {_TAKEN_OVER}"


def transport_says(workspace: Known) -> str:
    """The transport of a workspace, as the end of a sentence."""
    if not workspace.next_transport:
        return f"transport {workspace.transport}."
    return (
        f"transport {workspace.transport}: a running agent lets it go over to {workspace.next_transport} when what was "
        "sent is settled, in half a minute as a rule; until then nothing new is posted there."
    )


def transport_refusal(settings: Settings, transport: str | None) -> str:
    """Why a workspace can't have this transport; empty when it can."""
    if transport != RELAY:
        return ""
    return "" if settings.relay_url else _NO_RELAY


def missing_scopes(workspace: Known) -> list[str]:
    """Those of our manifest that its token doesn't have, in the manifest's order; none where nothing is installed."""
    had = workspace.installed.scopes if workspace.installed else frozenset(WANTED)
    return [scope for scope in WANTED if scope not in had]


def as_json(workspace: Known) -> dict[str, Any]:
    """For programs."""
    installed = workspace.installed
    return {
        "team_id": workspace.team_id,
        "name": workspace.name,
        "domain": workspace.domain,
        "data_class": workspace.data_class,
        "transport": workspace.transport,
        "next_transport": workspace.next_transport or None,
        "parked_reason": workspace.parked_reason or None,
        "installation_id": installed.id if installed else None,
        "installed_by": (installed.by or None) if installed else None,
        "installed_at": installed.at.isoformat() if installed else None,
        "missing_scopes": missing_scopes(workspace),
        "token_trouble": (installed.trouble or None) if installed else None,
    }


def as_text(workspace: Known) -> str:
    """For people: a line for each fact."""
    facts = {
        "installed": _installed(workspace),
        "data class": workspace.data_class,
        "transport": workspace.transport_says,
        "missing scopes": ", ".join(missing_scopes(workspace)) or "none",
        "token": _token(workspace),
        "parked": workspace.parked_reason or "no",
    }
    title = f"{_name(workspace)}, {_plain(workspace.domain)}.slack.com" if workspace.domain else _name(workspace)
    return "\n".join((title, *(f"  {name:<15} {_plain(says)}" for name, says in facts.items())))


def _installed(workspace: Known) -> str:
    installed = workspace.installed
    if installed is None:
        return "not any more"
    by = f" by {installed.by}" if installed.by else ""
    whole = "" if installed.id == workspace.team_id else f", with the organisation {installed.name} ({installed.id})"
    return f"{installed.at:%Y-%m-%d %H:%M} UTC{by}{whole}"


def _token(workspace: Known) -> str:
    if workspace.installed is None:
        return "deleted"
    trouble = workspace.installed.trouble
    return f"Slack doesn't take it ({trouble}): install the app there again" if trouble else "nothing known against it"


def _unknown(team_id: str, found: Sequence[Known]) -> str:
    if not found:
        return NONE_KNOWN
    return f"There is no workspace {_plain(team_id)}. Those known are {', '.join(_name(each) for each in found)}."


def _name(workspace: Known) -> str:
    return f"{_plain(workspace.name)} ({workspace.team_id})"


def _plain(words: str) -> str:
    """What somebody called something, on one line of a terminal."""
    return "".join(char if char.isprintable() else " " for char in words)
