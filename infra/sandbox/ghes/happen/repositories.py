"""What happens to a repository as a whole."""

from typing import Any

from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.population import add_repository
from infra.sandbox.ghes.render.people import user_json
from infra.sandbox.ghes.render.repositories import repository_json
from infra.sandbox.ghes.repository import Repository, Visibility
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.times import iso
from infra.sandbox.ghes.world import World


def create_repository(
    world: World, owner: Account, name: str, *, by: Account, visibility: Visibility = "private"
) -> Repository:
    """Make a repository."""
    repository = add_repository(world, owner, name, visibility=visibility)
    _tell(world, repository, "created", by=by)
    return repository


def publicize(world: World, repository: Repository, *, by: Account) -> None:
    """Open it to all: `public` and `repository.publicized`, for one and the same thing (§8)."""
    repository.visibility = "public"
    _touch(world, repository)
    fire(world, "public", by=by, repository=repository, fields={})
    _tell(world, repository, "publicized", by=by)


def privatize(world: World, repository: Repository, *, by: Account) -> None:
    """Hide it."""
    repository.visibility = "private"
    _tell(world, repository, "privatized", by=by)


def rename_repository(world: World, repository: Repository, name: str, *, by: Account) -> None:
    """Rename it; the id stays, the old path answers 301."""
    former = repository.name
    world.former_names[repository.full_name.lower()] = repository.id
    repository.name = name
    _tell(world, repository, "renamed", by=by, changes={"repository": {"name": {"from": former}}})


def transfer_repository(world: World, repository: Repository, to: Account, *, by: Account) -> None:
    """Move it to another owner; an App that is only on the old one hears of it and then loses access."""
    holders = [it for it in world.installations.values() if it.holds(repository)]
    former = repository.owner
    world.former_names[repository.full_name.lower()] = repository.id
    repository.owner = to
    kind = "organization" if former.type == "Organization" else "user"
    changes = {"owner": {"from": {kind: user_json(world, former)}}}
    _touch(world, repository)
    fields = {"changes": changes, "repository": repository_json(world, repository)}
    fire(world, "repository", "transferred", by=by, repository=repository, also=holders, fields=fields)


def archive(world: World, repository: Repository, *, by: Account) -> None:
    """Make it read-only."""
    repository.archived = True
    _tell(world, repository, "archived", by=by)


def delete_repository(world: World, repository: Repository, *, by: Account) -> None:
    """Delete it."""
    _tell(world, repository, "deleted", by=by)
    del world.repositories[repository.id]


def star(world: World, repository: Repository, *, by: Account) -> None:
    """Star it."""
    repository.stars += 1
    fields = {"starred_at": iso(world.now())}
    fire(world, "star", "created", by=by, repository=repository, fields=fields)


def fork(world: World, repository: Repository, owner: Account, *, by: Account) -> Repository:
    """Fork it to another account: `fork`, which has no action."""
    made = add_repository(world, owner, repository.name, visibility=repository.visibility, fork_of=repository)
    made.commits |= repository.commits
    made.branches |= repository.branches
    repository.forks += 1
    fire(world, "fork", by=by, repository=repository, fields={"forkee": repository_json(world, made)})
    return made


def _tell(world: World, repository: Repository, action: str, *, by: Account, **beside: Any) -> None:
    _touch(world, repository)
    fire(world, "repository", action, by=by, repository=repository, fields=beside)


def _touch(world: World, repository: Repository) -> None:
    repository.updated_at = world.now()
