"""The panel of a channel's settings."""

from agent.slash.channel_settings import Chosen
from agent.slash.reply import Button, Reply, Visible

THREADING, PREVIEWS = "set_threading", "set_previews"
"""`action_id`s; the value is `on` or `off`, what it is to be."""
ON, OFF = "on", "off"


def panel(chosen: Chosen, *, replaces: bool = False) -> Reply:
    """What is on, what each means, and a button to change it."""
    threading = (
        "*Threading* is on: what happens to an issue or a pull request later is a reply to its card."
        if chosen.threading
        else "*Threading* is off: everything that happens is a message of its own."
    )
    previews = (
        "*Rich previews* are on: links to GitHub Enterprise are shown as cards."
        if chosen.previews
        else "*Rich previews* are off: links to GitHub Enterprise stay links."
    )
    return Reply(
        visible=Visible.PERSON,
        paragraphs=("The settings of this channel:", threading, previews),
        buttons=(
            _switch("threading", THREADING, is_on=chosen.threading),
            _switch("rich previews", PREVIEWS, is_on=chosen.previews),
        ),
        replaces=replaces,
    )


def _switch(what: str, action_id: str, *, is_on: bool) -> Button:
    return Button(text=f"Turn {what} {OFF if is_on else ON}", action_id=action_id, value=OFF if is_on else ON)
