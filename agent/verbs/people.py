"""`ghe-slack people`: those who have linked their accounts."""

import asyncio
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    people = typer.Typer(help="The people who have linked their accounts.")
    people.callback()(_keep_as_group)
    people.command("forget")(forget)
    app.add_typer(people, name="people")


def forget(
    who: Annotated[str, typer.Argument(metavar="TEAM/USER", help="Slack's ids, e.g. T012AB3CD/U012AB3CD.")],
) -> None:
    """Delete a person's link, tokens and stored calls, and have GHES forget what was granted."""
    team_id, slash, user_id = who.partition("/")
    if not (team_id and slash and user_id) or "/" in user_id:
        raise typer.BadParameter("Name the person as TEAM/USER, e.g. T012AB3CD/U012AB3CD.")

    from agent import forgetting, settings

    done = asyncio.run(forgetting.forget(settings.load(), team_id, user_id))
    typer.echo(done.says)


def _keep_as_group() -> None:
    """Make `people` a group although it has one verb so far."""
