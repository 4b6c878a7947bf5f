"""Opening, editing, closing and reopening."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.deeds.texts import same
from agent.deeds.things import Numbered, repository_names
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from shared.event import Payload, instant, items, mapping, number, text

_ISSUES = "/repos/{owner}/{repo}/issues"
_LATEST = _ISSUES + "{?creator,state,sort,direction,per_page}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIssue:
    """An issue to be opened."""

    repository: str
    title: str
    body: str = ""
    assignees: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    milestone: int | None = None


async def opened(actor: Actor, issue: NewIssue) -> Payload | Refused | Unreachable:
    """Open it; the issue as GHES made it, perhaps without its labels, assignees and milestone (`missing`)."""
    asked: dict[str, Any] = {
        "title": issue.title,
        "body": issue.body,
        "assignees": list(issue.assignees),
        "labels": list(issue.labels),
        "milestone": issue.milestone,
    }
    body = {name: value for name, value in asked.items() if value}
    return _payload(await actor.send("POST", _ISSUES, repository_names(issue.repository), body))


async def opened_since(actor: Actor, issue: NewIssue, since: datetime) -> Payload | Refused | Unreachable | None:
    """The person's newest issue with this title and text, if it was opened since."""
    asked = {"creator": actor.person.login, "state": "all", "sort": "created", "direction": "desc", "per_page": "30"}
    found = await actor.get(_LATEST, {**repository_names(issue.repository), **asked})
    if isinstance(found, Refused | Unreachable):
        return found
    for each in items({"items": found}, "items"):
        made_at = instant(each, "created_at")
        mine = number(each, "user", "id") == actor.person.ghes_id and not mapping(each, "pull_request")
        equal = same(text(each, "title"), issue.title) and same(text(each, "body"), issue.body)
        if mine and equal and made_at and made_at >= since:
            return each
    return None


def missing(issue: NewIssue, made: Payload) -> list[str]:
    """What GHES dropped without a word, since the person may not push: of assignees, labels, milestone."""
    labels = {text(each, "name").lower() for each in items(made, "labels")}
    people = {text(each, "login").lower() for each in items(made, "assignees")}
    dropped = {
        "assignees": not {each.lower() for each in issue.assignees} <= people,
        "labels": not {each.lower() for each in issue.labels} <= labels,
        "milestone": issue.milestone is not None and number(made, "milestone", "number") != issue.milestone,
    }
    return [name for name, is_dropped in dropped.items() if is_dropped]


async def closed(actor: Actor, thing: Numbered, reason: str = "") -> Payload | Refused | Unreachable:
    """Close it; `reason` is `completed` or `not_planned`, and none for a pull request."""
    more = {"state_reason": reason} if reason and not thing.is_pull else {}
    return await changed(actor, thing, {"state": "closed", **more})


async def reopened(actor: Actor, thing: Numbered) -> Payload | Refused | Unreachable:
    """Open it again."""
    return await changed(actor, thing, {"state": "open"})


async def changed(actor: Actor, thing: Numbered, fields: Payload) -> Payload | Refused | Unreachable:
    """Change these fields; the issue or pull request as it is then."""
    path = "/repos/{owner}/{repo}/pulls/{number}" if thing.is_pull else "/repos/{owner}/{repo}/issues/{number}"
    return _payload(await actor.send("PATCH", path, thing.names, fields))


def _payload(answer: Any) -> Payload | Refused | Unreachable:
    return answer if isinstance(answer, Refused | Unreachable) else mapping(answer)
