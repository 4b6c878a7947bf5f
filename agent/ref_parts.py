"""What cards of commits, branches and tags are made of.

The address of a branch, a tag or an environment spells its name, so it carries the label of a name, not of a link:
where the data class hides the one it hides the other.
"""

from urllib.parse import quote

from agent.card_parts import code
from shared.blockkit.mrkdwn import link, url
from shared.card import Label, Line, Link, Span, reference
from shared.event import Repository

SHA = 8
"""Characters of a commit's sha that people read."""


def commit(repository: Repository | None, sha: str, address: str = "") -> Link:
    """`1a2b3c4d`, linked to the commit; `address` is GHES's own, if it has told one."""
    there = address or (f"{repository.url}/commit/{sha}" if repository and repository.url else "")
    short = "".join(filter(str.isalnum, sha))[:SHA] or "commit"
    return Link(url(there), (reference(f"`{short}`"),))


def ref(repository: Repository | None, name: str) -> Span:
    """A branch or tag, linked to its files."""
    there = f"{repository.url}/tree/{quote(name)}" if repository and repository.url else ""
    return Span(Label.TITLE, link(there, code(name).mrkdwn))


def named(address: str, words: str) -> Span:
    """A link whose address is itself a name, or lies outside the GHES; `words` are mrkdwn already."""
    return Span(Label.TITLE, link(address, words))


def towards(name: str, words: str = " to ") -> Line:
    """`" to `main`"`; nothing at all where names are hidden."""
    return (Span(Label.TITLE, words), code(name))
