"""A Slack message as GitHub markdown, quoted, with the way back to it."""

import re
from collections.abc import Mapping
from types import MappingProxyType

QUOTED = 3000
"""What a field of a form holds."""

_TOKEN = re.compile(r"<([^<>]*)>")
_CUT = "…"
_MARKUP = re.compile(r"([\\`*_\[\]<>#&~])")
_JOINER = "\u2060"
"""Seen by nobody, and no letter of a login."""


NOBODY: Mapping[str, str] = MappingProxyType({})


def quoted(
    message: str, permalink: str, *, author: str = "", names: Mapping[str, str] = NOBODY, most: int = QUOTED
) -> str:
    """The message (mrkdwn, as Slack hands it over) as a quote of at most `most` characters, and its permalink.

    `names` of people, as Slack shows them, by Slack user id; who isn't there is "somebody".
    """
    by = f"by {_name(author)} " if author else ""
    source = f"[Message {by}in Slack]({permalink})" if permalink else ""
    text = markdown(message, names).strip()
    lines = "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text else ""
    room = most - len(source) - 2
    if len(lines) > room:
        lines = lines[: room - len(_CUT)] + _CUT
    return "\n\n".join(part for part in (lines, source) if part)


def people_in(mrkdwn: str) -> list[str]:
    """The Slack user ids that a message mentions without saying their names, each once."""
    found = (token[1].removeprefix("@") for token in _TOKEN.finditer(mrkdwn) if token[1].startswith("@"))
    return list(dict.fromkeys(each for each in found if "|" not in each))


def markdown(mrkdwn: str, names: Mapping[str, str] = NOBODY) -> str:
    """Links and names written out, and Slack's escapes undone. Nobody is mentioned by it whom the text didn't name."""
    text = _TOKEN.sub(lambda token: _plain(token[1], names), mrkdwn)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _name(author: str) -> str:
    """A display name, which anybody chooses for themselves: no markup, and no mention of whoever it spells."""
    return _MARKUP.sub(r"\\\1", " ".join(author.split())).replace("@", f"@{_JOINER}")


def _plain(token: str, names: Mapping[str, str]) -> str:
    what, _, label = token.partition("|")
    if what.startswith("#"):
        return f"#{label or what[1:]}"
    if what.startswith("@"):
        name = label.removeprefix("@") or names.get(what[1:], "")
        return _name(name) if name else "somebody"
    if what.startswith("!"):
        return label or what[1:].partition("^")[0]
    address = what.removeprefix("mailto:")
    return f"[{label}]({address})" if label and label not in (address, address.partition("://")[2]) else address
