"""Writing a secret of our own beside the store."""

import os
import tempfile
from pathlib import Path


def write_new(path: Path, text: str) -> None:
    """Write a file (mode 0600) so that it is whole or absent, whenever the power goes, and never overwrite another.

    Raises `OSError`; `FileExistsError` when another process was first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)  # mode 0600
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    finally:
        draft.unlink()
