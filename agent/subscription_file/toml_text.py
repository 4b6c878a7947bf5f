"""Writing TOML, and finding the place of a key; `tomllib` only reads, and doesn't tell where it read something."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agent.subscription_file.wrong_file import Place

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def string(text: str) -> str:
    """A string; in single quotes where that is possible, since there nothing needs a backslash."""
    if "'" not in text and all(each.isprintable() for each in text):
        return f"'{text}'"
    return key(text)


def key(text: str) -> str:
    """A key, or a string, in double quotes."""
    return f'"{"".join(_escaped(each) for each in text)}"'


def array(values: Iterable[str]) -> str:
    """An array of strings, one a line where there are several."""
    written = [string(each) for each in values]
    if len(written) <= 1:
        return f"[{''.join(written)}]"
    return "[\n" + "".join(f"  {each},\n" for each in written) + "]"


def comment(text: str) -> str:
    """One line of comment, whatever somebody called something."""
    return "# " + "".join(each if each.isprintable() else " " for each in text)


def places_of(text: str) -> Mapping[tuple[str, ...], Place]:
    """Where each table and key begins that stands on a line of its own; the first counts."""
    found: dict[tuple[str, ...], Place] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        place = Place(line=number, column=len(line) - len(line.lstrip()) + 1)
        if stripped.startswith("["):
            if header := _path(stripped):
                table = header
                _remember(found, header, place)
        elif "=" in stripped and (inner := _path(f"{stripped.partition('=')[0]} = 0")):
            _remember(found, (*table, *inner), place)
    return found


def _remember(found: dict[tuple[str, ...], Place], path: tuple[str, ...], place: Place) -> None:
    for end in range(1, len(path) + 1):
        found.setdefault(path[:end], place)


def _path(line: str) -> tuple[str, ...]:
    """The path that a header, or a key with a value, stands for; empty for what is neither by itself."""
    try:
        return tuple(_keys(tomllib.loads(line)))
    except (ValueError, RecursionError):
        return ()


def _keys(table: Mapping[str, Any]) -> Iterator[str]:
    inner: Any = table
    while isinstance(inner, Mapping) and inner:
        name = next(iter(inner))
        yield name
        inner = inner[name]


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return character if character.isprintable() else f"\\U{ord(character):08x}"
