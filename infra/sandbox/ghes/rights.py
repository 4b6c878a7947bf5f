"""What a person may do in a repository, whatever App asks for it.

A level of its own in `Repository.levels` counts first; then owners have `admin`, collaborators `write`, and
everybody of this GHES `read` where the repository is public or internal (§9).
"""

from infra.sandbox.ghes.repository import Level, Repository
from infra.sandbox.ghes.things import Account

LEVELS: tuple[Level, ...] = ("none", "read", "triage", "write", "admin")


def level(repository: Repository, person: Account) -> Level:
    """The person's level in the repository."""
    given = granted(repository, person)
    return "read" if given == "none" and repository.visibility != "private" else given


def granted(repository: Repository, person: Account) -> Level:
    """The level that was given to this person, not the one that everybody has."""
    if person.id in repository.levels:
        return repository.levels[person.id]
    if owns(repository.owner, person):
        return "admin"
    return "write" if person in repository.collaborators else "none"


def at_least(repository: Repository, person: Account, wanted: Level) -> bool:
    """Whether the person's level is `wanted` or more."""
    return LEVELS.index(level(repository, person)) >= LEVELS.index(wanted)


def owns(account: Account, person: Account) -> bool:
    """Whether the person owns the account: himself, or an organization, whose first member does unless others do."""
    return person is account or person in (account.owners or account.members[:1])
