"""The prompts about previews: show, dismiss, always, mute, and ask again."""

from collections.abc import Awaitable, Callable

from agent.previews.deciding import EVERYWHERE
from agent.previews.looking import SignInFirst
from agent.previews.ports import NotShown, Previews, Prompt, PromptId
from agent.previews.prompts import (
    AFTER_SIGNING_IN,
    ALWAYS_EVERYWHERE,
    ALWAYS_HERE,
    ASK_AGAIN,
    DISMISS,
    MUTE_A_DAY,
    MUTE_FOR_GOOD,
    SHOW,
    ask_again,
)
from agent.previews.sharing import is_wanted, look, preview_in, show
from agent.slash.click import Click
from agent.slash.ports import Ports
from agent.slash.reply import Button, Reply, Visible
from agent.slash.tables import Action, Answer
from agent.subscriptions.words import code
from shared.blockkit.mrkdwn import escape

_DAY_S = 86400.0
_OVER = "That was too long ago, so I can't show it any more. Share the link again to get its preview."
_NOTHING = "There is nothing that I could show any more: it isn't there, or you may not read it now."
_ALREADY = "The same link was shown here less than half an hour ago, so I don't show it again."
_SHOWN = "The preview is there."

Answering = Callable[[Click, Prompt, Ports, Previews], Awaitable[Reply]]


async def _show(click: Click, prompt: Prompt, ports: Ports, previews: Previews) -> Reply:
    del click
    return _instead(await _shown(prompt, ports, previews))


async def _always_here(click: Click, prompt: Prompt, ports: Ports, previews: Previews) -> Reply:
    shared = prompt.shared
    await previews.memory.always(shared.team_id, shared.user_id, prompt.repository_id, shared.channel_id)
    return await _from_now_on("in this conversation", click, prompt, ports, previews)


async def _always_everywhere(click: Click, prompt: Prompt, ports: Ports, previews: Previews) -> Reply:
    shared = prompt.shared
    await previews.memory.always(shared.team_id, shared.user_id, prompt.repository_id, EVERYWHERE)
    return await _from_now_on("in every conversation", click, prompt, ports, previews)


async def _from_now_on(where: str, click: Click, prompt: Prompt, ports: Ports, previews: Previews) -> Reply:
    said = await _shown(prompt, ports, previews)
    return _instead(
        f"{said} From now on I show previews of what you share from *{escape(prompt.repository)}* {where} without "
        "asking.",
        ask_again(click.value),
    )


async def _mute_a_day(click: Click, prompt: Prompt, _ports: Ports, previews: Previews) -> Reply:
    await previews.memory.mute(prompt.shared.team_id, prompt.shared.user_id, _DAY_S)
    return _instead(
        "I don't ask you about previews for a day, and show none that I would ask about.", ask_again(click.value)
    )


async def _mute_for_good(click: Click, prompt: Prompt, _ports: Ports, previews: Previews) -> Reply:
    await previews.memory.mute(prompt.shared.team_id, prompt.shared.user_id, None)
    return _instead(
        "I never ask you about previews again, and show none that I would ask about.", ask_again(click.value)
    )


async def _dismiss(_click: Click, _prompt: Prompt, _ports: Ports, _previews: Previews) -> Reply:
    return _instead("Then I show no preview this time.")


async def _shown(prompt: Prompt, ports: Ports, previews: Previews) -> str:
    """Read once more, since rights may have changed, and show it; what came of it."""
    if not await is_wanted(prompt.shared, ports):
        settings = code(f"{ports.command} settings")
        return f"Previews are turned off in this conversation, so I show none. {settings} turns them on."
    found = await look(prompt.shared, ports, previews)
    things = {
        url: thing
        for url, thing in found.items()
        if not isinstance(thing, SignInFirst)
        and thing.repository
        and (thing.repository.open_to_all or thing.repository.id == prompt.repository_id)
    }
    if not things:
        return _NOTHING
    match await show(prompt.size, prompt.shared, things, ports, previews):
        case NotShown(reason=reason):
            return f"Slack doesn't take the preview ({code(reason)}). Share the link again if you want it to be seen."
        case 0:
            return _ALREADY
        case _:
            return _SHOWN


async def _ask_again(click: Click, ports: Ports) -> Answer:
    if ports.previews is None:
        return None
    prompt = await ports.previews.memory.look(PromptId(click.value)) if click.value else None
    which = prompt.repository_id if prompt else None
    await ports.previews.memory.ask_again(click.team_id, click.user_id, which)
    return _instead("I ask you again before I show a preview of something private.")


async def _signed_in(click: Click, ports: Ports) -> Answer:
    """What was shared before signing in; nothing to say, since what can be shown is shown."""
    prompt = await _prompt(click, ports)
    if prompt and ports.previews and await is_wanted(prompt.shared, ports):
        await preview_in(prompt.size, prompt.shared, ports, ports.previews)
    return None


def _answering(answer: Answering) -> Action:
    async def run(click: Click, ports: Ports) -> Answer:
        prompt = await _prompt(click, ports)
        if prompt is None or ports.previews is None:
            return _instead(_OVER)
        return await answer(click, prompt, ports, ports.previews)

    return run


async def _prompt(click: Click, ports: Ports) -> Prompt | None:
    """Of this person, in this workspace."""
    prompt = await ports.previews.memory.look(PromptId(click.value)) if ports.previews else None
    mine = prompt and (prompt.shared.team_id, prompt.shared.user_id) == (click.team_id, click.user_id)
    return prompt if mine else None


def _instead(says: str, *buttons: Button) -> Reply:
    return Reply(visible=Visible.PERSON, paragraphs=(says,), buttons=buttons, replaces=True)


ACTIONS = {
    SHOW: _answering(_show),
    DISMISS: _answering(_dismiss),
    ALWAYS_HERE: _answering(_always_here),
    ALWAYS_EVERYWHERE: _answering(_always_everywhere),
    MUTE_A_DAY: _answering(_mute_a_day),
    MUTE_FOR_GOOD: _answering(_mute_for_good),
    ASK_AGAIN: _ask_again,
    AFTER_SIGNING_IN: _signed_in,
}
