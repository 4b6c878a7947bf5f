"""Files and folders of a repository at a ref."""

from base64 import encodebytes
from hashlib import sha1
from typing import Any
from urllib.parse import quote

from infra.sandbox.ghes.answers import Answer, RefusalError, not_found
from infra.sandbox.ghes.gate import Call, RepositoryRoute
from infra.sandbox.ghes.refs import sha_of
from infra.sandbox.ghes.render.repositories import api_url, page_url
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.world import World

LARGEST_BYTES = 2**20
"""A larger file comes without its content, unless it is asked for raw."""


def contents(call: Call, repository: Repository) -> Answer:
    """GET …/contents/{path}?ref=: a file with its content in base64 (or raw), a folder as a list."""
    ref = call.request.query.get("ref") or repository.default_branch
    sha = sha_of(repository, ref)
    if sha is None:
        raise RefusalError(404, f"No commit found for the ref {ref}")
    own = repository.commits[sha].tree
    tree = repository.files if own is None else own
    path = call.request.match_info.get("path", "").strip("/")
    if path in tree:
        if ".raw" in call.request.headers.get("Accept", ""):
            return Answer(raw=tree[path])
        return Answer(body=_file(call.world, repository, ref, path, tree[path], whole=True))
    folder = f"{path}/" if path else ""
    within = {it[len(folder) :].partition("/")[0]: it for it in sorted(tree) if it.startswith(folder)}
    if not within and path:
        raise not_found()
    shown = [
        _file(call.world, repository, ref, full, tree[full], whole=False)
        if full == folder + name
        else _entry(call.world, repository, ref, folder + name, "dir", b"")
        for name, full in within.items()
    ]
    return Answer(body=shown)


def _file(world: World, repository: Repository, ref: str, path: str, text: str, *, whole: bool) -> dict[str, Any]:
    content = text.encode()
    entry = _entry(world, repository, ref, path, "file", content)
    if not whole:
        return entry
    if len(content) > LARGEST_BYTES:
        return entry | {"encoding": "none", "content": ""}
    return entry | {"encoding": "base64", "content": encodebytes(content).decode()}


def _entry(world: World, repository: Repository, ref: str, path: str, kind: str, content: bytes) -> dict[str, Any]:
    blob = sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    api, page, place = api_url(world, repository), page_url(world, repository), quote(path)
    url = f"{api}/contents/{place}?ref={quote(ref, safe='')}"
    html = f"{page}/{'blob' if kind == 'file' else 'tree'}/{quote(ref)}/{place}"
    git = f"{api}/git/{'blobs' if kind == 'file' else 'trees'}/{blob}"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": blob,
        "size": len(content),
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": f"{page}/raw/{quote(ref)}/{place}" if kind == "file" else None,
        "type": kind,
        "_links": {"self": url, "git": git, "html": html},
    }


READ = (("contents", "read"),)

ENDPOINTS = (
    RepositoryRoute(method="GET", path="/contents", answer=contents, needs=READ),
    RepositoryRoute(method="GET", path="/contents/{path:.*}", answer=contents, needs=READ),
)
