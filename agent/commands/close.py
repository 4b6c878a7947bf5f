"""`/ghe close`: close an issue or a pull request."""

from agent.deeds.things import Numbered
from agent.slash.acting import done_once
from agent.slash.call import Call
from agent.slash.closing import closing
from agent.slash.places import place_and_reason
from agent.slash.ports import Ports
from agent.slash.reply import Reply
from agent.slash.tables import Usage, Verb
from agent.slash.who import acting_as


async def _run(call: Call, arguments: str, ports: Ports) -> Reply:
    place, reason = place_and_reason(arguments, ports.ghes_url)
    actor = await acting_as(call, ports)
    if isinstance(actor, Reply):
        return actor
    thing = Numbered(repository=place.repository, number=place.number, is_pull=place.is_pull)
    return (await done_once(call, actor, closing(call, actor, thing, ports, reason=reason), ports)).reply


VERB = Verb(
    name="close",
    usages=(
        Usage('close owner/repo#12 [reason:"not planned"]', "close an issue or a pull request, also by its address"),
    ),
    run=_run,
)
