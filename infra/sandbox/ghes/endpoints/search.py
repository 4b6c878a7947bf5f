"""The search for issues and pull requests (§10)."""

from collections.abc import Callable

from infra.sandbox.ghes.answers import Answer, RefusalError, forbidden, invalid, paged, per_page, whole
from infra.sandbox.ghes.gate import Call, Route, visible
from infra.sandbox.ghes.identity import InstallationIdentity, UserIdentity
from infra.sandbox.ghes.render.issues import issue_json
from infra.sandbox.ghes.search_query import Query, Subject, read

MOST = 1000


def issues(call: Call) -> Answer:
    """GET /search/issues: newest first, or by `sort`; only what the caller may see.

    422 without `q`, for a person's token without `is:issue` or `is:pull-request`, when nothing that `repo:` or `org:`
    names can be seen, and beyond 1000 results.
    """
    text = call.request.query.get("q", "").strip()
    if not isinstance(call.identity, InstallationIdentity | UserIdentity):
        raise forbidden()
    if not text:
        raise invalid("Search", "q", "missing")
    query = read(text)
    if isinstance(call.identity, UserIdentity) and not query.names_kind():
        raise invalid("Search", "q", "invalid", "Query must include 'is:issue' or 'is:pull-request'")
    if (whole(call.request, "page", 1) - 1) * per_page(call.request) >= MOST:
        raise RefusalError(422, "Only the first 1000 search results are available")
    found = sorted((it for it in _seen(call, query) if query.fits(it)), key=_order(call), reverse=_falling(call))
    shown = [issue_json(call.world, it.repository, it.issue, rest=True) | {"score": 1.0} for it in found]
    return paged(call.request, shown, root=call.world.web_url, key="items", incomplete_results=False)


def _seen(call: Call, query: Query) -> list[Subject]:
    world = call.world
    open_to = [it for it in world.repositories.values() if visible(world, call.identity, it)]
    places = {*query.values("repo"), *query.values("org"), *query.values("user")}
    known = {it.full_name.lower() for it in open_to} | {it.owner.login.lower() for it in open_to}
    if places and not places & (known | {it.login.lower() for it in world.accounts.values()}):
        text = (
            "The listed users and repositories cannot be searched either because the resources do not exist or you "
            "do not have permission to view them."
        )
        raise invalid("Search", "q", "invalid", text)
    return [Subject(world=world, repository=it, issue=issue) for it in open_to for issue in it.issues.values()]


def _falling(call: Call) -> bool:
    return call.request.query.get("order", "desc") != "asc"


def _order(call: Call) -> Callable[[Subject], tuple[float, int]]:
    by = call.request.query.get("sort", "")

    def key(subject: Subject) -> tuple[float, int]:
        issue = subject.issue
        values = {"updated": issue.updated_at.timestamp(), "comments": len(issue.comments)}
        return values.get(by, issue.created_at.timestamp()), issue.id

    return key


ENDPOINTS = (Route(method="GET", path="/search/issues", answer=issues),)
