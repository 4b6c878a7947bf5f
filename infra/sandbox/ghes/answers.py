"""How GHES words an answer: content type, paging, refusals."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

DOCUMENTATION_URL = "https://docs.github.com/enterprise-server@3.19/rest"
NO_BODY = 204


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an endpoint says; `body` is anything that JSON can say."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: str | None = None
    """A file's text as it is, instead of the body."""


class RefusalError(Exception):
    """GHES says no. `errors` are the entries of a 422: resource, field, code."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        body: dict[str, Any] = {"message": message}
        if errors:
            body["errors"] = list(errors)
        body |= {"documentation_url": DOCUMENTATION_URL, "status": str(status)}
        self.answer = Answer(status=status, body=body, headers=headers or {})


def not_found() -> RefusalError:
    """What isn't there, or mustn't be seen to be there."""
    return RefusalError(404, "Not Found")


def forbidden() -> RefusalError:
    """The App lacks the permission."""
    return RefusalError(403, "Resource not accessible by integration")


def invalid(resource: str, field_name: str, code: str = "invalid", message: str = "") -> RefusalError:
    """422; `code` is `missing`, `missing_field`, `invalid`, `already_exists` or, with words, `custom`."""
    error = {"resource": resource, "field": field_name, "code": code}
    return RefusalError(422, "Validation Failed", errors=[error | ({"message": message} if message else {})])


def respond(request: web.Request, answer: Answer) -> web.Response:
    """Put the answer on the wire: JSON with an ETag, 304 when the asker has it already, nothing for a 204."""
    if answer.status == NO_BODY:
        return web.Response(status=NO_BODY, headers=answer.headers)
    content = (json.dumps(answer.body) if answer.raw is None else answer.raw).encode()
    headers = dict(answer.headers)
    if request.method == "GET" and answer.status == web.HTTPOk.status_code:
        headers["ETag"] = f'"{hashlib.sha256(content).hexdigest()}"'
        headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
        known = request.headers.get("If-None-Match", "").removeprefix("W/")
        if known == headers["ETag"]:
            return web.Response(status=web.HTTPNotModified.status_code, headers=headers)
    kind = "application/json" if answer.raw is None else "application/vnd.github.raw+json"
    headers["Content-Type"] = f"{kind}; charset=utf-8"
    return web.Response(status=answer.status, body=content, headers=headers)


def paged(request: web.Request, items: Sequence[Any], *, root: str, key: str = "", **beside: Any) -> Answer:
    """Return the page that `page` and `per_page` (30, at most 100) ask for, with an absolute `Link`.

    A `key` puts the page into an object under that name, with `total_count` and what stands `beside`.
    """
    size = per_page(request)
    page = max(whole(request, "page", 1), 1)
    last = max((len(items) + size - 1) // size, 1)
    shown = list(items[(page - 1) * size : page * size])
    links = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    if page >= last:
        del links["next"], links["last"]
    if page == 1:
        del links["prev"], links["first"]
    header = ", ".join(f'<{_url(request, root, page=number)}>; rel="{rel}"' for rel, number in links.items())
    body = {"total_count": len(items), **beside, key: shown} if key else shown
    return Answer(body=body, headers={"Link": header} if header else {})


def per_page(request: web.Request) -> int:
    """How many a page holds."""
    return min(max(whole(request, "per_page", 30), 1), 100)


def whole(request: web.Request, name: str, default: int) -> int:
    """The query's whole number; the default when it is absent or no number."""
    value = request.query.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else default


def link_next(request: web.Request, root: str, **changed: object) -> str:
    """A `Link` header to the next page: this request's URL with some of its query changed."""
    return f'<{_url(request, root, **changed)}>; rel="next"'


def _url(request: web.Request, root: str, **changed: object) -> str:
    query = {**request.query, **{name: str(value) for name, value in changed.items()}}
    return f"{root}{request.path}?{urlencode(query)}"
