from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from agent import secret_keys, settings


@pytest.fixture
def store(tmp_path: Path) -> settings.Settings:
    url = f"sqlite:///{tmp_path}/state/ghe.db"
    return settings.of({"GHES_URL": "https://github.example.com", "AGENT_DATABASE_URL": url})


def test_the_settings_keys_are_taken_newest_first() -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    given = settings.of({"GHES_URL": "https://github.example.com", "AGENT_SECRET_KEYS": ",".join(keys)})

    assert secret_keys.load_or_make(given) == tuple(key.encode() for key in keys)


def test_a_first_start_makes_a_key_that_later_starts_find(store: settings.Settings) -> None:
    made = secret_keys.load_or_make(store)

    file = store.sqlite_path.with_name("ghe.db.key")
    assert secret_keys.load_or_make(store) == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["ghe.db.key"]
    Fernet(*made)


@pytest.mark.parametrize("content", ["", "no key"])
def test_a_broken_key_file_is_told_and_kept(store: settings.Settings, content: str) -> None:
    store.sqlite_path.parent.mkdir()
    file = store.sqlite_path.with_name("ghe.db.key")
    file.write_text(content)

    with pytest.raises(settings.SettingsError, match=r"^AGENT_SECRET_KEYS is not set, and .*ghe\.db\.key"):
        secret_keys.load_or_make(store)

    assert file.read_text() == content
