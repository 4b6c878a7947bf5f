"""What a ref means: a branch, a tag, a full ref or a sha."""

from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Sha

SHORTEST_SHA = 7


def sha_of(repository: Repository, ref: str) -> Sha | None:
    """The commit that the ref stands for; a sha may be cut, as long as it fits one commit only."""
    short = ref.removeprefix("refs/").removeprefix("heads/").removeprefix("tags/")
    for known in (repository.branches, repository.tags):
        if short in known:
            return known[short]
    fitting = [it for it in repository.commits if it.startswith(ref)] if len(ref) >= SHORTEST_SHA else []
    return fitting[0] if len(fitting) == 1 else None
