"""A GHES that answers from a table."""

from base64 import encodebytes
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from agent.ghes.answers import Refused

GHES = "https://ghe.example.com"


class Shelf:
    """`agent.previews.ports.Reads`: what isn't there is 404; `asked` are the paths, filled in."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []

    async def get(self, path: str, names: Mapping[str, str] | None = None) -> Any:
        given = dict(names or {})
        ref = f"?ref={given['ref']}" if "{?ref}" in path else ""
        filled = path.replace("{+path}", "{path}").replace("{?ref}", "").format(**given) + ref
        self.asked.append(filled)
        return self.answers.get(filled, Refused(status=404, message="Not Found"))


@pytest.fixture
def fields() -> Callable[..., dict[str, Any]]:
    """A repository as REST describes it."""

    def made(name: str = "shop", visibility: str = "public") -> dict[str, Any]:
        return {
            "id": 42 if name == "shop" else 43,
            "name": name,
            "full_name": f"octo/{name}",
            "owner": {"id": 7, "login": "octo"},
            "visibility": visibility,
            "html_url": f"{GHES}/octo/{name}",
            "default_branch": "main",
        }

    return made


@pytest.fixture
def shelf(fields: Callable[..., dict[str, Any]]) -> Shelf:
    """With octo/shop, its issue 12 and its pull request 13."""
    made = Shelf()
    made.answers = {
        "/repos/octo/shop": fields(),
        "/repos/octo/shop/issues/12": {
            "number": 12,
            "title": "The tap drips",
            "html_url": f"{GHES}/octo/shop/issues/12",
            "state": "open",
            "user": {"login": "ada"},
        },
        "/repos/octo/shop/issues/13": {
            "number": 13,
            "html_url": f"{GHES}/octo/shop/pull/13",
            "pull_request": {"url": "…"},
        },
        "/repos/octo/shop/pulls/13": {
            "number": 13,
            "title": "Mend it",
            "html_url": f"{GHES}/octo/shop/pull/13",
            "state": "open",
            "user": {"login": "ada"},
        },
    }
    return made


@pytest.fixture
def file() -> Callable[..., dict[str, Any]]:
    """A file as REST describes it."""

    def made(content: str | bytes) -> dict[str, Any]:
        raw = content if isinstance(content, bytes) else content.encode()
        return {"type": "file", "encoding": "base64", "size": len(raw), "content": encodebytes(raw).decode()}

    return made
