"""`/ghe settings`: what this channel has chosen for itself."""

from agent.slash.call import Call
from agent.slash.channel_panel import panel
from agent.slash.guards import full_member
from agent.slash.ports import Ports
from agent.slash.reply import Reply
from agent.slash.tables import Usage, Verb


async def _run(call: Call, _arguments: str, ports: Ports) -> Reply:
    return await full_member(call, ports) or panel(await ports.channel_settings.of(call.address))


VERB = Verb(
    name="settings",
    usages=(Usage("settings", "threading and rich previews in this channel"),),
    run=_run,
)
