"""Reading what a link shows, with somebody's own rights.

GHES leads on from former names and from transferred issues, so what comes back may lie in another repository than the
address names, a private one, say. It counts as a thing of the repository that its own page is in.
"""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, assert_never
from urllib.parse import quote

from agent.ghes.answers import Refused, Unreachable
from agent.previews.links import (
    AccountLink,
    CommentKind,
    CommentLink,
    FileLink,
    IssueLink,
    OrganizationLink,
    PreviewLink,
    PullLink,
    RepositoryLink,
    parse,
)
from agent.previews.ports import Reads
from agent.previews.things import Account, Comment, FileLines, Issue, Project, Thing
from shared.event import Payload, Repository, mapping, number, repository, text

MOST_LINES = 20
MOST_BYTES = 512 * 1024
_MOST_HOPS = 2
_MISSING = Refused(status=404, message="Not Found")

Read = Thing | Refused | Unreachable


async def read(link: PreviewLink, reads: Reads, ghes_url: str) -> Read:
    """What `link` shows to whoever `reads`; `Refused` and `Unreachable` as GHES answered."""
    for _ in range(_MOST_HOPS):
        found = await _read(link, reads)
        if not isinstance(found, str):
            return found
        moved = parse(found, ghes_url)
        if moved is None:
            break
        link = moved
    return _MISSING


async def _read(link: PreviewLink, reads: Reads) -> Read | str:
    """The thing, or the address where it is now."""
    if isinstance(link, OrganizationLink | AccountLink):
        return await _account(link, reads)
    answer = await reads.get("/repos/{owner}/{repo}", {"owner": link.owner, "repo": link.repo})
    if isinstance(answer, Refused | Unreachable):
        return answer
    fields = mapping(answer)
    found = repository(fields)
    if found is None or not found.url:
        return _MISSING
    return await _within(found, fields, link, reads)


async def _within(
    found: Repository,
    fields: Payload,
    link: RepositoryLink | IssueLink | PullLink | CommentLink | FileLink,
    reads: Reads,
) -> Read | str:
    match link:
        case RepositoryLink():
            return Project(repository=found, fields=fields)
        case IssueLink():
            return await _issue(found, link.number, reads)
        case PullLink():
            return await _pull(found, link.number, reads)
        case CommentLink():
            return await _comment(found, link, reads)
        case FileLink():
            return await _file(found, link, reads)
        case never:
            assert_never(never)


async def _account(link: OrganizationLink | AccountLink, reads: Reads) -> Account | Refused | Unreachable:
    path = "/orgs/{login}" if isinstance(link, OrganizationLink) else "/users/{login}"
    fields = await reads.get(path, {"login": link.login})
    if isinstance(fields, Refused | Unreachable):
        return fields
    is_organization = isinstance(link, OrganizationLink) or text(fields, "type") == "Organization"
    if isinstance(link, AccountLink) and is_organization:
        more = await reads.get("/orgs/{login}", {"login": link.login})
        fields = fields if isinstance(more, Refused | Unreachable) else more
    return Account(fields=mapping(fields), is_organization=is_organization)


async def _issue(where: Repository, issue_number: int, reads: Reads) -> Issue | Refused | Unreachable | str:
    fields = await _get(reads, where, "/issues/{number}", {"number": str(issue_number)})
    if isinstance(fields, Refused | Unreachable):
        return fields
    if address := _elsewhere(where, fields):
        return address
    if mapping(fields, "pull_request"):
        return await _pull(where, issue_number, reads, or_issue=False)
    return Issue(repository=where, fields=fields, is_pull=False)


async def _pull(
    where: Repository, issue_number: int, reads: Reads, *, or_issue: bool = True
) -> Issue | Refused | Unreachable | str:
    fields = await _get(reads, where, "/pulls/{number}", {"number": str(issue_number)})
    if isinstance(fields, Refused) and fields.is_missing and or_issue:
        return await _issue(where, issue_number, reads)
    if isinstance(fields, Refused | Unreachable):
        return fields
    return _elsewhere(where, fields) or Issue(repository=where, fields=fields, is_pull=True)


