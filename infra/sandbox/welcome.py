"""What the sandbox says when it is ready."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from infra.sandbox.page.parts import Parts
from infra.sandbox.page.shown import in_force

NAME, GOOD, SOFT = "bold", "bold green", "dim"


def welcome(parts: Parts, *, page: str, log_file: Path) -> None:
    """Print where everything is and what to do next; `page` is empty when there is none."""
    console = Console(soft_wrap=True, highlight=False)
    console.print()
    console.print(Text("  The sandbox is ready.", style=GOOD))
    if page:
        _steps(console, parts, page)
    console.print()
    for name, value in _places(parts, log_file):
        console.print(Text.assemble((f"  {name:<10}", SOFT), value))
    console.print()
    console.print(Text("  Ctrl-C ends it; nothing of it stays.", style=SOFT))
    console.print()


def _steps(console: Console, parts: Parts, page: str) -> None:
    command = f"{parts.slack.app.command} subscribe acme/rocket"
    console.print()
    console.print(Text.assemble("  Open  ", (page, f"{NAME} underline")))
    console.print()
    for number, step in enumerate(
        (
            Text.assemble("Type  ", (command, NAME), "  into #general."),
            Text.assemble("Choose  ", ("Open a pull request", NAME), "  at the right: its card arrives."),
            Text.assemble("Choose  ", ("Merge it", NAME), ": the card changes, and a reply follows in its thread."),
        ),
        start=1,
    ):
        console.print(Text.assemble((f"  {number}  ", SOFT), step))


def _places(parts: Parts, log_file: Path) -> list[tuple[str, str]]:
    forgiven = [*in_force(parts.ghes.concessions), "--strict forgives none of this."]
    if len(forgiven) == 1:
        forgiven = ["nothing, as --strict says"]
    return [
        ("Slack", f"{parts.slack.public_url}/api/  ({', '.join(it.name for it in parts.slack.teams.values())})"),
        ("GHES", parts.ghes.web_url),
        ("Agent", f"{parts.agent_url}/status"),
        ("Its log", str(log_file)),
        ("Forgiven", forgiven[0]),
        *(("", more) for more in forgiven[1:]),
    ]
