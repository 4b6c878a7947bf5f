"""Telling of issues and pull requests: one series of numbers, two kinds of webhook."""

from typing import Any

from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.render.issues import issue_json
from infra.sandbox.ghes.render.pulls import pull_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Issue
from infra.sandbox.ghes.world import World


def tell(world: World, repository: Repository, issue: Issue, action: str, *, by: Account, **beside: Any) -> None:
    """Mark the subject as updated and fire `issues.<action>`, or `pull_request.<action>` for a pull request."""
    issue.updated_at = repository.updated_at = world.now()
    fields: dict[str, Any]
    if issue.pull is None:
        event, fields = "issues", {"issue": issue_json(world, repository, issue, rest=False)}
    else:
        event = "pull_request"
        fields = {"number": issue.number, "pull_request": pull_json(world, repository, issue, rest=False)}
    fire(world, event, action, by=by, repository=repository, fields=fields | beside)
