"""Commenting on issues and pull requests."""

from datetime import datetime

from agent.deeds.texts import same
from agent.deeds.things import Numbered
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from shared.event import Payload, instant, items, mapping, number, text

_COMMENTS = "/repos/{owner}/{repo}/issues/{number}/comments"
_SINCE = _COMMENTS + "{?since,per_page}"


async def commented(actor: Actor, thing: Numbered, body: str) -> Payload | Refused | Unreachable:
    """Write the comment; it as GHES made it."""
    answer = await actor.send("POST", _COMMENTS, thing.names, {"body": body})
    return answer if isinstance(answer, Refused | Unreachable) else mapping(answer)


async def commented_since(
    actor: Actor, thing: Numbered, body: str, since: datetime
) -> Payload | Refused | Unreachable | None:
    """The person's newest comment with this text, if it was written since."""
    asked = {"since": since.strftime("%Y-%m-%dT%H:%M:%SZ"), "per_page": "100"}
    found = await actor.get(_SINCE, {**thing.names, **asked})
    if isinstance(found, Refused | Unreachable):
        return found
    for each in reversed(items({"items": found}, "items")):
        made_at = instant(each, "created_at")
        mine = number(each, "user", "id") == actor.person.ghes_id
        if mine and same(text(each, "body"), body) and made_at and made_at >= since:
            return each
    return None
