"""What `ghe-slack doctor` finds out about the store, and that it makes nothing and holds nothing."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from agent import app, secret_keys
from agent.examining.findings import Level
from agent.store.configuration import SqlConfiguration
from agent.store.secrets import Secrets
from agent.store.sqlite import SqliteStore
from agent.store.workspaces import Installation, keep_installation, keep_workspace
from agent.workspaces import Workspace
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.new_file import new_file
from infra.sandbox.system import Standins


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ghe-slack.db"


async def fill(path: Path, clock: DrivenClock, key: str, **values: str) -> None:
    """A store with these stored settings."""
    new_file(path)
    store = SqliteStore(path)
    await SqlConfiguration(store, Secrets([key.encode()]), clock).save(values, by="setup")
    await store.aclose()


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def spoil(path: Path) -> None:
    path.write_bytes(b"this is no database, whatever its name is" * 100)


async def test_where_nothing_is_nothing_is_made(examine: Any, tmp_path: Path) -> None:
    found = await examine()

    absent, room = found.of("store")
    assert absent.level is Level.WARNING
    assert absent.says == f"There is no store at {tmp_path / 'ghe-slack.db'} yet."
    assert room.says.endswith(f"are free in {tmp_path}.")
    assert files(tmp_path) == []


async def test_a_key_beside_the_data_is_a_warning(
    world: Standins, clock: DrivenClock, examine: Any, tmp_path: Path, path: Path
) -> None:
    async with app.running(world.settings(tmp_path), clock):
        pass

    found = await examine()

    assert found.one("secret-key").level is Level.WARNING
    assert f"lies beside the data, in {path}.key" in found.one("secret-key").says
    assert found.of("store")[0].says == f"{path} opens, and its secrets can be read."
    assert found.of("admin-password")[0].says.startswith("The console's password lies beside the data")


async def test_secrets_that_others_may_read_are_a_failure(
    world: Standins, clock: DrivenClock, examine: Any, tmp_path: Path, path: Path
) -> None:
    async with app.running(world.settings(tmp_path), clock):
        pass
    for name in ("ghe-slack.db.key", "admin-password"):
        (tmp_path / name).chmod(0o644)

    found = await examine()

    assert found.failed() >= {"secret-key", "admin-password"}
    assert f"Run `chmod 600 {path}.key`." in [finding.does for finding in found.of("secret-key")]


async def test_keys_that_do_not_fit_are_a_failure(clock: DrivenClock, examine: Any, path: Path) -> None:
    await fill(path, clock, secret_keys.new(), ghes_app_slug="stored")

    finding = (await examine(AGENT_SECRET_KEYS=secret_keys.new())).of("store")[0]

    assert finding.level is Level.FAILURE
    assert "AGENT_SECRET_KEYS lacks the key" in finding.says


async def test_a_store_whose_key_is_gone_is_a_failure_and_no_new_key_is_made(
    clock: DrivenClock, examine: Any, path: Path
) -> None:
    await fill(path, clock, secret_keys.new(), ghes_app_slug="stored")

    finding = (await examine()).of("store")[0]

    assert finding.level is Level.FAILURE
    assert f"its key {path}.key isn't" in finding.says
    assert not path.with_name("ghe-slack.db.key").exists()


async def test_what_is_no_store_of_ours_is_a_sentence(examine: Any, path: Path) -> None:
    spoil(path)

    found = await examine()

    assert found.of("store")[0].says == f"{path} can't be read (file is not a database)."
    assert "store" in found.failed()


async def test_another_schema_is_told_from_a_broken_file(examine: Any, path: Path) -> None:
    store = SqliteStore(path)
    await store.write(lambda connection: connection.exec_driver_sql("CREATE TABLE other (id INTEGER)"))
    await store.aclose()

    finding = (await examine()).of("store")[0]

    assert finding.level is Level.WARNING
    assert finding.says == f"{path} has another version's schema."


async def test_stored_settings_are_in_effect(world: Standins, clock: DrivenClock, examine: Any, path: Path) -> None:
    key, variables = secret_keys.new(), world.variables(path.parent)
    stored = ("GHES_APP_ID", "GHES_PRIVATE_KEY", "GHES_APP_SLUG", "GHES_WEBHOOK_SECRET", "SLACK_APP_TOKEN")
    await fill(path, clock, key, **{name.lower(): variables[name] for name in stored})

    found = await examine(AGENT_SECRET_KEYS=key, **dict.fromkeys(stored, ""))

    assert found.one("settings").says == "All settings are there."
    assert found.one("github-app").level is Level.OK
    assert found.one("app-token").level is Level.OK


async def test_each_installation_is_asked_about_once_the_one_of_the_settings_by_their_token(
    world: Standins, clock: DrivenClock, examine: Any, path: Path
) -> None:
    key = secret_keys.new()
    await fill(path, clock, key)
    secrets, (acme, other) = Secrets([key.encode()]), world.slack.teams.values()
    install = (
        (acme.team_id, acme.team_id, "xoxb-older"),
        (other.team_id, "E1", other.bot_token),
        ("T0SECOND", "E1", other.bot_token),
    )
    store = SqliteStore(path)
    for team_id, installation_id, token in install:
        installation = Installation(id=installation_id, name="", token=secrets.seal(token), scopes=frozenset())
        workspace = Workspace(
            team_id=team_id,
            installation_id=installation_id,
            name=f"Name of {team_id}",
            domain="",
            bot_user_id="",
            token="",
            scopes=frozenset(),
        )
        await store.write(partial(keep_installation, installation=installation, now=0))
        await store.write(partial(keep_workspace, workspace=workspace, now=0))
    await store.aclose()

    found = (await examine(AGENT_SECRET_KEYS=key)).of("workspaces")

    assert [finding.level for finding in found] == [Level.OK, Level.OK]
    assert found[0].says.startswith("SLACK_BOT_TOKEN (Acme): ")
    assert found[1].says.startswith(f"Name of {min(other.team_id, 'T0SECOND')}: ")


async def test_a_stored_value_that_is_none_any_more_is_named(clock: DrivenClock, examine: Any, path: Path) -> None:
    key = secret_keys.new()
    await fill(path, clock, key, ghes_app_id="not a number")

    found = (await examine(AGENT_SECRET_KEYS=key, GHES_APP_ID="")).of("settings")

    assert found[0].says == "The stored value of GHES_APP_ID isn't understood any more and is left out."
    assert "Set-up mode: GHES_APP_ID is not set" in found[1].says


async def test_a_database_that_is_away_is_a_failure_without_its_password(examine: Any) -> None:
    key = secret_keys.new()

    found = await examine(AGENT_DATABASE_URL="postgresql://agent:s3cr3t-word@127.0.0.1:9/ghe", AGENT_SECRET_KEYS=key)

    assert found.one("store").says.startswith("The database of AGENT_DATABASE_URL doesn't answer (")
    assert found.one("store").network.endswith("127.0.0.1, port 9 (PostgreSQL).")
    assert "s3cr3t-word" not in repr(found)


async def test_a_disk_that_is_nearly_full_is_a_failure(examine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 10 * 2**20

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage)

    room = (await examine()).of("store")[-1]

    assert room.level is Level.FAILURE
    assert room.says.startswith("Only 10 MB are free")
