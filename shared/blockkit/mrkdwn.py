"""Slack's text format: escaping, links, and cutting without breaking either.

Slack wants exactly `&`, `<` and `>` escaped, everywhere, code included, and nothing else
(docs.slack.dev, messaging/formatting-message-text). What is escaped can't mention, ping or forge a link.
"""

import re
from collections.abc import Mapping

UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, half characters (lone surrogates), which JSON can spell, and what turns the direction of all text
behind it around."""
_ATOM = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL)
_UNSAFE = re.compile(r"[\s|<>\x00-\x1f\"`\ud800-\udfff]")
_WEB = re.compile(r"https?://[^/?#\s|<>\x00-\x1f\"`\ud800-\udfff]")
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")
_MENTION = re.compile(r"<@@(?P<login>[A-Za-z0-9][A-Za-z0-9_-]{0,60})(?:\|(?P<address>[^<>|]*))?>")
_USER = re.compile(r"[A-Z0-9]{1,40}")
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


def mention(login: str, address: str = "") -> str:
    """Where a person of GHES is mentioned: `<@@octocat|https://…/octocat>`, until it is known who that is in Slack.

    Nothing from outside can look so, since what is escaped has no `<` and every address begins with its scheme.
    `address`, which is safe already, is where `@octocat` leads to while nobody is; without it the login stands there.
    """
    if not _LOGIN.fullmatch(login):
        return one_line(login, 80)
    return f"<@@{login}|{address}>" if address else f"<@@{login}>"


def mentioned(mrkdwn: str) -> set[str]:
    """The logins of the mentions, in lower case."""
    return {found["login"].lower() for found in _MENTION.finditer(mrkdwn)} if "<@@" in mrkdwn else set()


def mentioning(mrkdwn: str, users: Mapping[str, str]) -> str:
    """The same with those mentioned who are Slack `users` (ids by login in lower case); the others stay as they are."""

    def told(found: re.Match[str]) -> str:
        user_id = users.get(found["login"].lower(), "")
        return f"<@{user_id}>" if _USER.fullmatch(user_id) else found[0]

    return _MENTION.sub(told, mrkdwn) if "<@@" in mrkdwn else mrkdwn


def unmentioned(mrkdwn: str) -> str:
    """The same where nobody is a Slack user: a link to their page, or their login."""
    return _MENTION.sub(_page, mrkdwn) if "<@@" in mrkdwn else mrkdwn


def _page(found: re.Match[str]) -> str:
    return f"<{found['address']}|@{found['login']}>" if found["address"] else found["login"]


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
