"""`/ghe open`: the form for a new issue."""

from agent.slash.call import Call
from agent.slash.guards import readable
from agent.slash.issue_form import TITLE_OF_FORM, form_of, issue_form
from agent.slash.places import repository
from agent.slash.ports import Ports
from agent.slash.reply import Reply
from agent.slash.shown import all_shown
from agent.slash.tables import Opening, Usage, Verb
from agent.slash.view import View
from agent.slash.who import acting_as


async def _run(call: Call, arguments: str, ports: Ports) -> Reply | View:
    named = repository(arguments, ports.ghes_url)
    actor = await acting_as(call, ports)
    if isinstance(actor, Reply):
        return actor
    if named is None:
        last = await ports.channel_settings.last_repository(call.address)
        return await issue_form(actor, all_shown(call, ports), repository=last)
    found = await readable(named, call, actor, ports)
    if isinstance(found, Reply):
        return found
    preset = {"id": found.repository.id, "full_name": found.repository.full_name}
    return form_of(preset, all_shown(call, ports))


VERB = Verb(
    name="open",
    usages=(Usage("open [owner/repo]", "open a new issue"),),
    run=_run,
    opens=Opening(TITLE_OF_FORM),
)
