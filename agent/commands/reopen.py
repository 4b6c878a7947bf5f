"""`/ghe reopen`: open an issue or a pull request again."""

from agent.deeds.things import Numbered
from agent.slash.acting import done_once
from agent.slash.call import Call
from agent.slash.closing import reopening
from agent.slash.places import only_place
from agent.slash.ports import Ports
from agent.slash.reply import Reply
from agent.slash.tables import Usage, Verb
from agent.slash.who import acting_as


async def _run(call: Call, arguments: str, ports: Ports) -> Reply:
    place = only_place(arguments, ports.ghes_url)
    actor = await acting_as(call, ports)
    if isinstance(actor, Reply):
        return actor
    thing = Numbered(repository=place.repository, number=place.number, is_pull=place.is_pull)
    return (await done_once(call, actor, reopening(call, actor, thing, ports), ports)).reply


VERB = Verb(
    name="reopen",
    usages=(Usage("reopen owner/repo#12", "open a closed issue or pull request again, also by its address"),),
    run=_run,
)
