"""How findings are shown."""

import io
import json

from rich.console import Console

from agent.examining.findings import Finding, Level
from agent.examining.report import as_json, show

FINDINGS = [
    Finding(level=Level.OK, says="Our clock agrees.", check="clock"),
    Finding(level=Level.WARNING, says="It isn't https.", does="Make it so.", check="agent-address"),
    Finding(level=Level.FAILURE, says="GHES is away [bold].", does="Look.", network="Please allow it.", check="ghes"),
    Finding(level=Level.FAILURE, says="It can't.", does="Ask.", network="Please allow it.", check="webhook-deliveries"),
]


def shown(findings: list[Finding], *, encoding: str = "utf-8", terminal: bool = False) -> str:
    written = io.BytesIO()
    file = io.TextIOWrapper(written, encoding=encoding)
    show(
        findings,
        Console(file=file, width=40, force_terminal=terminal, markup=False, highlight=False, color_system=None),
    )
    file.flush()
    return written.getvalue().decode(encoding)


def test_findings_are_lines_by_group_with_a_sum_and_what_to_ask_for_once() -> None:
    assert shown(FINDINGS).splitlines() == [
        "This agent",
        "  ✓ Our clock agrees. [clock]",
        "  ! It isn't https. [agent-address]",
        "    Make it so.",
        "",
        "GitHub Enterprise",
        "  ✗ GHES is away [bold]. [ghes]",
        "    Look.",
        "  ✗ It can't. [webhook-deliveries]",
        "    Ask.",
        "",
        "2 failures and 1 warning.",
        "",
        "For your network team:",
        "  - Please allow it.",
    ]


def test_a_terminal_gets_words_wrapped_beside_their_marks() -> None:
    long = Finding(level=Level.OK, says="One two three four five six seven eight nine ten.", check="clock")

    lines = [line.rstrip() for line in shown([long], terminal=True).splitlines()]

    assert lines[1:3] == ["  ✓ One two three four five six seven", "    eight nine ten. [clock]"]


def test_where_signs_are_unknown_letters_stand_for_them() -> None:
    said = shown(FINDINGS, encoding="ascii")

    assert "  ok Our clock agrees." in said
    assert "  x GHES is away" in said


def test_without_failures_nothing_stands_in_the_way() -> None:
    assert "1 warning; nothing stands in the way." in shown(FINDINGS[:2])
    assert "All is well." in shown(FINDINGS[:1])


def test_json_has_a_stable_shape() -> None:
    assert json.loads(as_json(FINDINGS[2:3])) == {
        "ok": False,
        "findings": [
            {
                "check": "ghes",
                "level": "failure",
                "says": "GHES is away [bold].",
                "does": "Look.",
                "network": "Please allow it.",
            }
        ],
    }
    assert json.loads(as_json(FINDINGS[:2]))["ok"] is True
