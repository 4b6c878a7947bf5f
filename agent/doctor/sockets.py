"""A socket to the host that Slack names, from the tunnel to the hello."""

from functools import partial

from sqlalchemy import Connection, func, select

from agent.examining.findings import Finding, failure, not_looked_at, quoted, warning, well
from agent.examining.places import Place, not_reached
from agent.examining.probe import Left, probe
from agent.examining.reach import Reached, Unreached
from agent.examining.surroundings import Surroundings
from agent.replicas import MISSED_AFTER_S
from agent.slack.form_calls import FormAnswer
from agent.slack.socket_mode.frame import Hello
from agent.store.port import StoreUnavailableError
from agent.store.tables import replicas
from shared.event import text

GROUP = "Slack"
MOST = 10
"""Slack's limit for one app."""


async def check(given: Surroundings) -> list[Finding]:
    """Slack counts the sockets of an app: more than ours and this one are a stranger's."""
    if why := await _no_socket(given):
        return not_looked_at(why)
    opened = await given.slack.opened()
    url = text(opened.fields, "url") if isinstance(opened, FormAnswer) else ""
    if not url.startswith(("wss://", "ws://")):
        return not_looked_at("Slack gives out no socket")
    place = Place.outside(url, given.outside)
    match await probe(given.outside, url, given.clock):
        case Unreached() as why_not:
            return [_not_opened(place, why_not)]
        case Left() as left:
            return [_left(place, left)]
        case Hello() as hello:
            return await _greeted(place, hello, given)


async def _no_socket(given: Surroundings) -> str:
    """Why none is opened, as the end of a sentence; empty when one is."""
    if given.settings.slack_app_token is None:
        return "SLACK_APP_TOKEN isn't set"
    if given.settings.slack_connections >= MOST:
        return f"SLACK_CONNECTIONS is {MOST}, so the agent may hold every socket that Slack allows"
    return await given.slack.out_of_reach()


def _not_opened(place: Place, why: Unreached) -> Finding:
    if not why.reason.startswith("handshake_answered_"):
        return not_reached(place, why)
    status = why.reason.rpartition("_")[2]
    return failure(
        f"{place.host} answers {status} to a WebSocket.",
        "Run the doctor again in a minute (409 and 429 pass); if it stays, something between doesn't let WebSockets "
        "through.",
        f"Please let WebSockets through to {place.host}, port {place.port}, without inspecting or changing them.",
    )


def _left(place: Place, left: Left) -> Finding:
    if left.reason == "too_many_websockets":
        return warning(
            f"Slack holds {MOST} sockets of this app already, the most that it allows.",
            "Stop the other programs that use SLACK_APP_TOKEN: each agent needs a Slack app of its own.",
        )
    if left.reason == "link_disabled":
        return failure(
            "Socket Mode is switched off in the Slack app.", "Switch it on on the Slack app's page, under Socket Mode."
        )
    return failure(
        f"{place.host} closed a socket before its hello ({quoted(left.reason)}).",
        "Run the doctor again in a minute; if it stays, something between doesn't let WebSockets through.",
        f"Please let WebSockets through to {place.host}, port {place.port}, without inspecting or changing them.",
    )


async def _greeted(place: Place, hello: Hello, given: Surroundings) -> list[Finding]:
    others, ours = max(0, hello.num_connections - 1), await _ours(given)
    greeted = well(f"{place.host} greets us on a socket{f', through {place.proxy}' if place.proxy else ''}.")
    if others <= ours:
        return [greeted]
    return [
        greeted,
        warning(
            f"Slack counts {others} other sockets of this app, and {ours} are known to be the agent's: another program "
            "uses the same app-level token and takes part of the commands.",
            "Give each agent a Slack app of its own. Run the doctor again if the agent was just being started or "
            "stopped.",
        ),
    ]


async def _ours(given: Surroundings) -> int:
    """Sockets that running agents on this store hold, at most: at a refresh there are two for one, for a moment."""
    if not given.settings.is_sqlite and given.kept.store is not None:
        since = given.clock.now().timestamp() - MISSED_AFTER_S
        try:
            return 2 * await given.kept.store.read(partial(_held, since=since))
        except StoreUnavailableError:
            return MOST
    runs = isinstance(await given.agent(), Reached)
    return 2 * given.settings.slack_connections if runs else 0


def _held(connection: Connection, since: float) -> int:
    total = select(func.coalesce(func.sum(replicas.c.sockets), 0)).where(replicas.c.seen_at >= since)
    return int(connection.execute(total).scalar_one())
