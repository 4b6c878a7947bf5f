"""What each bot scope lets an app do, in a sentence for whoever installs it."""

from collections.abc import Iterable

_TEXTS = {
    "commands": "Add slash commands and shortcuts",
    "chat:write": "Post messages in channels that it is in",
    "chat:write.public": "Post messages in public channels that it isn't in",
    "links:read": "See links of its domains in messages",
    "links:write": "Show previews of links of its domains",
    "team:read": "See the name and the address of the workspace",
    "channels:join": "Join public channels",
    "channels:read": "See public channels and who is in them",
    "groups:read": "See private channels that it is in, and who else is",
    "im:read": "See its direct messages with people",
    "mpim:read": "See group direct messages that it is in",
    "im:write": "Start direct messages with people",
    "users:read": "See who is in the workspace",
    "users:read.email": "See people's email addresses",
    "reactions:write": "Add and remove emoji reactions",
    "channels:history": "Read messages in public channels that it is in",
    "groups:history": "Read messages in private channels that it is in",
    "im:history": "Read its direct messages with people",
    "mpim:history": "Read messages in group direct messages that it is in",
}


def described(scopes: Iterable[str]) -> list[tuple[str, str]]:
    """Each scope with its sentence, sorted by scope; one that the table hasn't says its name only."""
    return [(scope, _TEXTS.get(scope, scope)) for scope in sorted(scopes)]
