"""What a number in a path stands for: an issue or a pull request."""

from infra.sandbox.ghes.answers import RefusalError, not_found
from infra.sandbox.ghes.gate import API, Call, moved_to
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Issue


def issue_in(call: Call, repository: Repository) -> Issue:
    """The issue or pull request in the path; 410 for a deleted one, 301 for a transferred one, else 404."""
    number = call.number("number")
    if issue := repository.issues.get(number):
        return issue
    if number in repository.gone_issues:
        gone = repository.gone_issues[number]
        if gone is None:
            raise RefusalError(410, "This issue was deleted")
        raise moved_to(f"{call.world.web_url}{API}/repositories/{gone[0].id}/issues/{gone[1]}")
    raise not_found()


def pull_in(call: Call, repository: Repository) -> Issue:
    """The pull request in the path; 404 for a plain issue too."""
    issue = repository.issues.get(call.number("number"))
    if issue is None or issue.pull is None:
        raise not_found()
    return issue
