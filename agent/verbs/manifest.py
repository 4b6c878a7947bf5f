"""`ghe-slack manifest`."""

import json
from enum import StrEnum
from typing import Annotated

import typer


class App(StrEnum):
    """Whose manifest."""

    SLACK = "slack"
    GHES = "ghes"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("manifest")(manifest)


def manifest(app: Annotated[App, typer.Argument(help="The Slack app's or the GitHub App's.")]) -> None:
    """Print the manifest of an app, made from the settings, to be pasted where the app is created."""
    from agent import manifests, settings

    loaded = settings.load()
    made = (
        manifests.slack_manifest(
            loaded.agent_url, loaded.ghes_url, command=loaded.slack_command, name=loaded.slack_app_name
        )
        if app is App.SLACK
        else manifests.ghes_manifest(loaded.agent_url)
    )
    typer.echo(json.dumps(made, ensure_ascii=False, indent=2))
