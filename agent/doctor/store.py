"""The store: whether it opens, has our schema, can be written to, has room, and can be read with our keys."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from agent.examining.findings import Finding, failure, warning, well
from agent.examining.kept import Kept, State, key_file
from agent.examining.surroundings import Surroundings
from agent.settings import Settings
from agent.status import Writable

GROUP = "Store"
_MIB = 2**20
_FULL_BYTES, _NARROW_BYTES = 64 * _MIB, 1024 * _MIB


async def check(given: Surroundings) -> list[Finding]:
    """A write is one short transaction, like those of every probe of `/readyz`."""
    found = _of_state(given.kept, given.settings)
    if given.kept.store is not None and not await Writable(given.kept.store, given.clock)():
        found.append(
            failure(
                "The store can't be written to.",
                "Look for a full disk, a folder or file of another user, or a database that takes no more.",
            )
        )
    if given.settings.is_sqlite:
        found += _room(given.settings.sqlite_path)
    return found


def _of_state(kept: Kept, settings: Settings) -> list[Finding]:
    where = str(settings.sqlite_path) if settings.is_sqlite else "The database of AGENT_DATABASE_URL"
    match kept.state:
        case State.ABSENT:
            return [
                warning(f"There is no store at {where} yet.", "The agent makes it when it starts; or check the path.")
            ]
        case State.UNAVAILABLE:
            return [_unavailable(kept, settings, where)]
        case State.OTHER_SCHEMA:
            return [_other_schema(settings, where)]
        case State.KEYLESS:
            return [_keyless(kept, settings)]
        case State.UNREADABLE:
            return [
                failure(
                    "Secrets in the store can't be read: AGENT_SECRET_KEYS lacks the key that encrypted them.",
                    "Add the older key behind the newest, separated by a comma; it is in the backup that belongs to "
                    "this database. If it is lost, `ghe-slack secrets rotate --discard-unreadable` is the way on.",
                )
            ]
        case State.READY:
            return [well(f"{where} opens, and its secrets can be read.")]


def _unavailable(kept: Kept, settings: Settings, where: str) -> Finding:
    if settings.is_sqlite:
        return failure(
            f"{where} can't be read ({kept.why}).",
            "Look for another user's file, another program's, or a disk that is away.",
        )
    server = urlsplit(settings.database_url)
    return failure(
        f"{where} doesn't answer ({kept.why}).",
        "Check that it runs, and its address, user and password.",
        f"Please allow TCP from the agent's machine to {server.hostname}, port {server.port or 5432} (PostgreSQL)."
        if server.hostname
        else "",
    )


def _other_schema(settings: Settings, where: str) -> Finding:
    if settings.is_sqlite:
        return warning(
            f"{where} has another version's schema.",
            "The agent brings an older one up to date when it starts; a newer one takes the newer ghe-slack.",
        )
    return failure(f"{where} has another version's schema.", "Run `ghe-slack migrate`, with the newest ghe-slack.")


def _keyless(kept: Kept, settings: Settings) -> Finding:
    if kept.why:
        return failure(kept.why, "Put back the key that belongs to this store, from its backup.")
    return failure(
        f"The store is there, but its key {key_file(settings)} isn't, and AGENT_SECRET_KEYS is not set.",
        "Put back the key from the backup; a new one can't read what is stored.",
    )


def _room(path: Path) -> list[Finding]:
    folder = next((each for each in path.absolute().parents if each.is_dir()), Path("/"))
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return []  # a folder that can't be looked at can't hold a store either, and that is said already
    if free < _FULL_BYTES:
        says = f"Only {free // _MIB} MB are free in {folder}: webhooks are about to be refused."
        return [failure(says, "Make room, or move the store with AGENT_DATABASE_URL.")]
    if free < _NARROW_BYTES:
        return [
            warning(f"Only {free // _MIB} MB are free in {folder}.", "Make room, or keep less: AGENT_RETENTION_DAYS.")
        ]
    return [well(f"{free // (1024 * _MIB)} GB are free in {folder}.")]
