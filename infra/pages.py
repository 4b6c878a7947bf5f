"""`make docs`: the tables of README and `docs/` that the code knows better than a person.

A page has `<!-- table: <name> -->` and `<!-- end -->`; what stands between them is written anew.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

import typer

from agent import cli, settings
from agent.metrics import Metrics
from agent.network_rows import rows
from agent.settings import reference
from agent.slash.tables import verbs
from agent.subscriptions.features import DEFAULTS, FEATURES, LATER_FILTERS, LATER_FLAGS

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
_REGION = re.compile(r"(<!-- table: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of GitHub's Markdown, with a line end."""
    head = list(head)
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def settings_table() -> str:
    """Every variable that the agent reads."""
    return table(
        ("variable", "meaning", "default"), ((f"`{name}`", meaning, default) for name, meaning, default in reference())
    )


def commands_table() -> str:
    """What people type in Slack."""
    usages = (usage for verb in verbs().values() for usage in verb.usages)
    return table(("command", "what it does"), ((f"`/ghe {usage.form}`", usage.meaning) for usage in usages))


def features_table() -> str:
    """What can be subscribed to."""
    return table(
        ("feature", "what arrives", "unless others are named"),
        (
            (f"`{name}`", feature.meaning, "yes" if name in DEFAULTS else "")
            for name, feature in sorted(FEATURES.items(), key=lambda each: not each[1].default)
        ),
    )


def refused_table() -> str:
    """What the grammar knows and the matching doesn't: refused by name."""
    signs = {**{f'{name}:"…"': signs for name, signs in LATER_FILTERS.items()}, **LATER_FLAGS}
    filters = [", ".join(f"`{sign}{form}`" for form, each in signs.items() for sign in each)]
    values = (
        (f"values of `{name}`", ", ".join(f"`{value}`" for value in sorted(feature.later)))
        for name, feature in FEATURES.items()
        if feature.later
    )
    return table(("what", "understood, and refused for now"), [("filters", *filters), *values])


def verbs_table() -> str:
    """What an operator types in a shell."""
    return table(("verb", "what it does"), _verbs_of(typer.main.get_command(cli.build()), "ghe-slack"))


def _verbs_of(command: Any, path: str) -> Iterator[tuple[str, str]]:
    below: Mapping[str, Any] = getattr(command, "commands", {})
    for name, each in sorted(below.items()):
        yield from _verbs_of(each, f"{path} {name}")
    if not below:
        arguments = [each.name.upper() for each in command.params if each.param_type_name == "argument"]
        yield f"`{' '.join((path, *arguments))}`", command.help.partition("\n\n")[0].replace("\n", " ").strip()


def metrics_table() -> str:
    """What `/metrics` exports."""
    kinds = sorted(Metrics().registry.collect(), key=lambda each: each.name)
    return table(
        ("metric", "kind", "what it counts"),
        ((f"`{each.name}{'_total' * (each.type == 'counter')}`", each.type, each.documentation) for each in kinds),
    )


def hosts_table() -> str:
    """Every connection, for settings of which only the two addresses are given."""
    given = {"GHES_URL": "https://github.example.com", "AGENT_URL": "https://ghe-slack.example.com"}
    found = [(row.source, f"`{row.target}`", str(row.port), row.why) for row in rows(settings.of(given))]
    return table(("from", "to", "port", "why"), [*found, ("the internet", "the agent", "–", "nothing")])


def promises_table() -> str:
    """The README's table of faults."""
    _, _, behind = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What is promised\n")
    return "".join(takewhile(lambda line: line.startswith("|"), behind[behind.index("|") :].splitlines(keepends=True)))


TABLES: Mapping[str, Callable[[], str]] = {
    "settings": settings_table,
    "commands": commands_table,
    "features": features_table,
    "refused": refused_table,
    "verbs": verbs_table,
    "metrics": metrics_table,
    "hosts": hosts_table,
    "promises": promises_table,
}


def written(page: str) -> str:
    """A page with its tables as the code has them now; raises KeyError for a table that there isn't."""
    return _REGION.sub(lambda found: found[1] + TABLES[found["name"]]() + found[3], page)


def main() -> None:
    """Write all pages anew."""
    for name in PAGES:
        path = ROOT / name
        path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
