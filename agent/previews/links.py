"""What an address on our GHES leads to, as far as it has a preview.

/octo/shop                                    repository
/octo/shop/issues/12, /pull/12, /pull/12/files issue or pull request
…#issuecomment-5, #discussion_r5, #r5, #pullrequestreview-5, /commit/1a2b#commitcomment-5
                                              comment
/octo/shop/blob/main/src/app.py#L3-L10        file with line numbers
/orgs/octo                                    organisation
/octo                                         person, or an organisation: the address doesn't tell
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, unquote, urlsplit

from agent.ghes.hosts import Hosts

MOST_SPLITS = 4
"""So many segments of a path are tried as the name of a branch, which may have slashes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLink:
    """An issue; GHES leads there for a pull request too."""

    owner: str
    repo: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PullLink:
    """A pull request; GHES leads there for an issue too."""

    owner: str
    repo: str
    number: int


class CommentKind(StrEnum):
    """What a comment stands on; the values begin its anchor."""

    ISSUE = "issuecomment-"
    LINE = "discussion_r"
    REVIEW = "pullrequestreview-"
    COMMIT = "commitcomment-"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentLink:
    """A comment on an issue or a pull request, on its lines, a review, or a comment on a commit."""

    owner: str
    repo: str
    number: int
    """The issue or pull request; 0 for a commit."""
    kind: CommentKind
    id: int
    is_pull: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLink:
    """Lines of a file."""

    owner: str
    repo: str
    ref_and_path: tuple[str, ...]
    """The segments of both: where the one ends and the other begins only GHES knows."""
    first: int
    last: int

    @property
    def splits(self) -> tuple[tuple[str, str], ...]:
        """(ref, path) as it may be meant, the shortest name of a branch first."""
        parts = self.ref_and_path
        most = 1 if _SHA.fullmatch(parts[0]) else min(MOST_SPLITS, len(parts) - 1)
        return tuple(("/".join(parts[:at]), "/".join(parts[at:])) for at in range(1, most + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryLink:
    """A repository's own page."""

    owner: str
    repo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationLink:
    """An organisation, by the address that only organisations have."""

    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink:
    """A person's page, or an organisation's."""

    login: str


PreviewLink = IssueLink | PullLink | CommentLink | FileLink | RepositoryLink | OrganizationLink | AccountLink

_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_REPO = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LINES = re.compile(r"L([1-9][0-9]{0,6})(?:C[0-9]+)?(?:-L?([1-9][0-9]{0,6})(?:C[0-9]+)?)?")
_ON_PULL_LINES = re.compile(r"r([1-9][0-9]{0,17})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_LONGEST = 2000
_PULL_PAGES = frozenset({"files", "commits", "checks", "changes", "conversation"})

_PAGES = """about account admin api apps assets avatars codespaces collections contact dashboard devices enterprises
    events explore features gist github-apps issues join login logout marketplace new notifications oauth organizations
    orgs pulls raw search session sessions settings setup signup site sponsors stafftools stars status storage topics
    trending uploads user users watching"""
_OURS = frozenset(_PAGES.split())
"""First segments of GHES's own pages, which nobody can be called."""


def parse(address: str, ghes_url: str) -> PreviewLink | None:
    """What `address` leads to on the server whose root is `ghes_url`; None for whatever has no preview."""
    if len(address) > _LONGEST or not Hosts.of(ghes_url).same_host(address):
        return None
    parts = urlsplit(address)  # it can be split, since its host could be read
    match [part for part in parts.path.split("/") if part]:
        case ["orgs", login] if _OWNER.fullmatch(login):
            return OrganizationLink(login=login)
        case [login] if _is_account(login):
            return AccountLink(login=login)
        case [owner, repo, *page] if _is_account(owner) and _REPO.fullmatch(repo):
            return _in_repository(owner, repo, page, parts)
        case _:
            return None


def key(link: PreviewLink) -> str:
    """The same for addresses that lead to the same thing."""
    match link:
        case IssueLink() | PullLink():
            return f"{link.owner}/{link.repo}".lower() + f"#{link.number}"
        case CommentLink():
            return f"{link.owner}/{link.repo}".lower() + f" {link.kind}{link.id}"
        case FileLink():
            where = "/".join(link.ref_and_path)
            return f"{link.owner}/{link.repo}".lower() + f" {where} {link.first}-{link.last}"
        case RepositoryLink():
            return f"{link.owner}/{link.repo}".lower()
        case OrganizationLink() | AccountLink():
            return link.login.lower()


def _is_account(segment: str) -> bool:
    return bool(_OWNER.fullmatch(segment)) and segment.lower() not in _OURS


def _in_repository(owner: str, repo: str, page: list[str], parts: SplitResult) -> PreviewLink | None:
    match page:
        case []:
            name = repo.removesuffix(".git")
            return RepositoryLink(owner=owner, repo=name) if _REPO.fullmatch(name) else None
        case ["commit", _]:
            return _comment(owner, repo, 0, parts.fragment)
        case ["blob", *ref_and_path]:
            return _file(owner, repo, ref_and_path, parts.fragment)
        case [kind, number, *inner] if _NUMBER.fullmatch(number):
            return _numbered(owner, repo, kind, int(number), inner, parts.fragment)
        case _:
            return None


def _numbered(owner: str, repo: str, kind: str, number: int, inner: list[str], fragment: str) -> PreviewLink | None:
    if kind == "issues" and not inner:
        found = _comment(owner, repo, number, fragment)
        return found or IssueLink(owner=owner, repo=repo, number=number)
    if kind == "pull" and (not inner or inner[0] in _PULL_PAGES):
        return _pull(owner, repo, number, fragment)
    return None


def _pull(owner: str, repo: str, number: int, fragment: str) -> PreviewLink:
    on_lines = _ON_PULL_LINES.fullmatch(fragment)
    anchor = f"{CommentKind.LINE}{on_lines[1]}" if on_lines else fragment
    found = _comment(owner, repo, number, anchor, is_pull=True)
    return found or PullLink(owner=owner, repo=repo, number=number)


def _comment(owner: str, repo: str, number: int, fragment: str, *, is_pull: bool = False) -> CommentLink | None:
    for kind in CommentKind:
        id_ = fragment.removeprefix(kind)
        if id_ != fragment and _NUMBER.fullmatch(id_) and (kind is CommentKind.COMMIT) is (number == 0):
            return CommentLink(owner=owner, repo=repo, number=number, kind=kind, id=int(id_), is_pull=is_pull)
    return None


def _file(owner: str, repo: str, ref_and_path: list[str], fragment: str) -> FileLink | None:
    lines = _LINES.fullmatch(fragment)
    segments = "/".join(unquote(part) for part in ref_and_path).split("/")
    if not lines or len(segments) < len(("ref", "path")):
        return None
    if any(part in {"", ".", ".."} or _CONTROL.search(part) for part in segments):
        return None
    first, last = sorted((int(lines[1]), int(lines[2] or lines[1])))
    return FileLink(owner=owner, repo=repo, ref_and_path=tuple(segments), first=first, last=last)
