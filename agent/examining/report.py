"""How findings are shown: lines for a person, JSON for a program."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agent.examining.findings import Finding, Level
from agent.examining.run import checks, is_well

_MARKS: Mapping[Level, tuple[str, str, str]] = {
    Level.OK: ("✓", "ok", "green"),
    Level.WARNING: ("!", "!", "yellow"),
    Level.FAILURE: ("✗", "x", "red"),
}
"""A sign, what stands for it where the terminal knows no such signs, and its colour."""


def as_json(findings: Sequence[Finding]) -> str:
    """`{"ok", "findings": [{"check", "level", "says", "does", "network"}]}`; texts may be empty, none is missing."""
    listed = [
        {"check": each.check, "level": each.level.value, "says": each.says, "does": each.does, "network": each.network}
        for each in findings
    ]
    return json.dumps({"ok": is_well(findings), "findings": listed}, ensure_ascii=False, indent=2)


def show(findings: Sequence[Finding], console: Console) -> None:
    """Group by group, then the sum, then what the network team is to be asked."""
    groups = {each.name: each.group for each in checks()}
    for group, members in groupby(findings, key=lambda each: groups.get(each.check, "")):
        _print(console, Text(group, style="bold"))
        for each in members:
            _line(console, each)
        _print(console, Text())
    _print(console, Text(summary(findings), style="bold"))
    asked = list(asks(findings))
    if asked:
        _print(console, Text())
        _print(console, Text("For your network team:", style="bold"))
        for sentence in asked:
            _marked(console, Text("-"), Text(sentence))


def asks(findings: Sequence[Finding]) -> Iterator[str]:
    """The sentences to send to the network team, each once."""
    yield from dict.fromkeys(each.network for each in findings if each.network)


def summary(findings: Sequence[Finding]) -> str:
    """How many of which, as a sentence."""
    failures = sum(each.level is Level.FAILURE for each in findings)
    warnings = sum(each.level is Level.WARNING for each in findings)
    if not failures and not warnings:
        return "All is well."
    counted = (_counted(failures, "failure"), _counted(warnings, "warning"))
    return f"{' and '.join(filter(None, counted))}{'' if failures else '; nothing stands in the way'}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


def _line(console: Console, finding: Finding) -> None:
    sign, plain, colour = _MARKS[finding.level]
    mark = Text(sign if _knows(console, sign) else plain, style=f"bold {colour}")
    _marked(console, mark, Text.assemble(finding.says, (f" [{finding.check}]", "dim")))
    if finding.does:
        _marked(console, Text(" "), Text(finding.does))


def _marked(console: Console, mark: Text, words: Text) -> None:
    """With the words wrapped beside the mark on a terminal, as one long line elsewhere, so that it can be searched."""
    if not console.is_terminal:
        _print(console, Text.assemble("  ", mark, " ", words))
        return
    table = Table.grid(padding=(0, 1))
    table.add_row(mark, words)
    console.print(Padding(table, (0, 0, 0, 2)))


def _print(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True)


def _knows(console: Console, sign: str) -> bool:
    try:
        sign.encode(console.encoding)
    except UnicodeEncodeError:
        return False
    return True