_COMMENTS: Mapping[CommentKind, str] = {
    CommentKind.ISSUE: "/issues/comments/{id}",
    CommentKind.LINE: "/pulls/comments/{id}",
    CommentKind.REVIEW: "/pulls/{number}/reviews/{id}",
    CommentKind.COMMIT: "/comments/{id}",
}


async def _comment(where: Repository, link: CommentLink, reads: Reads) -> Read | str:
    """The comment; the issue alone where the comment is gone, or belongs to another one."""
    if link.kind is CommentKind.COMMIT:
        return await _comment_on(where, None, link, reads)
    ask = _pull if link.is_pull else _issue
    match await ask(where, link.number, reads):
        case Issue() as issue:
            return await _comment_on(where, issue, link, reads)
        case str() as address:
            return f"{address}#{link.kind}{link.id}"
        case refused:
            return refused


async def _comment_on(
    where: Repository, issue: Issue | None, link: CommentLink, reads: Reads
) -> Comment | Issue | Refused | Unreachable:
    fields = await _get(reads, where, _COMMENTS[link.kind], {"id": str(link.id), "number": str(link.number)})
    if isinstance(fields, Refused | Unreachable):
        return issue if issue and isinstance(fields, Refused) and fields.is_missing else fields
    if _elsewhere(where, fields) or (issue and not _is_about(fields, link.number)):
        return issue or _MISSING
    return Comment(repository=where, kind=link.kind, fields=fields, issue=issue)


async def _file(where: Repository, link: FileLink, reads: Reads) -> FileLines | Refused | Unreachable:
    last: Refused | Unreachable = _MISSING
    for ref, path in link.splits:
        names = {"path": quote(path, safe="/"), "ref": ref}
        answer = await reads.get(
            "/repos/{owner}/{repo}/contents/{+path}{?ref}", {"owner": where.owner, "repo": where.name, **names}
        )
        if isinstance(answer, Unreachable) or (isinstance(answer, Refused) and not answer.is_missing):
            return answer
        if isinstance(answer, Refused):
            last = answer
        elif isinstance(answer, Mapping) and text(answer, "type") == "file":
            return _lines(where, link, ref, path, answer)
    return last


def _lines(where: Repository, link: FileLink, ref: str, path: str, fields: Payload) -> FileLines:
    content = _content(fields)
    shown = content.splitlines()[link.first - 1 : link.last] if content is not None else []
    anchor = f"L{link.first}" if link.first == link.last else f"L{link.first}-L{link.last}"
    return FileLines(
        repository=where,
        ref=ref,
        path=path,
        first=link.first,
        last=min(link.last, link.first + len(shown) - 1) if shown else link.last,
        url=f"{where.url}/blob/{quote(ref)}/{quote(path)}#{anchor}",
        lines=shown or None,
    )


def _content(fields: Payload) -> str | None:
    """The text of a file; None for what isn't text, or too much of it."""
    if text(fields, "encoding") != "base64" or (number(fields, "size") or 0) > MOST_BYTES:
        return None
    try:
        content = b64decode(text(fields, "content")).decode()
    except ValueError:
        return None
    return None if "\0" in content else content


async def _get(reads: Reads, where: Repository, path: str, names: Mapping[str, str]) -> Any | Refused | Unreachable:
    fields = await reads.get(f"/repos/{{owner}}/{{repo}}{path}", {"owner": where.owner, "repo": where.name, **names})
    return fields if isinstance(fields, Refused | Unreachable) else mapping(fields)


def _elsewhere(where: Repository, fields: Payload) -> str:
    """Where the thing's own page is, if that is in another repository; an address without a page is nowhere."""
    address = text(fields, "html_url")
    return "" if address.lower().startswith(f"{where.url.lower()}/") else address or "nowhere"


def _is_about(fields: Payload, issue_number: int) -> bool:
    page: Sequence[str] = text(fields, "html_url").partition("#")[0].split("/")
    return str(issue_number) in page
