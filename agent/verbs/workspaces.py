"""`ghe-slack workspaces`: where the Slack app is installed, and what is shown there."""

import asyncio
import json
from enum import StrEnum
from typing import Annotated

import typer

from shared.card import DataClass


class Transport(StrEnum):
    """How posts reach a workspace."""

    DIRECT = "direct"
    RELAY = "relay"


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    workspaces = typer.Typer(help="The workspaces that the Slack app is installed in.")
    workspaces.command("list")(list_)
    workspaces.command("set")(set_)
    app.add_typer(workspaces, name="workspaces")


def list_(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False
) -> None:
    """Print the workspaces: who installed the app, what its token lacks, data class and transport."""
    from agent import settings, workspace_list

    found = asyncio.run(workspace_list.listed(settings.load()))
    if as_json:
        for each in found:
            typer.echo(json.dumps(workspace_list.as_json(each), ensure_ascii=False))
    else:
        typer.echo("\n\n".join(workspace_list.as_text(each) for each in found) or workspace_list.NONE_KNOWN)


def set_(
    team_id: Annotated[str, typer.Argument(metavar="TEAM", help="Slack's id of the workspace, e.g. T012AB3CD.")],
    *,
    transport: Annotated[Transport | None, typer.Option(help="How posts get there.")] = None,
    data_class: Annotated[DataClass | None, typer.Option(help="How much of what GHES says is shown there.")] = None,
) -> None:
    """Set how a workspace is posted to, and how much it is shown; a running agent takes it over."""
    if transport is None and data_class is None:
        raise typer.BadParameter("Say what to set: --transport, --data-class, or both.")

    from agent import settings, workspace_list

    typer.echo(asyncio.run(workspace_list.chosen(settings.load(), team_id, data_class=data_class, transport=transport)))
