"""What the sharer alone is asked."""

from agent.previews.ports import PromptId
from agent.slash.reply import Button, Reply, to_person
from agent.slash.signing_in import CONNECT
from shared.blockkit.mrkdwn import escape

SHOW, DISMISS = "preview_show", "preview_dismiss"
ALWAYS_HERE, ALWAYS_EVERYWHERE = "preview_always_here", "preview_always_everywhere"
MUTE_A_DAY, MUTE_FOR_GOOD = "preview_mute_a_day", "preview_mute_for_good"
ASK_AGAIN = "preview_ask_again"
"""`action_id`s of the buttons; the value is the prompt's id. *Ask again* without one forgets all choices."""
AFTER_SIGNING_IN = "preview_after_signing_in"
"""What the end of signing in leads to: no button has it."""


def private(prompt_id: PromptId, repository: str, links: int, *, is_ext_shared: bool = False) -> Reply:
    """Whether links into a private repository may be previewed."""
    others = ", which is shared with another organisation" if is_ext_shared else ""
    what, preview = ("a link", "a preview") if links == 1 else (f"{links} links", "previews")
    return to_person(
        f"You shared {what} to *{escape(repository)}*, which is private. Shall I show {preview} to everybody in this "
        f"conversation{others}? Only you see this question.",
        buttons=(
            Button(text="Show preview", action_id=SHOW, value=prompt_id, style="primary"),
            Button(text="Not this time", action_id=DISMISS, value=prompt_id),
            Button(text="Always here", action_id=ALWAYS_HERE, value=prompt_id),
            Button(text="Always everywhere", action_id=ALWAYS_EVERYWHERE, value=prompt_id),
            *_muting(prompt_id),
        ),
    )


def invitation(prompt_id: PromptId) -> Reply:
    """Signing in, for whatever not everybody on the server may read; it says nothing of what there is."""
    return to_person(
        "I show previews of links to GitHub Enterprise to everybody in the conversation, as far as whoever shares them "
        "may read them. Connect your account, so that I can show yours.",
        buttons=(
            Button(text="Connect GitHub account", action_id=CONNECT, style="primary", anywhere=True),
            *_muting(prompt_id),
        ),
    )


def ask_again(value: str) -> Button:
    """Takes a choice back."""
    return Button(text="Ask me again", action_id=ASK_AGAIN, value=value, anywhere=True)


def _muting(prompt_id: PromptId) -> tuple[Button, Button]:
    return (
        Button(text="Don't ask for a day", action_id=MUTE_A_DAY, value=prompt_id),
        Button(text="Never ask", action_id=MUTE_FOR_GOOD, value=prompt_id),
    )
