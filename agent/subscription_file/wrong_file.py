"""What is wrong in a file, each with its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A character of the file; line and column are counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that can't be."""

    says: str
    """A sentence, or several."""
    place: Place | None = None
    """None where it is about the whole file."""
    pointer: str = ""
    """Two lines that point at a character, where there is one to point at."""


class WrongFileError(Exception):
    """The file can't be carried out, and nothing was changed; its text has a line or more for each problem."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(_told(path, each) for each in problems))


def _told(path: Path, problem: Problem) -> str:
    at = problem.place
    place = f"{path}, line {at.line}, column {at.column}" if at else f"{path}"
    pointer = "".join(f"\n    {line}" for line in problem.pointer.splitlines())
    return f"{place}: {problem.says}{pointer}"
