"""`make sandbox RELAY=1`: a relay on the local cloud, and which workspaces go through it.

The first workspace is posted to directly. Of the others every second one is relayed in full, the rest by title only, so
that one event is seen in each data class.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path

from agent import workspace_list
from agent.relay.keys import new_pair
from agent.settings import Settings
from infra.sandbox.cloud import cloud
from infra.sandbox.slack.state import Team
from shared.card import DataClass
from shared.clock import Clock
from shared.relay_table import AgentKey

AGENT_ID, KEY_ID = "sandbox", "k1"
CLASSES = (DataClass.FULL, DataClass.TITLE)


@asynccontextmanager
async def relay(folder: Path, clock: Clock, *, slack_api_url: str) -> AsyncIterator[Mapping[str, str]]:
    """Run it, with the agent's key entered; the settings of the agent that uses it. Raises `Failure`."""
    await asyncio.to_thread(folder.mkdir)
    pair, now = new_pair(), int(clock.now().timestamp())
    async with cloud.running(folder, clock, slack_api_url=slack_api_url) as found, found.polling():
        found.enter(AgentKey(agent_id=AGENT_ID, key_id=KEY_ID, public=pair.raw, not_before=now))
        yield {
            "RELAY_URL": found.url,
            "RELAY_ID": found.stack.outputs["RelayId"],
            "RELAY_AGENT_ID": AGENT_ID,
            "RELAY_SIGNING_KEY": pair.private,
            "RELAY_KEY_ID": KEY_ID,
        }


async def send_through(settings: Settings, teams: Iterable[Team], clock: Clock) -> Mapping[str, DataClass]:
    """Have these workspaces go over to the relay; what is shown in each, by name. No agent may run on the store."""
    chosen = list(zip(teams, cycle(CLASSES), strict=False))
    for team, data_class in chosen:
        await workspace_list.chosen(settings, team.team_id, data_class=data_class, transport="relay", clock=clock)
    return {team.name: data_class for team, data_class in chosen}
