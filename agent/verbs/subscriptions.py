"""`ghe-slack subscriptions`: what channels are subscribed to, as a list and as a file."""

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.subscription_file.run import Planned

File = Annotated[Path, typer.Argument(metavar="FILE", help="Such as `ghe-slack subscriptions export` prints.")]
Prune = Annotated[
    bool, typer.Option("--prune", help="Channels that the file doesn't name lose all their subscriptions.")
]
_NOBODY_TO_ASK = "Nobody can be asked here whether to apply this, so nothing was changed: add --yes."


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    subscriptions = typer.Typer(help="What channels are subscribed to, as a list and as a file.")
    subscriptions.command("list")(list_)
    subscriptions.command("export")(export)
    subscriptions.command("plan")(plan)
    subscriptions.command("apply")(apply)
    app.add_typer(subscriptions, name="subscriptions")


def list_(
    *,
    workspace: Annotated[str, typer.Option(metavar="TEAM", help="Only this one: its id, or its name.")] = "",
    channel: Annotated[str, typer.Option(metavar="CHANNEL", help="Only this one, by its id.")] = "",
    repository: Annotated[
        str, typer.Option(metavar="NAME", help="`owner/repo`, or `owner` for all that is theirs.")
    ] = "",
    sponsor: Annotated[str, typer.Option(metavar="WHO", help="A login on GHES, or a Slack user id.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
) -> None:
    """Print all channels' subscriptions: what arrives, since when, what is paused or parked, and why."""
    import io

    from rich.console import Console

    from agent import settings
    from agent.subscription_file import list_text, run

    filters = {"workspace": workspace, "channel": channel, "repository": repository, "sponsor": sponsor}
    found = asyncio.run(run.listed(settings.load(), filters))
    if as_json:
        for each in found:
            typer.echo(json.dumps(list_text.as_json(each), ensure_ascii=False))
    elif found:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # names may hold signs that the terminal doesn't know
        list_text.show(found, Console(highlight=False, markup=False, emoji=False))
    else:
        typer.echo(list_text.NONE_FITS if any(filters.values()) else list_text.NONE)


def export(
    *, names: Annotated[bool, typer.Option("--names", help="Ask Slack what the channels are called.")] = False
) -> None:
    """Print a file that `apply` changes nothing by: TOML, sorted, a line for each subscription."""
    from agent import settings
    from agent.subscription_file import run

    text = asyncio.run(run.exported(settings.load(), names=names))
    typer.echo(text.encode(), nl=False)  # a file is UTF-8, whatever the terminal takes


def plan(
    file: File,
    *,
    prune: Prune = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 1 when something differs.")] = False,
) -> None:
    """Print what `apply` would do: + added, ~ changed, - removed. Nothing is changed."""
    found = _planned(file, prune=prune)
    _show(found)
    if check and found.steps:
        raise typer.Exit(1)


def apply(
    file: File,
    *,
    prune: Prune = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask; for scripts.")] = False,
) -> None:
    """Do what the file says, all of it or nothing, after showing the plan; a running agent heeds it at once."""
    from agent import settings
    from agent.subscription_file import run

    found = _planned(file, prune=prune)
    _show(found)
    if not found.steps:
        return
    if not yes:
        if not sys.stdin.isatty():
            raise typer.BadParameter(_NOBODY_TO_ASK)
        if not _confirmed():
            typer.echo("Nothing was changed.")
            raise typer.Exit(1)
    asyncio.run(run.applied(settings.load(), found))
    typer.echo("Applied.")


def _confirmed() -> bool:
    try:
        return typer.confirm("Apply this?")
    except typer.Abort:
        typer.echo()
        return False


def _planned(file: Path, *, prune: bool) -> "Planned":
    from agent import settings
    from agent.subscription_file import run
    from agent.subscription_file.wrong_file import WrongFileError

    try:
        return asyncio.run(run.planned(settings.load(), file, prune=prune))
    except WrongFileError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None


def _show(found: "Planned") -> None:
    from agent.subscription_file import steps_text

    for line in (*steps_text.lines(found.steps), steps_text.summary(found.steps)):
        typer.echo(line)
