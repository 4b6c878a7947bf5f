"""A key that is lost: what an agent says at its start, and the way on."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from agent import app, cli, settings
from agent.cli_errors import Failure
from agent.secret_rotation import discard_unreadable, rotate
from agent.settings import Settings, SettingsError
from agent.store.configuration import SqlConfiguration
from agent.store.discarding import Lost
from agent.store.open import open_store
from agent.store.replicas import beat
from agent.store.secrets import Secrets
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.new_file import new_file

LOST, GIVEN = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def chosen(database_url: str, **more: str) -> Settings:
    own = {"GHES_URL": "https://github.example.com", "AGENT_LISTEN": "127.0.0.1:0", "AGENT_DATABASE_URL": database_url}
    return settings.of(own | {"AGENT_SECRET_KEYS": GIVEN} | more)


async def _keep(given: Settings, key: str) -> None:
    store = open_store(given)
    configuration = SqlConfiguration(store, Secrets([key.encode()]), DrivenClock())
    await configuration.save({"slack_app_id": "A1"}, by="ada")
    await store.aclose()


@pytest.fixture
async def given(tmp_path: Path) -> Settings:
    """An SQLite store in which something is kept that was encrypted with the lost key."""
    new_file(tmp_path / "store.db")
    found = chosen(f"sqlite:///{tmp_path / 'store.db'}")
    await _keep(found, LOST)
    return found


def answered(asked: list[Lost], *, says: bool) -> Callable[[Lost], bool]:
    def confirmed(lost: Lost) -> bool:
        asked.append(lost)
        return says

    return confirmed


async def test_an_agent_that_lacks_the_key_says_so_and_names_the_way_on(given: Settings) -> None:
    with pytest.raises(Failure) as failed:
        async with app.running(given, DrivenClock()):
            pass

    assert str(failed.value) == (
        "A stored secret can't be read: AGENT_SECRET_KEYS lacks the key that it was stored with. Put that key back "
        "beside the new one; if it is lost, `ghe-slack secrets rotate --discard-unreadable` says what is lost with "
        "it, and lets go of it."
    )


async def test_an_agent_whose_key_file_is_gone_says_the_same(tmp_path: Path) -> None:
    new_file(tmp_path / "store.db")
    given = chosen(f"sqlite:///{tmp_path / 'store.db'}", AGENT_SECRET_KEYS="")
    await _keep(given, LOST)

    with pytest.raises(Failure, match="--discard-unreadable"):
        async with app.running(given, DrivenClock()):
            pass


async def test_rotating_without_the_key_changes_nothing_and_names_the_way_on(given: Settings) -> None:
    with pytest.raises(Failure, match="--discard-unreadable"):
        await rotate(given)


async def test_what_is_unreadable_is_discarded_once_it_is_agreed_to_and_the_agent_starts(given: Settings) -> None:
    asked: list[Lost] = []

    count = await discard_unreadable(given, answered(asked, says=True), "mona", DrivenClock())
    async with app.running(given, DrivenClock()) as agent:
        started = agent.url

    assert count == 0
    assert asked == [Lost(settings=("SLACK_APP_ID",))]
    assert started


async def test_nothing_is_discarded_without_a_yes(given: Settings) -> None:
    count = await discard_unreadable(given, answered([], says=False), clock=DrivenClock())

    assert count is None
    with pytest.raises(Failure):
        await rotate(given)


async def test_nobody_is_asked_where_everything_is_readable(given: Settings) -> None:
    asked: list[Lost] = []
    with_both = given.model_copy(
        update={"agent_secret_keys": chosen("sqlite:///x.db", AGENT_SECRET_KEYS=f"{GIVEN},{LOST}").agent_secret_keys}
    )

    count = await discard_unreadable(with_both, answered(asked, says=False), clock=DrivenClock())

    assert (count, asked) == (1, [])


async def test_nothing_is_discarded_under_an_agent_that_may_have_the_key(given: Settings) -> None:
    await discard_unreadable(given, answered([], says=True), clock=DrivenClock())
    asked: list[Lost] = []

    async with app.running(given, DrivenClock()):
        await _keep(given, LOST)
        with pytest.raises(Failure, match="Another agent uses the store"):
            await discard_unreadable(given, answered(asked, says=True), clock=DrivenClock())

    assert asked == []


async def test_nothing_is_discarded_under_replicas_that_may_have_the_key(given: Settings) -> None:
    clock, store = DrivenClock(), open_store(given)
    seen_at = clock.now().timestamp() - 30
    await store.write(partial(beat, owner="other", sockets=2, now=seen_at, missed_after_s=60.0))
    await store.aclose()

    with pytest.raises(Failure, match="stop it first, all replicas of it"):
        await discard_unreadable(given, answered([], says=True), clock=clock)


def test_the_verb_says_what_is_lost_and_wants_a_yes_where_nobody_can_be_asked(
    given: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("agent.settings.load", lambda: given)

    refused = cli.run(["secrets", "rotate", "--discard-unreadable"])
    said = capsys.readouterr()
    done = cli.run(["secrets", "rotate", "--discard-unreadable", "--yes"])

    assert (refused, done) == (2, 0)
    assert "- stored settings: SLACK_APP_ID. Enter them again" in said.out
    assert "add --yes" in said.err
    assert capsys.readouterr().out.endswith("Encrypted anew with the newest key: 0.\n")


@pytest.mark.parametrize("name", ["OUTBOUND_CA_FILE", "GHES_CA_FILE"])
async def test_an_agent_whose_bundle_is_none_says_so_and_does_not_start(tmp_path: Path, name: str) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("no certificate", encoding="utf-8")
    given = chosen(f"sqlite:///{tmp_path / 'store.db'}", **{name: str(bundle)})

    with pytest.raises(SettingsError, match=str(bundle)) as failed:
        async with app.running(given, DrivenClock()):
            pass

    assert "\n" not in str(failed.value)
