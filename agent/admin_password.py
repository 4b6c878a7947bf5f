"""The console's password: `AGENT_ADMIN_PASSWORD`, or with SQLite one that is made on first start, beside the file.

With PostgreSQL, whose replicas share no folder, there is none unless it is set: one signs in through GHES then.
"""

import secrets
from pathlib import Path

import structlog

from agent.new_file import write_new
from agent.settings import Settings, SettingsError

log = structlog.get_logger()
FILE = "admin-password"


def load_or_make(settings: Settings) -> str | None:
    """The password, made if need be (mode 0600); the log names its file, never the password.

    Raises `SettingsError` when that file can't be read or written.
    """
    if settings.agent_admin_password:
        return settings.agent_admin_password.get_secret_value()
    if not settings.is_sqlite:
        return None
    path = path_of(settings)
    try:
        if not path.exists():
            write_new(path, secrets.token_urlsafe(18) + "\n")
            log.info("a password for the console was made", file=str(path))
        password = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"AGENT_ADMIN_PASSWORD is not set, and {path} can't be used as its file.") from None
    if not password:
        raise SettingsError(f"AGENT_ADMIN_PASSWORD is not set, and {path} is empty: delete it to have one made.")
    return password


def path_of(settings: Settings) -> Path:
    """Where a password of our own lies; only with SQLite."""
    return settings.sqlite_path.with_name(FILE)
