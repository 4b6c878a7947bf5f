"""`ghe-slack relay`: the relay as the agent sees it; `agent.relay_operator` adds what its operator does."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from agent import relay_operator


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    relay = typer.Typer(help="The relay, which posts to Slack for this agent.")
    keys = typer.Typer(help="The key that this agent signs with.")
    relay.command("status")(status)
    relay.command("sync")(sync)
    keys.command("rotate")(rotate)
    relay.add_typer(keys, name="keys")
    relay_operator.register(relay)
    app.add_typer(relay, name="relay")


def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    stack: Annotated[
        str, typer.Option(metavar="NAME", help="For the operator: also list the dead letters of this stack.")
    ] = "",
) -> None:
    """Ask the relay whether it takes our word, and say what waits for it; exit 1 when something is wrong."""
    from agent import relay_dead_letters, relay_verbs, settings

    found = asyncio.run(relay_verbs.status(settings.load()))
    looked = relay_operator.looked_at(stack) if stack else None
    if as_json:
        facts = {**found.facts, **(relay_dead_letters.facts(looked) if looked else {})}
        typer.echo(json.dumps({"ok": found.ok, "says": found.says, **facts}, default=str, ensure_ascii=False))
    else:
        typer.echo(relay_verbs.as_text(found))
        if looked:
            typer.echo(relay_dead_letters.as_text(looked))
    if not found.ok:
        raise typer.Exit(1)


def sync() -> None:
    """Put the bot tokens of the relayed workspaces to the relay, take others back; a running agent does it itself."""
    from agent import relay_verbs, settings

    typer.echo(asyncio.run(relay_verbs.sync(settings.load())))


def rotate(
    *,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the new private key there (mode 0600), don't print it.")
    ] = None,
    key_id: Annotated[
        str, typer.Option(metavar="ID", help="Its id at the relay; by default the date and a few letters.")
    ] = "",
) -> None:
    """Make a new key and have the relay take it, signed by the present one; then set it and restart the agent."""
    from agent import relay_verbs, settings

    says = relay_verbs.rotate(settings.load(), key_id, file=file, printed=lambda pem: typer.echo(pem, nl=False))
    typer.echo(says, err=file is None)
