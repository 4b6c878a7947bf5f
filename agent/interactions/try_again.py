"""*Try again*: do what may not have been done, unless it turns out that it was."""

from agent.slash.acting import TRY_AGAIN, wanted_again
from agent.slash.click import Click
from agent.slash.dispatch import answer_to
from agent.slash.later import KeptId
from agent.slash.ports import Ports
from agent.slash.reply import to_person
from agent.slash.tables import Answer


async def _run(click: Click, ports: Ports) -> Answer:
    kept_id, _, act_id = click.value.partition(" ")
    kept = await ports.later.look(KeptId(kept_id))
    if kept is None or (kept.team_id, kept.user_id) != (click.team_id, click.user_id):
        return to_person("That was too long ago for me to try it again. Start anew with the command or the button.")
    if act_id.partition(" ")[0] == kept.id:
        await wanted_again(act_id, ports)
    return await answer_to(kept, ports)


ACTIONS = {TRY_AGAIN: _run}
