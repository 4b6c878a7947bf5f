"""Stores that are there at once: the migrations, which take a tenth of a second, are run for the first of them."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.store.migrate import migrate_sqlite


def new_file(path: Path) -> None:
    """Make an empty store with our schema in a file that isn't there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_migrated())


def migrated(path: Path) -> None:
    """What `migrate_sqlite` does: a new file is a copy, another one is migrated."""
    if path.exists():
        migrate_sqlite(path)
    else:
        new_file(path)


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        migrate_sqlite(path)
        return path.read_bytes()
