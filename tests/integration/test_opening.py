"""What an agent says of a store that it can't start with, and that two agents never share a file."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from agent import app, opening, settings
from agent.cli_errors import Failure
from agent.settings import Settings
from agent.store.migrate import migrate_sqlite
from infra.sandbox.driven_clock import DrivenClock

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture(autouse=True)
def _real_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a new file is migrated; elsewhere it is a copy."""
    monkeypatch.setattr("agent.opening.migrate_sqlite", migrate_sqlite)


def chosen(database_url: str) -> Settings:
    return settings.of(
        {
            "GHES_URL": "https://github.example.com",
            "AGENT_LISTEN": "127.0.0.1:0",
            "AGENT_DATABASE_URL": database_url,
            "AGENT_SECRET_KEYS": KEY,
        }
    )


async def failure(database_url: str) -> str:
    """The sentence with which the agent doesn't start."""
    with pytest.raises(Failure) as failed:
        async with app.running(chosen(database_url), DrivenClock()):
            pass
    return str(failed.value)


def a_folder(path: Path) -> None:
    path.mkdir()


def no_store(path: Path) -> None:
    path.write_bytes(b"something else" * 100)


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as store:
        store.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        store.execute("INSERT INTO alembic_version VALUES ('later')")
        store.commit()


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (a_folder, "can't be used (unable to open database file): look for"),
        (no_store, "can't be used (file is not a database): look for"),
        (newer, "The store is of a newer version of ghe-slack: install that one again"),
    ],
)
async def test_an_unusable_file_is_a_sentence(tmp_path: Path, made: Callable[[Path], None], said: str) -> None:
    made(tmp_path / "store.db")

    sentence = await failure(f"sqlite:///{tmp_path / 'store.db'}")

    assert said in sentence
    assert "\n" not in sentence


async def test_a_file_that_another_program_keeps_locked_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.store.sqlite.PRAGMAS", {"busy_timeout": "1"})
    with closing(sqlite3.connect(tmp_path / "store.db")) as other:
        other.execute("BEGIN IMMEDIATE")

        sentence = await failure(f"sqlite:///{tmp_path / 'store.db'}")

    assert "can't be used (database is locked)" in sentence


async def test_a_folder_that_can_not_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    sentence = await failure(f"sqlite:///{tmp_path / 'file' / 'store.db'}")

    assert "can't be used (File exists)" in sentence


async def test_a_second_agent_on_the_same_file_does_not_start_and_the_next_does(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"

    async with app.running(chosen(url), DrivenClock()):
        sentence = await failure(url)
    async with app.running(chosen(url), DrivenClock()) as after:
        started = after.url

    assert sentence.startswith(f"Another agent uses the store {tmp_path / 'store.db'}: stop that one")
    assert started


async def test_a_database_that_is_away_is_a_sentence_without_its_password() -> None:
    sentence = await failure("postgresql://ghe:hush@127.0.0.1:9/ghe")

    assert sentence.startswith("The database of AGENT_DATABASE_URL can't be used")
    assert "hush" not in sentence


async def test_a_database_of_another_schema_is_a_sentence_unless_it_may_be_migrated(postgres_url: str) -> None:
    sentence = await failure(postgres_url)
    async with app.running(chosen(postgres_url), DrivenClock(), migrate=True) as agent:
        started = agent.url

    assert "run `ghe-slack migrate` first" in sentence
    assert started


async def test_replicas_on_postgresql_do_not_exclude_each_other() -> None:
    replica = chosen("postgresql://127.0.0.1:9/ghe")

    with opening.held(replica), opening.held(replica):
        pass
