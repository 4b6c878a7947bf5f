"""How the relay is, for `/status`, the console and `ghe-slack relay status`."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, or_, select

from agent.outbox.notification import OPEN, State
from agent.relay.health import Health
from agent.status import Part
from agent.store.port import Store
from agent.store.tables import addresses, notifications, workspaces
from agent.store.transports import RELAY

_LACKING = (
    "{teams} go through the relay, whose settings are gone, so their posts wait: set RELAY_URL, RELAY_ID, "
    "RELAY_AGENT_ID, RELAY_SIGNING_KEY and RELAY_KEY_ID."
)


async def of_relay(store: Store, health: Health | None) -> Part:
    """Whether it answers and takes our word, and what waits for it; `health` is None where none is set up."""
    teams, going, counts = await store.read(_counted)
    waiting, accepted = sum(counts.get(state, 0) for state in OPEN), counts.get(State.ACCEPTED, 0)
    facts: dict[str, Any] = {"workspaces": teams, "going_over": going, "waiting": waiting, "accepted": accepted}
    if health is None:
        if teams:
            return Part(ok=False, says=_LACKING.format(teams=", ".join(teams)), facts=facts)
        return Part(ok=True, says="Not set up.", facts=facts if going else {})
    facts |= {
        "answered_at": health.answered_at,
        "down_since": health.down_since,
        "reason": health.reason,
        "skew_s": round(health.skew_s),
        "unregistered": dict(health.unregistered),
    }
    if trouble := _trouble(health, waiting):
        return Part(ok=False, says=trouble, facts=facts)
    says = f"{waiting} notifications wait for it, and the receipts of {accepted} are awaited."
    return Part(ok=True, says=says if teams else "No workspace goes through it.", facts=facts)


def _trouble(health: Health, waiting: int) -> str:
    """What is wrong, as sentences; empty when nothing is."""
    says = []
    if health.down_since:
        since = f"{health.down_since:%Y-%m-%d %H:%M} UTC"
        says.append(f"The relay has not answered since {since} ({health.reason}): {waiting} notifications wait.")
    if health.refused:
        says.append(health.refused)
    if health.clock_says and health.clock_says not in says:
        says.append(health.clock_says)
    if health.unregistered:
        each = ", ".join(f"{id_} ({why})" for id_, why in sorted(health.unregistered.items()))
        says.append(f"The relay has not taken what we say of {each}: see whether Slack takes these bot tokens.")
    return " ".join(says)


def _counted(connection: Connection) -> tuple[Sequence[str], Mapping[str, str], Mapping[State, int]]:
    """The relayed workspaces, those that go over and where to, and what they have in each state."""
    rows = connection.execute(
        select(workspaces.c.team_id, workspaces.c.transport, workspaces.c.next_transport)
        .where(or_(workspaces.c.transport == RELAY, workspaces.c.next_transport.is_not(None)))
        .order_by(workspaces.c.team_id)
    ).all()
    teams = [row.team_id for row in rows if row.transport == RELAY]
    counted = (
        select(notifications.c.state, func.count())
        .join_from(notifications, addresses, addresses.c.id == notifications.c.address_id)
        .where(addresses.c.team_id.in_(teams), notifications.c.state.in_((*OPEN, State.ACCEPTED)))
        .group_by(notifications.c.state)
    )
    counts = {State(state): count for state, count in connection.execute(counted)} if teams else {}
    return teams, {row.team_id: row.next_transport for row in rows if row.next_transport}, counts
