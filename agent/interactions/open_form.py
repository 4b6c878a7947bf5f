"""*Open the form*: what waits for a living trigger is asked once more, with this one."""

from dataclasses import replace
from typing import Any

from agent.slash.click import Click
from agent.slash.dispatch import answer_to
from agent.slash.later import KeptId
from agent.slash.ports import Ports
from agent.slash.reply import to_person
from agent.slash.tables import Answer, Opening
from agent.slash.view import OPEN_FORM


async def _run(click: Click, ports: Ports) -> Answer:
    kept = await ports.later.look(KeptId(click.value))
    if kept is None or (kept.team_id, kept.user_id) != (click.team_id, click.user_id):
        return to_person("This form has been waiting for too long. Start again with the command or the button.")
    fresh: Any = {"id": click.id, "response_url": click.response_url or kept.response_url}
    return await answer_to(replace(kept, **fresh), ports)


ACTIONS = {OPEN_FORM: _run}
OPENS = {OPEN_FORM: Opening("GitHub Enterprise")}
