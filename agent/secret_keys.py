"""The keys that secrets are encrypted with in the store (Fernet; the newest encrypts, all of them decrypt).

With SQLite a first key is made and kept beside the file: a convenience for trying out, since who copies the folder has
both. It is never replaced: with another key, everything that is stored encrypted would be lost.
"""

from cryptography.fernet import Fernet

from agent.new_file import write_new
from agent.settings import Settings, SettingsError
from agent.settings_values import fernet_keys


def new() -> str:
    """A fresh key, as `AGENT_SECRET_KEYS` takes it."""
    return Fernet.generate_key().decode()


def load_or_make(settings: Settings) -> tuple[bytes, ...]:
    """The keys, newest first: those of the settings, else the one in `<file>.key` (mode 0600), made if need be.

    Raises `SettingsError` when that file can't be read, written or understood.
    """
    if settings.agent_secret_keys:
        return tuple(key.get_secret_value().encode() for key in settings.agent_secret_keys)
    path = settings.sqlite_path.with_name(f"{settings.sqlite_path.name}.key")
    try:
        if not path.exists():
            write_new(path, new() + "\n")
        keys = fernet_keys(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        raise SettingsError(f"AGENT_SECRET_KEYS is not set, and {path} can't be used as the key file.") from None
    if not keys:
        raise SettingsError(f"AGENT_SECRET_KEYS is not set, and {path} holds no key.")
    return tuple(key.encode() for key in keys)
