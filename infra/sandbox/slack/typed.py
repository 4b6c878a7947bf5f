"""What clients make of a text that a person types: the control characters escaped, names and links in brackets."""

import re

from infra.sandbox.slack.state import Team

_URL = re.compile(r"https?://[^\s<>|]+")
_LINK = re.compile(r"(https?://[^\s<>|]*[^\s<>|.,;:!?)])")


def escaped(team: Team, text: str) -> str:
    """Return a command's text as `should_escape` makes it: `&<>` escaped, people, channels and links in brackets."""
    text = _URL.sub(lambda found: f"<{found.group()}>", _plain(text))
    for user in team.users.values():
        text = re.sub(rf"(?<!\S)@{re.escape(user.name)}\b", f"<@{user.user_id}|{user.name}>", text)
    for channel in team.channels.values():
        text = re.sub(rf"(?<!\S)#{re.escape(channel.name)}(?!\S)", f"<#{channel.channel_id}|{channel.name}>", text)
    return text


def written(team: Team, text: str) -> str:
    """Return a message's text as it is stored: people by their ids, links in brackets, without the sentence's end."""
    pieces = _LINK.split(text)
    text = "".join(f"<{_plain(piece)}>" if at % 2 else _plain(piece) for at, piece in enumerate(pieces))
    for user in team.users.values():
        text = re.sub(rf"(?<!\S)@{re.escape(user.name)}\b", f"<@{user.user_id}>", text)
    return text


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
