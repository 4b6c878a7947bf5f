"""Where a comment on lines stands."""

from agent.card_parts import code
from shared.card import Context, Label, Span
from shared.event import Payload, number, text


def place(comment: Payload) -> Context | None:
    """`src/app.py` lines 10–12; an outdated comment stands on lines of an older version, one on a file on none."""
    path = text(comment, "path")
    if not path:
        return None
    where = "" if text(comment, "subject_type") == "file" else _lines(comment) or _lines(comment, "original_")
    outdated = " (outdated)" if where and not _lines(comment) else ""
    return Context((code(path), Span(Label.TITLE, where + outdated)))


def lines(first: int, last: int) -> str:
    """` line 3`, ` lines 3–10`."""
    return f" lines {first}–{last}" if first < last else f" line {last}"


def _lines(comment: Payload, version: str = "") -> str:
    last, first = number(comment, f"{version}line"), number(comment, f"{version}start_line")
    return "" if last is None else lines(last if first is None else first, last)
