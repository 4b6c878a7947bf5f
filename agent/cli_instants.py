"""Instants on the command line."""

from datetime import UTC, datetime

import typer


def instant(since: str) -> datetime:
    """What follows `--since`, in UTC where it names no zone. Raises `BadParameter`."""
    try:
        found = datetime.fromisoformat(since)
    except ValueError:
        raise typer.BadParameter("--since must be an instant like 2026-11-22T09:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
