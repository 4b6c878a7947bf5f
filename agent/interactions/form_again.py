"""*Try again* after a refusal: the same form, with what was typed."""

from agent.slash.click import Click
from agent.slash.dispatch import answer_to
from agent.slash.form import refilled
from agent.slash.later import KeptId
from agent.slash.ports import Ports
from agent.slash.reply import to_person
from agent.slash.submission import Submission
from agent.slash.tables import Answer, Opening
from agent.slash.typed_kept import FORM_AGAIN, VALUE
from agent.slash.view import View


async def _run(click: Click, ports: Ports) -> Answer:
    kept = await ports.later.look(KeptId(click.value))
    if not isinstance(kept, Submission) or (kept.team_id, kept.user_id) != (click.team_id, click.user_id):
        return to_person("What you typed isn't kept any more. Start again with the command or the button.")
    opener = Click(
        id=click.id,
        action_id=kept.callback_id,
        value=kept.metadata.get(VALUE, ""),
        team_id=kept.team_id,
        channel_id=kept.channel_id,
        user_id=kept.user_id,
        home_team_id=kept.home_team_id,
        response_url=click.response_url or kept.response_url,
    )
    answer = await answer_to(opener, ports)
    return refilled(answer, kept.values) if isinstance(answer, View) else answer


ACTIONS = {FORM_AGAIN: _run}
OPENS = {FORM_AGAIN: Opening("GitHub Enterprise")}
