"""Releases."""

from infra.sandbox.ghes.hooks import fire
from infra.sandbox.ghes.render.deployments import release_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Release
from infra.sandbox.ghes.world import World


def draft_release(
    world: World,
    repository: Repository,
    *,
    by: Account,
    tag: str = "v1.0.0",
    name: str | None = "One",
    body: str | None = "It no longer leaks.",
    prerelease: bool = False,
) -> Release:
    """Prepare a release: `created`, a draft."""
    release = Release(
        id=world.next_id(),
        tag_name=tag,
        name=name,
        body=body,
        author=by,
        created_at=world.now(),
        published_at=None,
        draft=True,
        prerelease=prerelease,
    )
    repository.releases.append(release)
    _tell(world, repository, release, "created", by=by)
    return release


def publish_release(
    world: World,
    repository: Repository,
    *,
    by: Account,
    tag: str = "v1.0.0",
    name: str | None = "One",
    body: str | None = "It no longer leaks.",
    prerelease: bool = False,
) -> Release:
    """Publish a release: `created`, then `published` and `released` (or `prereleased`) together (§8)."""
    release = draft_release(world, repository, by=by, tag=tag, name=name, body=body, prerelease=prerelease)
    release.draft, release.published_at = False, world.now()
    repository.tags[tag] = repository.head
    _tell(world, repository, release, "published", by=by)
    _tell(world, repository, release, "prereleased" if prerelease else "released", by=by)
    return release


def _tell(world: World, repository: Repository, release: Release, action: str, *, by: Account) -> None:
    fields = {"release": release_json(world, repository, release)}
    fire(world, "release", action, by=by, repository=repository, fields=fields)
