"""The things on GHES that people act on, by the names that reach them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_REPOSITORY = re.compile(r"(?!\.{1,2}/)[\w.-]{1,100}/(?!\.{1,2}$)[\w.-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """An issue or a pull request."""

    repository: str
    """`owner/repo`."""
    number: int
    is_pull: bool

    def __str__(self) -> str:
        """`owner/repo#12`."""
        return f"{self.repository}#{self.number}"

    @property
    def noun(self) -> str:
        """What it is, in words."""
        return "pull request" if self.is_pull else "issue"

    @property
    def names(self) -> Mapping[str, str]:
        """For the paths of the API."""
        return {**repository_names(self.repository), "number": str(self.number)}

    def page(self, ghes_url: str) -> str:
        """Its page; GHES leads from the one kind to the other."""
        return f"{ghes_url}/{self.repository}/{'pull' if self.is_pull else 'issues'}/{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One attempt of a workflow run."""

    repository: str
    run_id: int
    attempt: int

    @property
    def names(self) -> Mapping[str, str]:
        """For the paths of the API."""
        return {**repository_names(self.repository), "run_id": str(self.run_id)}

    def page(self, ghes_url: str) -> str:
        """Its page."""
        return f"{ghes_url}/{self.repository}/actions/runs/{self.run_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A deployment that waits in a workflow run for somebody's approval."""

    repository: str
    run_id: int
    environment: str
    """Its name; empty where all that waits in the run is meant."""

    @property
    def names(self) -> Mapping[str, str]:
        """For the paths of the API."""
        return {**repository_names(self.repository), "run_id": str(self.run_id)}

    def page(self, ghes_url: str) -> str:
        """The page of its run, where GHES asks for the approval."""
        return f"{ghes_url}/{self.repository}/actions/runs/{self.run_id}"


def is_repository(name: str) -> bool:
    """Whether this may be the name of a repository, `owner/repo`."""
    return bool(_REPOSITORY.fullmatch(name))


def repository_names(repository: str) -> dict[str, str]:
    """`owner/repo` for the paths of the API."""
    owner, _, repo = repository.partition("/")
    return {"owner": owner, "repo": repo}
