"""What was measured, beside its goal and its peer; as a table and as JSON."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A bound; `at_least` for what shall be much, `at_most` for what shall be little."""

    kind: Literal["at_least", "at_most"]
    value: float

    def is_met(self, measured: float) -> bool:
        return measured >= self.value if self.kind == "at_least" else measured <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.kind == 'at_least' else '≤'} {_short(self.value)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """What somebody else reaches, and who; `elsewhere` when it was not measured in this run."""

    name: str
    value: float
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    row: str
    what: str
    value: float
    unit: str
    goal: Goal | None = None
    peer: Peer | None = None

    @property
    def ratio(self) -> float | None:
        """Ours ÷ the peer's, in the same unit."""
        return self.value / self.peer.value if self.peer and self.peer.value else None

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return "met" if self.goal.is_met(self.value) else "missed"


def at_least(value: float) -> Goal:
    return Goal(kind="at_least", value=value)


def at_most(value: float) -> Goal:
    return Goal(kind="at_most", value=value)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of them don't exceed; infinite when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")


def show(figures: Sequence[Figure], console: Console) -> None:
    table = Table(title=machine()["summary"], title_justify="left")
    for name in ("row", "figure"):
        table.add_column(name)
    for name in ("measured", "goal", "peer", "ours ÷ peer"):
        table.add_column(name, justify="right")
    table.add_column("verdict")
    before = ""
    for each in figures:
        if each.row != before:
            table.add_section()
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        colour = {"met": "green", "missed": "red"}.get(each.verdict, "")
        table.add_row(
            each.row if each.row != before else "",
            each.what,
            f"{_short(each.value)} {each.unit}",
            str(each.goal or ""),
            _peer(each.peer),
            ratio,
            f"[{colour}]{each.verdict}[/]" if colour else "",
        )
        before = each.row
    console.print(table)


def write(figures: Sequence[Figure], at: datetime, path: Path) -> None:
    """All figures with the machine, for comparing runs."""
    rows = [{**asdict(each), "ratio": each.ratio, "verdict": each.verdict or None} for each in figures]
    text = json.dumps({"at": at.isoformat(), "machine": machine(), "figures": rows}, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def machine() -> Mapping[str, Any]:
    cores = os.cpu_count() or 1
    kernel, python = f"{platform.system()} {platform.release()}", platform.python_version()
    summary = f"{cores} cores ({_processor()}), {kernel}, Python {python}"
    return {"cores": cores, "processor": _processor(), "kernel": kernel, "python": python, "summary": summary}


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = next((line for line in lines if line.startswith("model name")), "")
    return " ".join(named.partition(":")[2].split()) or platform.machine()


def _peer(peer: Peer | None) -> str:
    if peer is None:
        return ""
    return f"{_short(peer.value)} {peer.name}{' *' if peer.elsewhere else ''}"


def _short(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
