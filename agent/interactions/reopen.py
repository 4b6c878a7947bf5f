"""*Reopen*: at once, without a question."""

from agent.slash.acting import done_once
from agent.slash.button_values import REOPEN, STALE, numbered
from agent.slash.click import Click
from agent.slash.closing import reopening
from agent.slash.ports import Ports
from agent.slash.reply import Reply, to_person
from agent.slash.tables import Answer
from agent.slash.who import acting_as


async def _run(click: Click, ports: Ports) -> Answer:
    actor = await acting_as(click, ports)
    if isinstance(actor, Reply):
        return actor
    thing = numbered(click.value)
    if thing is None:
        return to_person(STALE)
    return (await done_once(click, actor, reopening(click, actor, thing, ports), ports)).reply


ACTIONS = {REOPEN: _run}
