"""`ghe-slack subscriptions list`, `export`, `plan` and `apply`, as they are typed."""

import asyncio
import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from agent import cli, settings
from agent.store.migrate import migrate_sqlite
from agent.store.people_tables import audit
from agent.store.sqlite import SqliteStore
from agent.store.tables import addresses, subscriptions, workspaces
from agent.subscription_file.list_text import NONE, NONE_FITS
from agent.subscriptions.changes import subscribed
from agent.subscriptions.request import read
from agent.subscriptions.subscription import encode

GHES = "https://ghes.example.com"
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC).timestamp()
EXPORT = """\
# What channels are subscribed to, for `ghe-slack subscriptions plan` and `apply`.
# What isn't said here stays as it is.

[T1.C1]  # Acme
threading = true
previews = true

[T1.C1.subscriptions]
"acme/docs" = 'issues commits:"release/*"'
"acme/pay" = 'pulls'

[T1.C2]  # Acme
threading = false
previews = true

[T1.C2.subscriptions]
"acme" = 'releases'
"""


class Tty(io.StringIO):
    """Somebody who answers what they are asked."""

    def isatty(self) -> bool:
        return True


class Typed:
    """The command line, on a store of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, and what was written."""
        code = cli.run(["subscriptions", *arguments])
        written = self._capsys.readouterr()
        return code, written.out, written.err

    def file(self, text: str | bytes) -> str:
        """A file of this text."""
        path = self.folder / "roster.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def run(self, *statements: Any) -> list[Any]:
        """Run statements in the store; the rows of the last one."""

        def in_one(connection: Connection) -> list[Any]:
            *before, last = statements
            for each in before:
                connection.execute(each)
            return list(connection.execute(last))

        async def carried_out() -> list[Any]:
            store = SqliteStore(self.folder / "store.db")
            try:
                return await store.write(in_one)
            finally:
                await store.aclose()

        return asyncio.run(carried_out())


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """An empty store, and the command line."""
    migrate_sqlite(tmp_path / "store.db")
    made = settings.of({"GHES_URL": GHES, "AGENT_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}"})
    monkeypatch.setattr(settings, "load", lambda: made)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return Typed(tmp_path, capsys)


@pytest.fixture
def three(typed: Typed) -> Typed:
    """Three subscriptions of two channels."""

    def subscription(address_id: int, name: str, id_: int, words: str, **more: Any) -> Any:
        wants = encode(subscribed(None, read(f"{name} {words}", GHES)))
        row = {"address_id": address_id, "scope": "repo" if "/" in name else "owner", "target_id": id_, "target": name}
        return insert(subscriptions).values(**row, wants=wants, created_by="U7", created_at=AT, **more)

    acme = {"team_id": "T1", "installation_id": "T1", "name": "Acme", "domain": "acme", "bot_user_id": "B"}
    typed.run(
        insert(workspaces).values(**acme, data_class="full", transport="direct", installed_at=AT),
        insert(addresses).values(id=1, team_id="T1", channel_id="C1"),
        insert(addresses).values(id=2, team_id="T1", channel_id="C2", threading=False, parked_reason="is_archived"),
        subscription(1, "acme/docs", 7, "issues commits:release/*"),
        subscription(1, "acme/pay", 8, "pulls", paused_at=AT),
        subscription(2, "acme", 5, "releases"),
        select(subscriptions),
    )
    return typed


def test_the_list_says_what_arrives_where_and_what_does_not_and_why(three: Typed) -> None:
    code, out, err = three("list")

    assert (code, err) == (0, "")
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        "workspace channel repository what arrives since state",
        'Acme T1 C1 acme/docs issues commits:"release/*" 2026-11-22 by U7 arrives',
        "acme/pay pulls 2026-11-22 by U7 paused: nobody there sponsors it",
        "C2 acme releases 2026-11-22 by U7 parked: is_archived",
    ]


def test_the_list_is_filtered_and_is_json_for_programs(three: Typed) -> None:
    code, out, _ = three("list", "--json", "--workspace", "acme", "--channel", "C1", "--repository", "ACME/Pay")

    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == [
        {
            "team_id": "T1",
            "workspace": "Acme",
            "channel_id": "C1",
            "scope": "repo",
            "repository": "acme/pay",
            "repository_id": 8,
            "wants": "pulls",
            "created_by": "U7",
            "created_at": "2026-11-22T09:00:00+00:00",
            "paused_at": "2026-11-22T09:00:00+00:00",
            "paused_reason": "nobody there sponsors it",
            "sponsors": [],
            "parked_reason": None,
        }
    ]


def test_an_empty_list_says_so(typed: Typed) -> None:
    nothing, nothing_fits, as_json = typed("list"), typed("list", "--channel", "C9"), typed("list", "--json")

    assert (nothing, nothing_fits, as_json) == ((0, f"{NONE}\n", ""), (0, f"{NONE_FITS}\n", ""), (0, "", ""))


def test_what_is_exported_differs_in_nothing(three: Typed) -> None:
    code, out, err = three("export")

    assert (code, out, err) == (0, EXPORT, "")
    assert three("plan", "--check", "--prune", three.file(out)) == (0, "Nothing differs.\n", "")
    assert three("apply", three.file(out)) == (0, "Nothing differs.\n", "")


