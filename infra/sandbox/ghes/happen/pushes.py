"""Pushes, branches and tags."""

from collections.abc import Iterable, Sequence

from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.population import new_commit
from infra.sandbox.ghes.pushing import fire_push, move_branch
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import ZERO_SHA, Account, Commit
from infra.sandbox.ghes.world import World

MOST_TAGS = 3
"""For more tags at once GHES sends nothing (§8)."""


def push(
    world: World,
    repository: Repository,
    *,
    by: Account,
    messages: Sequence[str] = ("Fix the leak",),
    branch: str = "",
    author_name: str = "",
) -> list[Commit]:
    """Push one commit for each message to a branch, the default one unless told; `author_name` makes a stranger's."""
    author = None if author_name else by
    commits = [new_commit(world, message, author, author_name) for message in messages]
    move_branch(world, repository, branch or repository.default_branch, commits[-1].sha, commits, by=by, forced=False)
    return commits


def force_push(world: World, repository: Repository, *, by: Account, branch: str = "") -> Commit:
    """Rewrite a branch; the push is `forced` and lists no commits."""
    commit = new_commit(world, "Rewritten", by)
    repository.commits[commit.sha] = commit
    move_branch(world, repository, branch or repository.default_branch, commit.sha, (), by=by, forced=True)
    return commit


def create_branch(
    world: World, repository: Repository, name: str, *, by: Account, messages: Sequence[str] = ()
) -> None:
    """Make a branch, empty or with commits of its own: a push with `created`, and `create` (§8)."""
    commits = [new_commit(world, message, by) for message in messages]
    head = commits[-1].sha if commits else repository.head
    move_branch(world, repository, name, head, commits, by=by, forced=False)
    _tell(world, repository, "create", "branch", name, by=by)


def delete_branch(world: World, repository: Repository, name: str, *, by: Account) -> None:
    """Delete a branch: a push with `deleted` and a null `head_commit`, and `delete`."""
    before = repository.branches.pop(name)
    fire_push(world, repository, f"refs/heads/{name}", before, ZERO_SHA, by=by)
    _tell(world, repository, "delete", "branch", name, by=by)


def create_tags(world: World, repository: Repository, names: Iterable[str], *, by: Account) -> None:
    """Push tags at once; of more than three nothing is told."""
    made = list(names)
    for name in made:
        repository.tags[name] = repository.head
        if len(made) <= MOST_TAGS:
            fire_push(world, repository, f"refs/tags/{name}", ZERO_SHA, repository.head, by=by)
            _tell(world, repository, "create", "tag", name, by=by)


def delete_tag(world: World, repository: Repository, name: str, *, by: Account) -> None:
    """Delete a tag."""
    before = repository.tags.pop(name)
    fire_push(world, repository, f"refs/tags/{name}", before, ZERO_SHA, by=by)
    _tell(world, repository, "delete", "tag", name, by=by)


def _tell(world: World, repository: Repository, event: str, ref_type: str, name: str, *, by: Account) -> None:
    fields: dict[str, object] = {"ref": name, "ref_type": ref_type, "pusher_type": "user"}
    if event == "create":
        fields |= {"master_branch": repository.default_branch, "description": repository.description}
    fire(world, event, by=by, repository=repository, fields=fields)
