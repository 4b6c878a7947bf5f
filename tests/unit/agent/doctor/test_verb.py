"""`ghe-slack doctor` at the command line: what it prints where, and how it ends."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from agent import cli
from agent.examining import run
from agent.examining.findings import Finding, failure, warning, well


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Sequence[Finding]], None]:
    """Has the examination come to these findings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GHES_URL", "https://ghes.example.com")

    def come_to(findings: Sequence[Finding]) -> None:
        async def examined(*_: Any) -> Sequence[Finding]:
            return findings

        monkeypatch.setattr(run, "examined", examined)

    return come_to


@pytest.mark.parametrize(
    ("finding", "code"), [(well("Fine."), 0), (warning("Hm."), 0), (failure("It fails.", "Mend it."), 1)]
)
def test_only_a_failure_ends_with_1(
    found: Any, capsys: pytest.CaptureFixture[str], finding: Finding, code: int
) -> None:
    found([finding])

    assert cli.run(["doctor"]) == code
    assert finding.says in capsys.readouterr().out


def test_json_is_all_that_standard_output_gets(found: Any, capsys: pytest.CaptureFixture[str]) -> None:
    found([failure("It fails.", "Mend it.", "Please open it.")])

    code = cli.run(["doctor", "--json"])

    assert code == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["ok"] is False
    assert printed["findings"][0]["network"] == "Please open it."


def test_wrong_settings_end_with_2_and_are_findings_too(
    found: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found([])
    monkeypatch.setenv("SLACK_CONNECTIONS", "99")

    code = cli.run(["doctor", "--json"])

    written = capsys.readouterr()
    assert code == 2
    assert written.err == "SLACK_CONNECTIONS must be 10 or less.\n"
    assert json.loads(written.out)["findings"] == [
        {
            "check": "settings",
            "level": "failure",
            "says": "SLACK_CONNECTIONS must be 10 or less.",
            "does": "Correct it in the environment or in .env; the README lists all settings.",
            "network": "",
        }
    ]


def test_the_whole_verb_runs_without_anything_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GHES_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api/")
    monkeypatch.setenv("AGENT_LISTEN", "127.0.0.1:9")

    code = cli.run(["doctor"])

    printed = capsys.readouterr().out
    assert code == 1
    assert "Set-up mode: GHES_APP_ID, GHES_APP_SLUG" in printed
    assert "127.0.0.1 can't be reached on port 9" in printed
    assert list(tmp_path.iterdir()) == []


async def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from infra.sandbox.driven_clock import DrivenClock

    class Given:
        clock = DrivenClock()

    async def breaks(_: object) -> list[Finding]:
        raise RuntimeError("xoxb-secret")

    async def works(_: object) -> list[Finding]:
        return [well("Fine.")]

    both = [run.Check(name="breaks", group="Slack", look=breaks), run.Check(name="works", group="Slack", look=works)]
    monkeypatch.setattr(run, "checks", lambda: both)

    broken, fine = await run.examine(Given())  # type: ignore[arg-type]

    assert (broken.check, broken.says) == ("breaks", "This check itself failed (RuntimeError).")
    assert (fine.check, fine.says) == ("works", "Fine.")
