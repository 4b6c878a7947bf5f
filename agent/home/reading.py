"""What waits for somebody on GHES: two searches with their own token."""

import asyncio
import re

from agent.ghes.answers import Refused, Unreachable
from agent.home.home import Looked, Silent, Thing, Things
from agent.people.ports import Actor, NotLinked, NotSetUp
from agent.slash.ports import Ports
from agent.slash.shown import reason_of
from agent.subscriptions.words import code
from shared.event import Payload, instant, items, number, text

REVIEWS, ASSIGNED = 10, 5
"""So many are shown."""

_SEARCH = "/search/issues{?q,sort,per_page}"
_REVIEWS = "is:open is:pull-request draft:false archived:false user-review-requested:{login}"
_ASSIGNED = "is:open is:issue archived:false assignee:{login}"
"""A person's token may search only for the one or the other."""
_REPOSITORY = re.compile(r"/repos/([^/]+/[^/]+)$")
_AGAIN = "Press *Refresh* to try again."
_NOT_SET_UP = "The GitHub App isn't set up any more. Ask whoever runs this app to finish its set-up."
_UNAUTHORIZED = 401


async def waiting(team_id: str, user_id: str, ports: Ports) -> tuple[Looked, Looked]:
    """Pull requests to review, and assigned issues."""
    match await ports.actors.of(team_id, user_id):
        case NotLinked():
            silent = Silent(_ended(ports))
        case Unreachable() as why:
            silent = _unreachable(why, team_id, ports)
        case NotSetUp():
            silent = Silent(_NOT_SET_UP)
        case actor:
            return await asyncio.gather(
                _found(actor, _REVIEWS, REVIEWS, ports), _found(actor, _ASSIGNED, ASSIGNED, ports)
            )
    return silent, silent


async def _found(actor: Actor, query: str, most: int, ports: Ports) -> Looked:
    asked = {"q": query.format(login=actor.person.login), "sort": "updated", "per_page": str(most)}
    match await actor.get(_SEARCH, asked):
        case Unreachable() as why:
            return _unreachable(why, actor.person.team_id, ports)
        case Refused(status=status) if status == _UNAUTHORIZED:
            return Silent(_ended(ports))
        case Refused(status=status):  # its words may name what the workspace's data class hides
            return Silent(f"GitHub Enterprise refused to search ({status}). {_AGAIN}")
        case answer:
            things = tuple(thing for each in items(answer, "items") if (thing := _thing(each)))[:most]
            return Things(things=things, total=max(number(answer, "total_count") or 0, len(things)))


def _thing(fields: Payload) -> Thing | None:
    where, count = _REPOSITORY.search(text(fields, "repository_url")), number(fields, "number")
    if where is None or count is None:
        return None
    return Thing(
        repository=where[1],
        number=count,
        title=text(fields, "title"),
        author=text(fields, "user", "login") or "ghost",
        url=text(fields, "html_url"),
        opened_at=instant(fields, "created_at"),
    )


def _ended(ports: Ports) -> str:
    return f"GitHub Enterprise no longer accepts your sign-in. {code(f'{ports.command} signin')} connects you again."


def _unreachable(why: Unreachable, team_id: str, ports: Ports) -> Silent:
    return Silent(f"{reason_of(why, team_id, ports)}. {_AGAIN}")
