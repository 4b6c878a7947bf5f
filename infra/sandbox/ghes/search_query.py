"""What one types into the search for issues and pull requests: words, and qualifiers like `is:open` (§10)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Issue
from infra.sandbox.ghes.world import World

PART = re.compile(r'(?P<key>-?[a-z-]+):(?P<value>"[^"]*"|\S+)|"(?P<phrase>[^"]*)"|(?P<word>\S+)')
PULL, ISSUE = frozenset({"pr", "pull-request"}), frozenset({"issue"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An issue or pull request where it stands."""

    world: World
    repository: Repository
    issue: Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query, read; each qualifier may stand more than once."""

    words: tuple[str, ...]
    qualifiers: tuple[tuple[str, str], ...]

    def values(self, key: str) -> list[str]:
        """What stands behind this qualifier."""
        return [value for name, value in self.qualifiers if name == key]

    def names_kind(self) -> bool:
        """Whether it says `is:issue` or `is:pull-request`."""
        return not (PULL | ISSUE).isdisjoint(self.values("is"))

    def fits(self, subject: Subject) -> bool:
        """Whether the subject is found; several `repo:` or `org:` widen the search, everything else narrows it."""
        issue, repository = subject.issue, subject.repository
        places = [*self.values("repo"), *self.values("org"), *self.values("user")]
        if places and not {repository.full_name.lower(), repository.owner.login.lower()} & set(places):
            return False
        text = issue.title if "title" in self.values("in") else f"{issue.title} {issue.body or ''}"
        return all(it in text.lower() for it in self.words) and all(
            TESTS[key](subject, value) for key, value in self.qualifiers if key in TESTS
        )


def read(text: str) -> Query:
    """Read a query; what looks like a qualifier and isn't one that we know is a word."""
    words, qualifiers = [], []
    for part in PART.finditer(text):
        key, value = part["key"], (part["value"] or "").strip('"').lower()
        if key in KNOWN:
            qualifiers.append((key, value))
        else:
            words.append((part["phrase"] or part["word"] or part[0]).lower())
    return Query(words=tuple(words), qualifiers=tuple(qualifiers))


def _is(subject: Subject, value: str) -> bool:
    issue, pull = subject.issue, subject.issue.pull
    known = {
        "open": issue.state == "open",
        "closed": issue.state == "closed",
        "merged": pull is not None and pull.merged_at is not None,
        "unmerged": pull is not None and pull.merged_at is None,
        "draft": pull is not None and pull.draft,
        "locked": issue.locked,
        "public": subject.repository.visibility == "public",
        "internal": subject.repository.visibility == "internal",
        "private": subject.repository.visibility == "private",
    }
    if value in PULL | ISSUE:
        return (pull is not None) is (value in PULL)
    return known.get(value, False)


def _named(account: Account | None, login: str) -> bool:
    return account is not None and account.login.lower() == login


def _assigned(subject: Subject, login: str) -> bool:
    return any(_named(it, login) for it in subject.issue.assignees)


def _asked_himself(subject: Subject, login: str) -> bool:
    pull = subject.issue.pull
    return pull is not None and any(_named(it, login) for it in pull.requested_reviewers)


def _asked(subject: Subject, login: str) -> bool:
    """By name or through a team."""
    teams = subject.issue.pull.requested_teams if subject.issue.pull else []
    return _asked_himself(subject, login) or any(_named(it, login) for team in teams for it in team.members)


def _team_asked(subject: Subject, team: str) -> bool:
    teams = subject.issue.pull.requested_teams if subject.issue.pull else []
    return team in {f"{it.organization.login}/{it.slug}".lower() for it in teams}


def _mentioned(subject: Subject, login: str) -> bool:
    return f"@{login}" in (subject.issue.body or "").lower()


def _involved(subject: Subject, login: str) -> bool:
    commented = any(_named(it.user, login) for it in subject.issue.comments)
    return commented or _named(subject.issue.user, login) or _assigned(subject, login) or _mentioned(subject, login)


TESTS: Mapping[str, Callable[[Subject, str], bool]] = {
    "is": _is,
    "type": _is,
    "state": _is,
    "author": lambda subject, value: _named(subject.issue.user, value),
    "assignee": _assigned,
    "mentions": _mentioned,
    "involves": _involved,
    "label": lambda subject, value: value in {it.name.lower() for it in subject.issue.labels},
    "review-requested": _asked,
    "user-review-requested": _asked_himself,
    "team-review-requested": _team_asked,
    "draft": lambda subject, value: (subject.issue.pull is not None and subject.issue.pull.draft) is (value == "true"),
    "archived": lambda subject, value: subject.repository.archived is (value == "true"),
}
KNOWN = {*TESTS, "repo", "org", "user", "in"}
