"""The six values of the GitHub App are kept together, or not at all."""

import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from agent.settings import of
from agent.setup.github_values import NAMES, Made, by_environment, keep_made, texts
from agent.store.configuration import SqlConfiguration
from agent.store.secrets import Secrets
from agent.store.sqlite import SqliteStore
from agent.stored_settings import as_stored
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes.population import new_keys

GHES = {"GHES_URL": "https://ghes.example.com"}


class Raced(SqlConfiguration):
    """Somebody saves something whenever this is about to be saved, as often as `others` has something."""

    def __init__(self, store: SqliteStore, clock: DrivenClock) -> None:
        super().__init__(store, Secrets([Fernet.generate_key()]), clock)
        self.others: list[Mapping[str, str | None]] = []

    async def save(self, values: Mapping[str, str | None], *, by: str, seen: int | None = None) -> bool:
        if self.others:
            await super().save(self.others.pop(), by="somebody")
        return await super().save(values, by=by, seen=seen)


@pytest.fixture
async def configuration(tmp_path: Path, migrated: Path) -> AsyncIterator[Raced]:
    shutil.copy(migrated, tmp_path / "store.db")
    store = SqliteStore(tmp_path / "store.db")
    yield Raced(store, DrivenClock())
    await store.aclose()


@pytest.fixture(scope="module")
def made() -> Made:
    values = dict.fromkeys(NAMES, "text") | {"ghes_app_id": "7", "ghes_private_key": new_keys().private_pem}
    return Made(values=values, name="GHES Slack", page="https://ghes.example.com/settings/apps/ghes-slack")


async def test_all_six_are_kept_at_once(configuration: Raced, made: Made) -> None:
    kept = await keep_made(configuration, made, by="ada")

    assert kept
    assert await configuration.read() == made.values
    assert {each.by for each in (await configuration.saved()).values()} == {"ada"}
    assert await configuration.version() == 1


async def test_what_somebody_saves_of_other_things_loses_no_app(configuration: Raced, made: Made) -> None:
    configuration.others = [{"slack_app_id": "A1"}, {"slack_app_id": "A2"}]

    kept = await keep_made(configuration, made, by="ada")

    assert kept
    assert await configuration.read() == {"slack_app_id": "A1", **made.values}


async def test_of_two_apps_at_the_same_moment_the_second_is_not_kept(configuration: Raced, made: Made) -> None:
    theirs = {**made.values, "ghes_app_id": "8"}
    configuration.others = [theirs]

    kept = await keep_made(configuration, made, by="ada")

    assert not kept
    assert await configuration.read() == theirs


def test_a_made_app_shows_no_secret(made: Made) -> None:
    assert "PRIVATE KEY" not in repr(made)
    assert "text" not in repr(made)


def test_the_environment_wins_over_what_is_stored(made: Made) -> None:
    settings = of(GHES | {"GHES_APP_SLUG": "of-the-environment", "GHES_CLIENT_ID": "old"})

    found = as_stored(settings, {"ghes_app_slug"}, made.values, NAMES)

    assert texts(found) == {**made.values, "ghes_app_slug": "of-the-environment"}
    assert texts(as_stored(found, {"ghes_app_slug"}, {}, NAMES)) == {"ghes_app_slug": "of-the-environment"}


def test_a_stored_value_that_is_none_any_more_counts_as_absent() -> None:
    assert texts(as_stored(of(GHES), (), {"ghes_app_id": "seven"}, NAMES)) == {}


@pytest.mark.parametrize(
    ("fixed", "says"),
    [
        ((), ""),
        (("slack_app_id",), ""),
        (("ghes_app_id",), "GHES_APP_ID is set by the environment"),
        (("ghes_client_id", "ghes_app_id"), "GHES_APP_ID, GHES_CLIENT_ID are set by the environment"),
    ],
)
def test_variables_of_the_environment_are_named(fixed: tuple[str, ...], says: str) -> None:
    assert by_environment(fixed) == says