def test_drift_is_shown_and_changes_nothing(three: Typed) -> None:
    file = three.file(EXPORT.replace("'pulls'", "'issues pulls'").replace('"acme" =', "# "))
    shown = "~ T1/C1 acme/pay: pulls -> issues pulls\n- T1/C2 acme: releases\nTo add: 0, to change: 1, to remove: 1.\n"

    plain, checked = three("plan", file), three("plan", "--check", file)

    assert plain == (0, shown, "")
    assert checked == (1, shown, "")
    assert three("export")[1] == EXPORT


def test_a_file_is_applied_and_written_down(three: Typed) -> None:
    wished = EXPORT.replace("'pulls'", "'issues pulls'").replace("threading = false", "threading = true")

    code, out, err = three("apply", "--yes", three.file(wished))

    assert (code, out.splitlines()[-1], err) == (0, "Applied.", "")
    assert three("export")[1] == wished
    rows = three.run(select(audit))
    assert [(row.user_id, row.login, row.action, row.target) for row in rows] == [
        ("", "subscriptions apply", "change", "acme/pay"),
        ("", "subscriptions apply", "settings", "threading on"),
    ]


def test_what_is_paused_stays_paused(three: Typed) -> None:
    three("apply", "--yes", three.file(EXPORT.replace("'pulls'", "'issues pulls'")))

    assert "paused: nobody there sponsors it" in three("list", "--repository", "acme/pay")[1]


@pytest.mark.parametrize(
    ("answer", "code", "last"),
    [("y\n", 0, "Applied."), ("n\n", 1, "Nothing was changed."), ("", 1, "\nNothing was changed.")],
)
def test_a_person_is_asked(three: Typed, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, last: str) -> None:
    monkeypatch.setattr(sys, "stdin", Tty(answer))

    done = three("apply", three.file("[T1.C1.subscriptions]\n"))

    assert done[0] == code
    assert done[1].endswith(f", to remove: 2.\nApply this? [y/N]: {last}\n")
    assert len(three.run(select(subscriptions))) == (1 if code == 0 else 3)


def test_where_nobody_can_be_asked_nothing_is_changed(three: Typed) -> None:
    code, out, err = three("apply", three.file(""), "--prune")

    assert (code, out.splitlines()[-1]) == (2, "To add: 0, to change: 0, to remove: 3.")
    assert "so nothing was changed: add --yes." in err
    assert three("export")[1] == EXPORT


def test_pruning_takes_the_subscriptions_of_channels_that_are_not_named(three: Typed) -> None:
    only_first = EXPORT.partition("[T1.C2]")[0]

    kept, pruned = (
        three("apply", "--yes", three.file(only_first)),
        three("apply", "--yes", "--prune", three.file(only_first)),
    )

    assert kept == (0, "Nothing differs.\n", "")
    assert pruned[1].splitlines()[0] == "- T1/C2 acme: releases"
    assert len(three.run(select(subscriptions))) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[T1.C1.subscriptions]\n\"acme/docs\" = 'isues'\n", ", line 2, column 16: `acme/docs`: There is no feature"),
        ("[T9.C1]\n", ", line 1, column 1: There is no workspace T9. Those known are T1.\n"),
        (b"\xff", ", line 1, column 1: It isn't UTF-8; save it as such.\n"),
        ("a b", ", line 1, column 3: It can't be read as TOML here: "),
    ],
)
@pytest.mark.parametrize("verb", [("plan",), ("apply", "--yes")])
def test_a_wrong_file_is_wrong_usage_and_changes_nothing(
    three: Typed, verb: tuple[str, ...], text: str | bytes, says: str
) -> None:
    file = three.file(text)

    code, out, err = three(*verb, file)

    assert (code, out) == (2, "")
    assert err.startswith(f"{file}{says}")
    assert three("export")[1] == EXPORT


def test_a_missing_file_and_a_missing_argument_are_wrong_usage(three: Typed) -> None:
    missing, unnamed = three("plan", "/nowhere/at.toml"), three("apply")

    assert missing == (2, "", "/nowhere/at.toml: It can't be read: No such file or directory.\n")
    assert unnamed[0] == 2


def test_what_a_newer_version_stored_is_listed_and_nothing_is_done_about_it(three: Typed) -> None:
    newer = update(subscriptions).where(subscriptions.c.target_id == 7).values(wants='{"v": 99}')
    three.run(newer, select(subscriptions))

    listed, *others = three("list"), three("export"), three("plan", three.file(""))

    assert "stored by a newer version" in listed[1]
    assert [code for code, _, _ in others] == [1, 1]
    assert {err.partition(";")[0] for _, _, err in others} == {"A subscription was stored by a newer version"}
    assert {err.endswith("`ghe-slack subscriptions list` shows which one it is.\n") for _, _, err in others} == {True}


@pytest.mark.parametrize("arguments", [("list",), ("export",), ("plan", "x.toml")])
def test_without_a_store_the_verbs_fail_with_a_sentence(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(typed.folder)
    (typed.folder / "x.toml").write_text("")
    (typed.folder / "store.db").unlink()

    code, _, err = typed(*arguments)

    assert code == 1
    assert err.startswith("There is no store at ")
