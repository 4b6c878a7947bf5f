"""Sightings keep of a payload only what cards show, under GHES's own names."""

from typing import Any

from shared.event import Payload, mapping, text


def picked(fields: Payload, *names: str) -> dict[str, Any]:
    """The fields of these names that are there, null included: a missing one says nothing, a null says null."""
    return {name: fields[name] for name in names if name in fields}


def signed(fields: Payload, *names: str) -> dict[str, Any]:
    """Users at `names` with their login alone; `ghost` for a deleted account, which GHES sends as null."""
    return {name: {"login": text(mapping(fields, name), "login") or "ghost"} for name in names if name in fields}
