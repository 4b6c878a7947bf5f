"""What each scope of the Slack app is for; the scopes themselves are those of our manifest."""

from collections.abc import Mapping

from agent.manifests import slack_manifest

_SCOPES = slack_manifest("https://agent.example.com", "https://ghes.example.com")["oauth_config"]["scopes"]
WANTED: tuple[str, ...] = tuple(_SCOPES["bot"])
OPTIONAL: frozenset[str] = frozenset(_SCOPES["bot_optional"])
"""Those that a security officer may strike."""

COSTS: Mapping[str, str] = {
    "commands": "nobody can type the command or use the shortcuts",
    "chat:write": "nothing can be posted",
    "chat:write.public": "the bot has to be invited into a channel before it can post there",
    "links:read": "links to GHES get no previews",
    "links:write": "links to GHES get no previews",
    "channels:read": "public channels can't be subscribed",
    "groups:read": "private channels can't be subscribed",
    "im:read": "the bot can't be used in direct messages",
    "mpim:read": "group messages can't be subscribed",
    "im:write": "people get no direct messages: greetings, codes, what went wrong",
    "channels:join": "the bot can't join a public channel by itself, so it may miss that it was archived or renamed",
    "users:read": "guests and strangers of shared channels can't be told apart, so those channels can't be subscribed",
    "users:read.email": "people can't be found by their e-mail address, which no feature needs yet",
    "team:read": "what Slack tells of a workspace can't be read, which no feature needs yet",
    "reactions:write": "messages can't be marked by a reaction, which no feature needs yet",
    "channels:history": "in public channels nobody can look whether a post arrived after its answer was lost",
    "groups:history": "in private channels nobody can look whether a post arrived after its answer was lost",
    "im:history": "in direct messages nobody can look whether a post arrived after its answer was lost",
    "mpim:history": "in group messages nobody can look whether a post arrived after its answer was lost",
}
"""What is lost without it; the end of a sentence."""
