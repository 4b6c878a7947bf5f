"""`ghe-slack events`: the webhooks that the store remembers."""

import asyncio
import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from agent.cli_instants import instant

DeliveryId = Annotated[str, typer.Argument(metavar="ID", help="Delivery id, as GHES's hook log shows it.")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    events = typer.Typer(help="The webhooks that the store remembers.")
    events.command("list")(list_)
    events.command("show")(show)
    events.command("replay")(replay)
    app.add_typer(events, name="events")


def list_(limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50) -> None:
    """Print the newest events, one JSON object a line."""
    from agent import event_log, settings

    for event in asyncio.run(event_log.list_events(settings.load(), limit)):
        typer.echo(json.dumps(event, default=str, ensure_ascii=False))


def show(delivery_id: DeliveryId) -> None:
    """Print one event with its payload and what became of it."""
    from agent import event_log, settings

    _print(asyncio.run(event_log.show(settings.load(), delivery_id)), delivery_id)


def replay(
    delivery_id: Annotated[str | None, typer.Argument(metavar="ID", help="Delivery id of one event.")] = None,
    *,
    since: Annotated[
        str | None, typer.Option(metavar="T", help="All events from then on, e.g. 2026-11-22T09:00 (UTC).")
    ] = None,
) -> None:
    """Route an event anew, or all events since an instant, as if they had just arrived."""
    if (delivery_id is None) == (since is None):
        raise typer.BadParameter("Name either an event's ID or --since T.")
    wanted = instant(since) if since is not None else str(delivery_id)

    from agent import event_log, settings

    _print(asyncio.run(event_log.replay(settings.load(), wanted)), str(wanted))


def _print(found: Mapping[str, Any] | None, wanted: str) -> None:
    from agent.cli_errors import Failure

    if found is None:
        raise Failure(f"The store has no event {wanted}; `ghe-slack events list` shows those it has.")
    typer.echo(json.dumps(found, default=str, ensure_ascii=False, indent=2))
