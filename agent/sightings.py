"""What the webhooks of issues and pull requests, their comments and reviews say of their subject."""

from typing import Any

from agent.subject import Kind, Sighting, SubjectKey
from agent.trimming import picked, signed
from shared.event import Event, Payload, instant, items, mapping, number, text

_BODY = 5000
"""Characters of a body that are kept, more than any card looks at."""
_ISSUE = ("number", "title", "html_url", "state", "state_reason", "comments", "created_at", "closed_at")
_PULL = (*_ISSUE, "draft", "merged", "merged_at", "additions", "deletions", "changed_files")


def issue_sighting(event: Event) -> Sighting | None:
    """The issue of an `issues` or `issue_comment` event; None without a repository or a number.

    Of a pull request, which GHES calls an issue here too, it is incomplete: nobody says its branches and reviewers.
    """
    issue = mapping(event.payload, "issue")
    if event.repository is None or number(issue, "number") is None:
        return None
    pull = isinstance(issue.get("pull_request"), dict)
    fields = _common(issue, _ISSUE)
    if pull:
        fields |= picked(issue, "draft")
        fields |= _merged(mapping(issue, "pull_request"))
    return Sighting(
        key=SubjectKey(
            repository_id=event.repository.id, kind=Kind.PULL if pull else Kind.ISSUE, number=str(issue["number"])
        ),
        fields=fields,
        updated_at=instant(issue, "updated_at"),
        complete=not pull,
    )


def pull_sighting(event: Event) -> Sighting | None:
    """The pull request of a `pull_request` or review event; None without a repository or a number."""
    pull = mapping(event.payload, "pull_request")
    if event.repository is None or number(pull, "number") is None:
        return None
    return Sighting(
        key=SubjectKey(repository_id=event.repository.id, kind=Kind.PULL, number=str(pull["number"])),
        fields=pull_fields(pull),
        updated_at=instant(pull, "updated_at"),
    )


def pull_fields(pull: Payload) -> dict[str, Any]:
    """A pull request of a webhook or of GHES's REST API, trimmed to what the cards show."""
    fields = _common(pull, _PULL) | signed(pull, "merged_by") | _merged(pull)
    for name, inner in (("head", ("ref", "sha")), ("base", ("ref",))):
        if name in pull:
            fields[name] = picked(mapping(pull, name), *inner)
    if "requested_reviewers" in pull:
        fields["requested_reviewers"] = _people(pull, "requested_reviewers")
    if "requested_teams" in pull:
        fields["requested_teams"] = [picked(team, "name", "slug") for team in items(pull, "requested_teams")]
    return fields


def issue_fields(issue: Payload) -> dict[str, Any]:
    """An issue of GHES's REST API, trimmed to what the cards show."""
    return _common(issue, _ISSUE)


def _common(fields: Payload, names: tuple[str, ...]) -> dict[str, Any]:
    trimmed = picked(fields, *names) | signed(fields, "user")
    if "body" in fields:
        trimmed["body"] = text(fields, "body")[:_BODY]
    if "labels" in fields:
        trimmed["labels"] = [picked(label, "name") for label in items(fields, "labels")]
    if "assignees" in fields:
        trimmed["assignees"] = _people(fields, "assignees")
    if "milestone" in fields:
        trimmed["milestone"] = picked(mapping(fields, "milestone"), "title") or None
    return trimmed


def _merged(fields: Payload) -> dict[str, Any]:
    """Reviews and comments know only when a pull request was merged, which says whether it was."""
    return {"merged": fields["merged_at"] is not None} if "merged" not in fields and "merged_at" in fields else {}


def _people(fields: Payload, name: str) -> list[dict[str, Any]]:
    return [picked(person, "login") for person in items(fields, name)]
