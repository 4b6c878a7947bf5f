import importlib
import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import structlog
import typer
from cryptography.fernet import Fernet

from agent import cli, settings

VERBS = """
agent
audit
audit export
doctor
events
events list
events replay
events show
keygen
manifest
migrate
people
people forget
preview
relay
relay agents
relay agents add
relay agents list
relay agents revoke
relay dead-letters
relay deploy
relay keys
relay keys rotate
relay redrive
relay status
relay sync
sandbox
secrets
secrets new
secrets rotate
setup
subscriptions
subscriptions apply
subscriptions export
subscriptions list
subscriptions plan
version
workspaces
workspaces list
workspaces set
"""


async def list_events(_loaded: settings.Settings, limit: int) -> list[dict[str, Any]]:
    return [{"id": "d-2"}, {"id": "d-1"}][:limit]


async def show(_loaded: settings.Settings, delivery_id: str) -> dict[str, Any] | None:
    return {"id": delivery_id} if delivery_id == "d-1" else None


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """What the verbs started, on stand-ins for the parts of the program; of the settings only GHES_URL is there."""
    calls: list[Any] = []

    async def replay(_loaded: settings.Settings, wanted: object) -> dict[str, Any]:
        calls.append(wanted)
        return {"replayed": 1}

    parts: dict[str, dict[str, Any]] = {
        "agent.app": {"run": lambda loaded, *, migrate: calls.append((loaded.ghes_url, migrate))},
        "agent.event_log": {"list_events": list_events, "show": show, "replay": replay},
        "agent.cards_preview": {"preview": lambda name, payload: {"event": name, **payload}},
        "infra.sandbox.start": {"main": lambda **options: calls.append(options)},
    }
    for name, members in parts.items():
        part = ModuleType(name)
        vars(part).update(members)
        package, _, attribute = name.rpartition(".")
        monkeypatch.setitem(sys.modules, name, part)
        monkeypatch.setattr(importlib.import_module(package), attribute, part, raising=False)
    monkeypatch.setattr("agent.logs.configure", lambda *_: None)
    for variable, _meaning, _default in settings.reference():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("GHES_URL", "http://localhost:3000")
    monkeypatch.chdir(tmp_path)
    return calls


