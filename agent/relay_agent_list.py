"""How `ghe-slack relay agents list` shows agents and their keys."""

from collections.abc import Sequence
from datetime import UTC, datetime

from agent.relay_agents import Agent
from shared.relay_table import AgentKey


def as_text(agents: Sequence[Agent], now: int) -> str:
    """A line for each agent, and one for each of its keys, as they are at a time (seconds since 1970)."""
    return "\n".join(line for agent in agents for line in _lines(agent, now)) or "No agent is known to this relay yet."


def _lines(agent: Agent, now: int) -> Sequence[str]:
    revoked = f"  revoked since {_date(agent.revoked_at)}" if agent.revoked_at is not None else ""
    return [agent.id + revoked, *(f"  {key.key_id}  {_state(key, agent, now)}{_origin(key)}" for key in agent.keys)]


def _state(key: AgentKey, agent: Agent, now: int) -> str:
    if key.revoked_at is not None:
        return f"revoked since {_date(key.revoked_at)}"
    if agent.revoked_at is not None:
        return "revoked with its agent"
    if key.ends_at is not None and key.ends_at < now:
        return f"retired since {_date(key.ends_at)}"
    begins = f" from {_date(key.not_before)}" if key.not_before > now else ""
    ends = f" until {_date(key.ends_at)}" if key.ends_at is not None else ""
    return f"good{begins}{ends}"


def _origin(key: AgentKey) -> str:
    return f", entered by {key.put_by}" if key.put_by else ""


def _date(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"
