"""What is known of a commit: its check runs and statuses. `{ref}` is a sha, a branch, a tag or a full ref."""

from infra.sandbox.ghes.answers import Answer, RefusalError, invalid, not_found, paged
from infra.sandbox.ghes.gate import Call, RepositoryRoute
from infra.sandbox.ghes.happen.workflows import report_check
from infra.sandbox.ghes.refs import sha_of
from infra.sandbox.ghes.render.commits import combined_status_json, commit_comment_json, full_commit_json
from infra.sandbox.ghes.render.runs import check_run_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Sha


def commit(call: Call, repository: Repository) -> Answer:
    """GET …/commits/{ref}."""
    return Answer(body=full_commit_json(call.world, repository, repository.commits[_sha(call, repository)]))


def check_runs(call: Call, repository: Repository) -> Answer:
    """GET …/commits/{ref}/check-runs."""
    sha = _sha(call, repository)
    shown = [check_run_json(call.world, repository, it) for it in repository.check_runs if it.head_sha == sha]
    return paged(call.request, shown, root=call.world.web_url, key="check_runs")


def status(call: Call, repository: Repository) -> Answer:
    """GET …/commits/{ref}/status."""
    return Answer(body=combined_status_json(call.world, repository, _sha(call, repository)))


def create_check_run(call: Call, repository: Repository) -> Answer:
    """POST …/check-runs: 201; the product has `checks: read` only and gets 403."""
    if "name" not in call.body:
        raise invalid("CheckRun", "name", "missing_field")
    slug = call.installation.installation.app.slug
    sha = Sha(str(call.body.get("head_sha", repository.head)))
    made = report_check(call.world, repository, sha, "neutral", by=call.actor, app_slug=slug)
    return Answer(status=201, body=check_run_json(call.world, repository, made))


def comment(call: Call, repository: Repository) -> Answer:
    """GET …/comments/{id}: a comment on a commit."""
    for found in repository.commit_comments:
        if found.id == call.number("comment_id"):
            return Answer(body=commit_comment_json(call.world, repository, found, rest=True))
    raise not_found()


def _sha(call: Call, repository: Repository) -> Sha:
    ref = call.word("ref")
    found = sha_of(repository, ref)
    if found is None:
        raise RefusalError(422, f"No commit found for SHA: {ref}")
    return found


ENDPOINTS = (
    RepositoryRoute(method="GET", path="/commits/{ref:.+}/check-runs", answer=check_runs, needs=(("checks", "read"),)),
    RepositoryRoute(method="GET", path="/commits/{ref:.+}/status", answer=status, needs=(("statuses", "read"),)),
    RepositoryRoute(method="GET", path="/commits/{ref:.+}", answer=commit, needs=(("contents", "read"),)),
    RepositoryRoute(method="GET", path=r"/comments/{comment_id:\d+}", answer=comment, needs=(("contents", "read"),)),
    RepositoryRoute(method="POST", path="/check-runs", answer=create_check_run, needs=(("checks", "write"),)),
)
