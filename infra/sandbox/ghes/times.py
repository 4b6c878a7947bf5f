"""How GHES writes a time."""

from datetime import UTC, datetime


def iso(at: datetime) -> str:
    """Whole seconds, in UTC, with a `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_or_null(at: datetime | None) -> str | None:
    """The same, or null."""
    return iso(at) if at else None
