"""What GitHub links by itself in a text: addresses, `#12`, `owner/repo#12`, `@octocat`, `@org/team` and commits."""

import re
from dataclasses import dataclass

from shared.blockkit.mrkdwn import escape, mention, url

_FOUND = re.compile(
    r"(?P<url>https?://[^\W_][^\s<>\"`]*)"
    r"|(?<![\w/.#@-])(?P<repository>[A-Za-z0-9][\w-]{0,38}/[\w.-]{1,100})?#(?P<number>[0-9]{1,10})\b"
    r"|(?<![\w/.#@-])@(?P<login>[A-Za-z0-9][\w-]{0,60})(?:/(?P<team>[a-z0-9][\w-]{0,100}))?(?![\w-]|/|\.\w)"
    r"|(?<![\w/.#@-])(?P<sha>[0-9a-f]{40})\b"
)
_CLOSERS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the references in a text lead; both addresses have no slash at the end."""

    repository: str
    """`https://github.example.com/owner/repo`"""
    root: str
    """`https://github.example.com`"""
    mentions: bool = False
    """Whether `@octocat` mentions a person, as in a body or a comment; a team's name never does."""


def referenced(words: str, links: Links | None) -> str:
    """Words from outside, escaped, with links on what GitHub would link; without `links` on addresses only."""
    drawn, position = [], 0
    for found in _FOUND.finditer(words):
        drawn.append(escape(words[position : found.start()]))
        drawn.append(_linked(found, links))
        position = found.end()
    return "".join(drawn) + escape(words[position:])


def _linked(found: re.Match[str], links: Links | None) -> str:
    if found["url"]:
        address, rest = _without_punctuation(found["url"])
        return f"<{url(address)}>{escape(rest)}"
    if links is None:
        return escape(found[0])
    if found["number"]:
        repository = f"{links.root}/{found['repository']}" if found["repository"] else links.repository
        return f"<{url(repository)}/issues/{found['number']}|{escape(found[0])}>"
    if found["sha"]:
        return f"<{url(links.repository)}/commit/{found['sha']}|{found['sha'][:7]}>"
    if links.mentions and not found["team"]:
        return mention(found["login"], f"{url(links.root)}/{found['login']}")
    path = f"orgs/{found['login']}/teams/{found['team']}" if found["team"] else found["login"]
    return f"<{url(links.root)}/{path}|{found[0]}>"


def _without_punctuation(address: str) -> tuple[str, str]:
    """An address as GitHub takes it from a sentence, and the punctuation that ends the sentence."""
    end = len(address)
    while end:
        last = address[end - 1]
        opener = _CLOSERS.get(last)
        unbalanced = opener and address.count(opener, 0, end) < address.count(last, 0, end)
        if not (last in ".,:;!?'*_~∗" or unbalanced):
            break
        end -= 1
    return address[:end], address[end:]
