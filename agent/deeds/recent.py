"""The issues and pull requests that somebody had to do with lately."""

import asyncio
import re

from agent.people.ports import Actor
from shared.event import Payload, items, number, text

_SEARCH = "/search/issues{?q,sort,per_page}"
_REPOSITORY = re.compile(r"/repos/([^/]+/[^/]+)$")
_KINDS = ("is:issue", "is:pull-request")
"""A person's token may search only for the one or the other."""
_VALUE = 75


async def recent(actor: Actor, typed: str) -> list[tuple[str, str]]:
    """`owner/repo#12` and its title, newest first, with the words that were typed; what GHES refuses is left out."""
    words = " ".join(re.findall(r"\w+", typed))
    asked = [
        {"q": f"{words} involves:{actor.person.login} {kind}".strip(), "sort": "updated", "per_page": "50"}
        for kind in _KINDS
    ]
    answers = await asyncio.gather(*(actor.get(_SEARCH, each) for each in asked))
    found = [each for answer in answers for each in items(answer, "items")]
    found.sort(key=lambda each: text(each, "updated_at"), reverse=True)
    named = ((_name(each), text(each, "title")) for each in found)
    return [(name, title) for name, title in named if name and len(name) <= _VALUE]


def _name(fields: Payload) -> str:
    where = _REPOSITORY.search(text(fields, "repository_url"))
    return f"{where[1]}#{number(fields, 'number')}" if where else ""
