"""What the sandbox says when it is ready."""

import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from infra.sandbox.page.parts import Parts, Relay
from infra.sandbox.page.shown import in_force

NAME, GOOD, SOFT = "bold", "bold green", "dim"


def welcome(parts: Parts, *, page: str, password: str, log_file: Path) -> None:
    """Print where everything is and what to do next; `page` is empty when there is none.

    `password`: of the agent's console.
    """
    console = Console(soft_wrap=True, highlight=False)
    console.print()
    console.print(Text("  The sandbox is ready.", style=GOOD))
    if page:
        _steps(console, parts, page)
    console.print()
    for name, value in _places(parts, password, log_file):
        console.print(Text.assemble((f"  {name:<10}", SOFT), value))
    if parts.relay:
        _operator(console, parts.relay)
    console.print()
    console.print(Text("  Ctrl-C ends it; nothing of it stays.", style=SOFT))
    console.print()


def _operator(console: Console, relay: Relay) -> None:
    """What its operator types in another terminal."""
    console.print()
    console.print(Text("  As the relay's operator, in another terminal:", style=SOFT))
    console.print(Text(f"    export {' '.join(f'{name}={value}' for name, value in relay.aws.items())}"))
    console.print(Text(f"    {sys.argv[0]} relay dead-letters --stack {relay.stack}"))


def _steps(console: Console, parts: Parts, page: str) -> None:
    console.print()
    console.print(Text.assemble("  Open  ", (page, f"{NAME} underline")))
    console.print()
    for number, step in enumerate(_first_hour(parts) if parts.is_fresh else _ready_made(parts), start=1):
        console.print(Text.assemble((f"  {number}  ", SOFT), step))
    if parts.linked:
        who = " and ".join(parts.linked)
        console.print()
        console.print(Text(f"  Who speaks as {who} is connected already.", style=SOFT))


def _ready_made(parts: Parts) -> list[Text]:
    command = parts.slack.app.command
    return [
        *(_relayed() if parts.relay else _subscribed(command)),
        Text.assemble("Choose  ", ("Merge it", NAME), ": the card changes, and a reply follows in its thread."),
        Text.assemble("Type  ", (f"{command} open acme/rocket", NAME), ", then press the buttons of its card."),
        *_previews(parts),
        *_breaking(parts),
        Text.assemble(
            "Speak as  ", ("defunkt", NAME), " , who isn't connected: any command offers it, and goes on afterwards."
        ),
    ]


def _subscribed(command: str) -> list[Text]:
    return [
        Text.assemble("Type  ", (f"{command} subscribe acme/rocket", NAME), "  into #general."),
        Text.assemble("Choose  ", ("Open a pull request", NAME), "  at the right: its card arrives."),
    ]


def _relayed() -> list[Text]:
    """Every workspace is subscribed already."""
    return [
        Text.assemble("Choose  ", ("Open a pull request", NAME), "  at the right: its card arrives in each #general."),
        Text("Look into the workspaces at the left: each says how it is posted to, and how much it is shown."),
    ]


def _first_hour(parts: Parts) -> list[Text]:
    return [
        Text.assemble("Sign in to  ", (f"{parts.agent_url}/setup/settings", NAME), "  with the password below."),
        Text.assemble("Create the GitHub App there; on GHES sign in as  ", ("ada", NAME), "."),
        Text.assemble(
            "Generate a configuration token at  ", (f"{parts.slack.public_url}/apps", NAME), " , and the app with it."
        ),
        Text.assemble("Make its app-level token there, save it, and add it to Slack."),
    ]


def _previews(parts: Parts) -> list[Text]:
    """Nothing where Slack previews no links of this GHES, as with `--strict`."""
    return [Text("Paste the issue's address into a message: it gets a preview.")] * bool(parts.slack.app.unfurl_domains)


def _breaking(parts: Parts) -> list[Text]:
    """Of the relay; what breaks without one is found there as well."""
    says = Text.assemble("Choose what the relay suffers under  ", ("Break something…", NAME), ": nothing is lost.")
    return [says] * bool(parts.relay)


def _places(parts: Parts, password: str, log_file: Path) -> list[tuple[str, str]]:
    forgiven = [*in_force(parts.ghes.concessions), "--strict forgives none of this."]
    if len(forgiven) == 1:
        forgiven = ["nothing, as --strict says"]
    return [
        ("Slack", f"{parts.slack.public_url}/api/  ({', '.join(it.name for it in parts.slack.teams.values())})"),
        ("GHES", parts.ghes.web_url),
        ("Agent", f"{parts.agent_url}/status"),
        ("Console", f"{parts.agent_url}/setup/settings  (password: {password})"),
        ("Its apps", f"{parts.slack.public_url}/apps"),
        ("Its log", str(log_file)),
        *_ways(parts),
        ("Forgiven", forgiven[0]),
        *(("", more) for more in forgiven[1:]),
    ]


def _ways(parts: Parts) -> list[tuple[str, str]]:
    """The relay, if there is one, and who is posted to through it."""
    if parts.relay is None:
        return []
    teams = [f"{team.name} {parts.way(team.team_id)}" for team in parts.slack.teams.values()]
    return [
        ("Relay", f"{parts.relay.url}/healthz"),
        ("Its logs", f"{parts.relay.logs / 'front.log'}, {parts.relay.logs / 'deliver.log'}"),
        ("Posted to", teams[0]),
        *(("", more) for more in teams[1:]),
    ]
