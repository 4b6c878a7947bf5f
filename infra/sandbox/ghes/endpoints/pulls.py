"""Pull requests: reading, changing, merging."""

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.answers import Answer, RefusalError, invalid, paged
from infra.sandbox.ghes.gate import Call, RepositoryRoute, beyond
from infra.sandbox.ghes.numbered import pull_in
from infra.sandbox.ghes.render.pulls import pull_json, pull_of, short_pull_json
from infra.sandbox.ghes.repository import Repository


def listed(call: Call, repository: Repository) -> Answer:
    """GET …/pulls: newest first, without counts; `state`, `head` (`owner:branch`) and `base` narrow it."""
    query = call.request.query
    state, head, base = query.get("state", "open"), query.get("head", ""), query.get("base", "")
    shown = []
    for it in reversed(repository.issues.values()):
        if it.pull is None or state not in {"all", it.state} or base not in {"", it.pull.base_ref}:
            continue
        source = it.pull.head_repository or repository
        if head in {"", f"{source.owner.login}:{it.pull.head_ref}"}:
            shown.append(short_pull_json(call.world, repository, it, rest=True))
    return paged(call.request, shown, root=call.world.web_url)


def pull(call: Call, repository: Repository) -> Answer:
    """GET …/pulls/{n}."""
    return Answer(body=pull_json(call.world, repository, pull_in(call, repository), rest=True))


def change(call: Call, repository: Repository) -> Answer:
    """PATCH …/pulls/{n}: title, body, base, state. One's own, or with triage to close and reopen, else with push."""
    issue, body, by = pull_in(call, repository), call.body, call.actor
    if issue.user is not by and not call.may(repository, "triage" if set(body) <= {"state"} else "write"):
        raise beyond()
    state, base = body.get("state", issue.state), body.get("base")
    if state not in {"open", "closed"}:
        raise invalid("PullRequest", "state")
    if base is not None and base not in repository.branches:
        raise invalid("PullRequest", "base")
    if state == "open" and pull_of(issue).merged_at:
        raise invalid("PullRequest", "state", "custom", "state cannot be changed. The pull request was merged.")
    happen.edit(call.world, repository, issue, by=by, title=body.get("title"), body=body.get("body"))
    if base is not None and base != pull_of(issue).base_ref:
        happen.change_base(call.world, repository, issue, base, by=by)
    if state == "closed" and issue.state == "open":
        happen.close(call.world, repository, issue, by=by)
    if state == "open" and issue.state == "closed":
        happen.reopen(call.world, repository, issue, by=by)
    return Answer(body=pull_json(call.world, repository, issue, rest=True))


def merge(call: Call, repository: Repository) -> Answer:
    """PUT …/pulls/{n}/merge: 405 when it can't be merged, 409 when the head has moved from `sha` (§9)."""
    issue = pull_in(call, repository)
    found = pull_of(issue)
    if issue.state == "closed" or found.draft or found.mergeable is False:
        raise RefusalError(405, "Pull Request is not mergeable")
    if call.body.get("merge_method", "merge") not in {"merge", "squash", "rebase"}:
        raise invalid("PullRequest", "merge_method")
    if call.body.get("sha", found.head_sha) != found.head_sha:
        raise RefusalError(409, "Head branch was modified. Review and try the merge again.")
    title = str(call.body.get("commit_title", ""))
    commit = happen.merge(call.world, repository, issue, by=call.actor, message=title)
    return Answer(body={"sha": commit.sha, "merged": True, "message": "Pull Request successfully merged"})


READ = (("pull_requests", "read"),)
ONE = r"/pulls/{number:\d+}"

ENDPOINTS = (
    RepositoryRoute(method="GET", path="/pulls", answer=listed, needs=READ),
    RepositoryRoute(method="GET", path=ONE, answer=pull, needs=READ),
    RepositoryRoute(method="PATCH", path=ONE, answer=change, needs=(("pull_requests", "write"),)),
    RepositoryRoute(method="PUT", path=f"{ONE}/merge", answer=merge, needs=(("contents", "write"),), level="write"),
)
