"""A verified GHES webhook, labelled.

Payloads are read tolerantly, never against a schema: a third of GitHub's own examples break one (measured, in the
notes of the client choice). `Event.payload` is what GHES sent; the accessors here answer with a default where a field
is missing, null or of another type.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Payload = Mapping[str, Any]
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_BEYOND = 2**63
OPEN_TO_ALL = frozenset({"public", "internal"})
"""The visibilities of a repository that every user of the GHES may read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository as the newest event knew it; `id` stays through renames and transfers, the names don't."""

    id: int
    owner_id: int
    owner: str
    name: str
    visibility: str
    """`public`, `internal` or `private`; an absent one counts as `private`, unless GHES says `private: false`."""
    url: str
    default_branch: str

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"

    @property
    def open_to_all(self) -> bool:
        """Whether every user of the GHES may read it."""
        return self.visibility in OPEN_TO_ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A webhook whose signature was right."""

    delivery_id: str
    """GHES's `X-GitHub-Delivery`, the same on a redelivery."""
    name: str
    """`X-GitHub-Event`, e.g. `issues`."""
    action: str | None
    """The payload's `action`; None for push, create, delete, fork, public, status…"""
    repository: Repository | None
    actor: str
    """Login of the sender; `ghost` when GHES names nobody."""
    received_at: datetime
    payload: Payload

    @property
    def key(self) -> str:
        """`issues.opened`, or `push` for an event without actions."""
        return f"{self.name}.{self.action}" if self.action else self.name


def label(delivery_id: str, name: str, payload: Payload, received_at: datetime) -> Event:
    """Read off a payload what routing needs; never raises on a mapping, whatever is in it."""
    return Event(
        delivery_id=delivery_id,
        name=name,
        action=text(payload, "action") or None,
        repository=repository(mapping(payload, "repository")),
        actor=text(payload, "sender", "login") or "ghost",
        received_at=received_at,
        payload=payload,
    )


def repository(fields: Payload) -> Repository | None:
    """The repository that these fields describe; None without an id or an owner."""
    id_, owner_id = number(fields, "id"), number(fields, "owner", "id")
    full_name = text(fields, "full_name")
    owner = text(fields, "owner", "login") or text(fields, "owner", "name") or full_name.partition("/")[0]
    name = text(fields, "name") or full_name.partition("/")[2]
    if id_ is None or not owner or not name:
        return None
    return Repository(
        id=id_,
        owner_id=owner_id or 0,
        owner=owner,
        name=name,
        visibility=text(fields, "visibility") or ("public" if fields.get("private") is False else "private"),
        url=text(fields, "html_url"),
        default_branch=text(fields, "default_branch") or text(fields, "master_branch") or "main",
    )


def mapping(fields: object, *path: str) -> Payload:
    """The object at `path`; an empty one when there is none."""
    found = _at(fields, path)
    return found if isinstance(found, Mapping) else {}


def items(fields: object, *path: str) -> list[Payload]:
    """The objects in the list at `path`, leaving out whatever isn't an object."""
    found = _at(fields, path)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def text(fields: object, *path: str) -> str:
    """The string at `path`, without what no database takes (half characters, NUL); an empty one when there is none."""
    found = _at(fields, path)
    if not isinstance(found, str):
        return ""
    return found if found.isascii() and "\0" not in found else _UNSTORABLE.sub("", found)


def number(fields: object, *path: str) -> int | None:
    """The whole number at `path`; None when there is none, or it has more than 64 bits."""
    found = _at(fields, path)
    return found if isinstance(found, int) and not isinstance(found, bool) and abs(found) < _BEYOND else None


def flag(fields: object, *path: str) -> bool:
    """Whether the value at `path` is true."""
    return _at(fields, path) is True


def instant(fields: object, *path: str) -> datetime | None:
    """The aware instant at `path` (ISO 8601); None when there is none or it can't be read."""
    try:
        found = datetime.fromisoformat(text(fields, *path))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _at(fields: object, path: tuple[str, ...]) -> object:
    for name in path:
        # dict first: an abstract class takes twenty times as long to ask, some fifty times an event
        fields = fields.get(name) if isinstance(fields, dict) or isinstance(fields, Mapping) else None  # noqa: SIM101
    return fields
