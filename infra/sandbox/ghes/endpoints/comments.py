"""Comments on issues and pull requests."""

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.answers import Answer, RefusalError, invalid, not_found, paged
from infra.sandbox.ghes.gate import Call, RepositoryRoute
from infra.sandbox.ghes.identity import UserIdentity
from infra.sandbox.ghes.numbered import issue_in
from infra.sandbox.ghes.render.issues import comment_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.times import iso


def create(call: Call, repository: Repository) -> Answer:
    """POST …/issues/{n}/comments: 201."""
    issue = issue_in(call, repository)
    text = call.body.get("body")
    if not isinstance(text, str) or not text.strip():
        raise invalid("IssueComment", "body", "missing_field")
    if issue.locked and not (isinstance(call.identity, UserIdentity) and call.may(repository, "write")):
        raise RefusalError(403, "Unable to create comment because issue is locked.")
    made = happen.comment(call.world, repository, issue, by=call.actor, body=text)
    return Answer(status=201, body=comment_json(call.world, repository, issue, made, rest=True))


def listed(call: Call, repository: Repository) -> Answer:
    """GET …/issues/{n}/comments: oldest first; `since` narrows it."""
    issue, since = issue_in(call, repository), call.request.query.get("since", "")
    wanted = [it for it in issue.comments if iso(it.updated_at) >= since]
    shown = [comment_json(call.world, repository, issue, it, rest=True) for it in wanted]
    return paged(call.request, shown, root=call.world.web_url)


def comment(call: Call, repository: Repository) -> Answer:
    """GET …/issues/comments/{id}."""
    for issue in repository.issues.values():
        for found in issue.comments:
            if found.id == call.number("comment_id"):
                return Answer(body=comment_json(call.world, repository, issue, found, rest=True))
    raise not_found()


READ = (("issues", "read"), ("pull_requests", "read"))
WRITE = (("issues", "write"), ("pull_requests", "write"))

ENDPOINTS = (
    RepositoryRoute(method="GET", path=r"/issues/{number:\d+}/comments", answer=listed, needs=READ),
    RepositoryRoute(method="POST", path=r"/issues/{number:\d+}/comments", answer=create, needs=WRITE),
    RepositoryRoute(method="GET", path=r"/issues/comments/{comment_id:\d+}", answer=comment, needs=READ),
)