@pytest.mark.parametrize("verb", [line.split() for line in VERBS.split("\n")[:-1]])
def test_every_verb_has_help(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.run([*verb, "--help"])

    written = capsys.readouterr()
    assert (code, written.err) == (0, "")
    assert " ".join(["ghe-slack", *verb]) in written.out


def test_the_verbs_above_are_all_that_there_are() -> None:
    def below(command: Any, path: list[str]) -> Iterator[list[str]]:
        yield path
        for name, each in getattr(command, "commands", {}).items():
            yield from below(each, [*path, name])

    found = sorted(below(typer.main.get_command(cli.build()), []))

    assert [" ".join(path) for path in found] == ["", *VERBS.split("\n")[1:-1]]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["agnt"],
        ["agent", "--fast"],
        ["audit", "export", "--since", "yesterday"],
        ["people", "forget"],
        ["people", "forget", "U1"],
        ["people", "forget", "T1/"],
        ["people", "forget", "T1/U1/C1"],
        ["events", "replay"],
        ["events", "replay", "d-1", "--since", "2026-11-22"],
        ["events", "replay", "--since", "yesterday"],
        ["preview", "issues"],
        ["preview", "issues", "absent.json"],
        ["sandbox", "--port", "http"],
        ["secrets"],
        ["subscriptions"],
        ["subscriptions", "apply"],
        ["subscriptions", "export", "roster.toml"],
        ["subscriptions", "list", "--channel"],
    ],
)
def test_wrong_usage_is_a_sentence_that_names_the_help(
    arguments: list[str], started: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.run(arguments)

    written = capsys.readouterr()
    assert (code, written.out, started) == (2, "", [])
    assert "--help`)." in written.err
    assert written.err.count("\n") == 1


@pytest.mark.parametrize(
    "verb",
    [
        ["agent"],
        ["migrate"],
        ["events", "list"],
        ["events", "show", "d-1"],
        ["audit", "export"],
        ["people", "forget", "T1/U1"],
        ["subscriptions", "apply", "roster.toml"],
        ["subscriptions", "export"],
        ["subscriptions", "list"],
        ["subscriptions", "plan", "roster.toml"],
    ],
)
def test_a_wrong_setting_ends_a_verb_before_anything_starts(
    verb: list[str], started: list[Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GHES_URL", "http://github.example.com")

    code = cli.run(verb)

    assert (code, started) == (2, [])
    assert capsys.readouterr().err.startswith("GHES_URL must begin with https://")


@pytest.mark.parametrize(("arguments", "migrate"), [(["agent"], False), (["agent", "--migrate"], True)])
def test_the_agent_runs_with_its_settings(arguments: list[str], migrate: bool, started: list[Any]) -> None:  # noqa: FBT001 - a row of the table
    code = cli.run(arguments)

    assert (code, started) == (0, [("http://localhost:3000", migrate)])


def test_the_sandbox_needs_no_setting(started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GHES_URL")

    code = cli.run(["sandbox", "--port", "0", "--workspaces", "3", "--no-page", "--strict"])

    asked = {"port": 0, "workspaces": 3, "page": False, "strict": True, "fresh": False, "relay": False}
    assert (code, started) == (0, [asked])


def test_a_new_key_can_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.run(["secrets", "new"])

    assert code == 0
    Fernet(capsys.readouterr().out.strip())


@pytest.mark.usefixtures("started")
def test_events_are_listed_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.run(["events", "list"])

    assert code == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"id": "d-2"}, {"id": "d-1"}]


@pytest.mark.usefixtures("started")
def test_an_event_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.run(["events", "show", "d-1"])

    assert (code, json.loads(capsys.readouterr().out)) == (0, {"id": "d-1"})


@pytest.mark.usefixtures("started")
def test_an_unknown_event_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.run(["events", "show", "d-9"])

    assert code == 1
    assert capsys.readouterr().err == "The store has no event d-9; `ghe-slack events list` shows those it has.\n"


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["d-1"], "d-1"),
        (["--since", "2026-11-22T09:00"], datetime(2026, 11, 22, 9, tzinfo=UTC)),
        (["--since", "2026-11-22T10:00+01:00"], datetime(2026, 11, 22, 9, tzinfo=UTC)),
    ],
)
def test_events_are_replayed_by_id_or_since_an_instant(
    arguments: list[str], wanted: object, started: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.run(["events", "replay", *arguments])

    assert (code, started) == (0, [wanted])
    assert json.loads(capsys.readouterr().out) == {"replayed": 1}


@pytest.mark.usefixtures("started")
def test_a_payload_is_previewed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "opened.json").write_text('{"action": "opened"}')

    code = cli.run(["preview", "issues", "opened.json"])

    assert (code, json.loads(capsys.readouterr().out)) == (0, {"event": "issues", "action": "opened"})


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("text", ["{", "[]", "\udcff"])
def test_what_is_no_payload_is_a_failure(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "opened.json").write_text(text, errors="surrogateescape")

    code = cli.run(["preview", "issues", "opened.json"])

    assert code == 1
    assert capsys.readouterr().err.startswith("opened.json isn't")


def test_a_failure_of_the_machine_is_a_sentence(
    started: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(sys.modules["agent.app"], "run", refuse)

    code = cli.run(["agent"])

    assert (code, started) == (1, [])
    assert capsys.readouterr().err == "Address already in use.\n"


def test_what_is_logged_leaves_standard_output_to_the_verb(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def verb(_arguments: object) -> int:
        structlog.get_logger("agent.people").info("a link ended")
        structlog.get_logger("agent.people").error("it failed")
        return 0

    monkeypatch.setattr(cli, "run", verb)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level

    try:
        with pytest.raises(SystemExit):
            cli.main()
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()

    written = capsys.readouterr()
    assert written.out == ""
    assert "it failed" in written.err
    assert "a link ended" not in written.err
