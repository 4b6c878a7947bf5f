"""What an agent asks of the relay beside dispatches: the fields of each kind of signed request, and where it goes.

    workspace.put      {"team": "T…"} or {"enterprise": "E…"}, "token": "xoxb-…", "token_expires_at": seconds | null
    workspace.remove   {"team": "T…"} or {"enterprise": "E…"}
    key.put            {"key_id": …, "public": base64 of 32 bytes, "not_before": seconds | null, "not_after": … | null}
    key.remove         {"key_id": …}
    receipts           {"after": cursor or "", "limit": 1 to 500}

The fields stand beside those of `shared.dispatch.request_text`. Readers raise `ValueError` on anything else.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DISPATCH, WORKSPACE_PUT, WORKSPACE_REMOVE = "dispatch", "workspace.put", "workspace.remove"
KEY_PUT, KEY_REMOVE, RECEIPTS = "key.put", "key.remove", "receipts"
PATHS: Mapping[str, str] = {
    DISPATCH: "/v1/dispatches",
    WORKSPACE_PUT: "/v1/workspaces",
    WORKSPACE_REMOVE: "/v1/workspaces/remove",
    KEY_PUT: "/v1/keys",
    KEY_REMOVE: "/v1/keys",
    RECEIPTS: "/v1/receipts",
}
"""Where a request of each kind goes."""
MOST_RECEIPTS = 500
_PUBLIC_BYTES = 32
_MOST_SECONDS = 10**11
_MOST_TOKEN = 4096
_SLACK_ID = re.compile(r"[A-Za-z0-9]{1,30}")
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TOKEN = re.compile(r"[!-~]+")
_CURSOR = re.compile(r"|[0-9]{13}#[0-9a-f]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A workspace, or an organisation of many."""

    id: str
    is_organisation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspacePut:
    """A workspace or organisation with the bot token that speaks there."""

    place: Place
    token: str = field(repr=False)
    token_expires_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPut:
    """The agent's next public key; without `not_before` it counts from the request's own second."""

    key_id: str
    public: bytes
    not_before: int | None = None
    not_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsAsked:
    """Receipts behind a cursor."""

    after: str
    limit: int


def is_slack_id(text: str) -> bool:
    """Whether it may be the id of a workspace, organisation or channel, as far as its shape tells."""
    return bool(_SLACK_ID.fullmatch(text))


def workspace_put_fields(put: WorkspacePut) -> Mapping[str, Any]:
    """The fields of `workspace.put`."""
    return {**place_fields(put.place), "token": put.token, "token_expires_at": put.token_expires_at}


def workspace_put_of(fields: Mapping[str, Any]) -> WorkspacePut:
    """The inverse."""
    token = fields.get("token")
    if not isinstance(token, str) or len(token) > _MOST_TOKEN or not _TOKEN.fullmatch(token):
        raise ValueError("token is no token")
    return WorkspacePut(place=place_of(fields), token=token, token_expires_at=_seconds(fields, "token_expires_at"))


def place_fields(place: Place) -> Mapping[str, Any]:
    """The fields of `workspace.remove`."""
    return {"enterprise" if place.is_organisation else "team": place.id}


def place_of(fields: Mapping[str, Any]) -> Place:
    """The inverse: exactly one of the two must be there."""
    named = [name for name in ("team", "enterprise") if fields.get(name) is not None]
    if len(named) != 1 or not isinstance(id_ := fields[named[0]], str) or not is_slack_id(id_):
        raise ValueError("team or enterprise is missing")
    return Place(id=id_, is_organisation=named == ["enterprise"])


def key_put_fields(put: KeyPut) -> Mapping[str, Any]:
    """The fields of `key.put`."""
    public = base64.b64encode(put.public).decode()
    return {"key_id": put.key_id, "public": public, "not_before": put.not_before, "not_after": put.not_after}


def key_put_of(fields: Mapping[str, Any]) -> KeyPut:
    """The inverse."""
    public = fields.get("public")
    raw = base64.b64decode(public, validate=True) if isinstance(public, str) else b""
    if len(raw) != _PUBLIC_BYTES:
        raise ValueError("public is no Ed25519 key")
    not_before, not_after = _seconds(fields, "not_before"), _seconds(fields, "not_after")
    return KeyPut(key_id=key_id_of(fields), public=raw, not_before=not_before, not_after=not_after)


def key_id_of(fields: Mapping[str, Any]) -> str:
    """The one field of `key.remove`."""
    key_id = fields.get("key_id")
    if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
        raise ValueError("key_id is no name of a key")
    return key_id


def receipts_fields(asked: ReceiptsAsked) -> Mapping[str, Any]:
    """The fields of `receipts`."""
    return {"after": asked.after, "limit": asked.limit}


def receipts_of(fields: Mapping[str, Any]) -> ReceiptsAsked:
    """The inverse; more than `MOST_RECEIPTS` are cut down to these."""
    after, limit = fields.get("after", ""), fields.get("limit", MOST_RECEIPTS)
    if not isinstance(after, str) or not _CURSOR.fullmatch(after):
        raise ValueError("after is no cursor")
    if type(limit) is not int or limit < 1:
        raise ValueError("limit is no number")
    return ReceiptsAsked(after=after, limit=min(limit, MOST_RECEIPTS))


def _seconds(fields: Mapping[str, Any], name: str) -> int | None:
    value = fields.get(name)
    if value is not None and (type(value) is not int or not 0 <= value < _MOST_SECONDS):
        raise ValueError(f"{name} is no time")
    return value
