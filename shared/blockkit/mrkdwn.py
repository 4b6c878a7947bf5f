"""Slack's text format: escaping, links, and cutting without breaking either.

Slack wants exactly `&`, `<` and `>` escaped, everywhere, code included, and nothing else
(docs.slack.dev, messaging/formatting-message-text). What is escaped can't mention, ping or forge a link.
"""

import re

UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, half characters (lone surrogates), which JSON can spell, and what turns the direction of all text
behind it around."""
_ATOM = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL)
_UNSAFE = re.compile(r"[\s|<>\x00-\x1f\"`\ud800-\udfff]")
_WEB = re.compile(r"https?://[^/?#\s|<>\x00-\x1f\"`\ud800-\udfff]")
ELLIPSIS = "…"


def escape(text: str) -> str:
    """Text from outside, made harmless; what nobody can see and what is no character is dropped."""
    return UNSEEN.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def one_line(text: str, limit: int = 256) -> str:
    """Text from outside as one escaped line of at most `limit` characters; for titles, names and branches."""
    return cut(escape(" ".join(text.split())).replace("```", "ˋˋˋ"), limit)


def url(address: str) -> str:
    """An address that is safe inside `<…>`: http(s) only, nothing that ends the link early; "" for anything else."""
    if not _WEB.match(address):
        return ""
    return _UNSAFE.sub(_percent_encoded, address).replace("&", "&amp;")


def link(address: str, words: str) -> str:
    """A link with escaped `words` of ours or of GHES; the words alone when the address is no web address."""
    safe, label = url(address), words.replace("|", "¦").replace("\n", " ")
    if not safe:
        return label
    return f"<{safe}|{label}>" if label.strip() else f"<{safe}>"


def cut(mrkdwn: str, limit: int) -> str:
    """At most `limit` characters of `mrkdwn`, never ending inside an entity or a link; a cut shows as "…"."""
    if len(mrkdwn) <= limit:
        return mrkdwn
    kept, length = [], len(ELLIPSIS)
    for atom in _ATOM.finditer(mrkdwn):
        length += len(atom[0])
        if length > limit:
            break
        kept.append(atom[0])
    return "".join(kept).rstrip() + ELLIPSIS


def _percent_encoded(unsafe: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in unsafe[0].encode(errors="ignore"))
