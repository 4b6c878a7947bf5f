"""Charts as SVG, drawn here: no script, and nothing that a browser has to fetch."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 180, 48, 22, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values of one kind, one for each step; None where there is none. `color`: a class of the stylesheet."""

    name: str
    color: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What the template draws: rectangles and lines in the unit of the view box, labels of both axes."""

    title: str
    unit: str
    top: str
    """The greatest value, at the upper end of the axis."""
    labels: Sequence[tuple[float, str]]
    bars: Sequence[tuple[str, float, float, float, float, str]]
    """Class, x, y, width, height, and what it says."""
    lines: Sequence[tuple[str, float, float, float, float]]
    dots: Sequence[tuple[str, float, float, str]]
    legend: Sequence[tuple[str, str]]
    says: str
    """The same in a sentence."""


def bars(title: str, unit: str, steps: Sequence[str], series: Sequence[Series]) -> Chart:
    """Bars, those of one step on top of each other."""
    sums = [sum(each.values[step] or 0 for each in series) for step in range(len(steps))]
    top, width = max([*sums, 1]), _width(steps)
    drawn = []
    for step, label in enumerate(steps):
        base = 0.0
        for each in series:
            value = each.values[step] or 0
            if value:
                y = _y(base + value, top)
                says = f"{label}: {_figure(value)} {each.name}"
                drawn.append((each.color, LEFT + step * width + 1, y, width - 2, _y(base, top) - y, says))
            base += value
    return _chart(title, unit, steps, series, top, bars=drawn)


def lines(title: str, unit: str, steps: Sequence[str], series: Sequence[Series]) -> Chart:
    """A line for each series; it ends where there is no value."""
    values = [value for each in series for value in each.values if value is not None]
    top, width = max([*values, 1.0]), _width(steps)
    drawn, dots = [], []
    for each in series:
        points = [
            None if value is None else (LEFT + (step + 0.5) * width, _y(value, top))
            for step, value in enumerate(each.values)
        ]
        drawn += [(each.color, *a, *b) for a, b in pairwise(points) if a and b]
        dots += [
            (each.color, *point, f"{steps[step]}: {_figure(each.values[step] or 0)} {unit} ({each.name})")
            for step, point in enumerate(points)
            if point
        ]
    return _chart(title, unit, steps, series, top, lines=drawn, dots=dots)


def _chart(
    title: str,
    unit: str,
    steps: Sequence[str],
    series: Sequence[Series],
    top: float,
    *,
    bars: Sequence[tuple[str, float, float, float, float, str]] = (),
    lines: Sequence[tuple[str, float, float, float, float]] = (),
    dots: Sequence[tuple[str, float, float, str]] = (),
) -> Chart:
    width = _width(steps)
    told = []
    for each in series:
        known = [value for value in each.values if value is not None]
        told.append(f"{each.name}: {_figure(max(known))} {unit} at most" if known else f"{each.name}: nothing")
    return Chart(
        title=title,
        unit=unit,
        top=_figure(top),
        labels=[(LEFT + (step + 0.5) * width, label) for step, label in enumerate(steps) if step % 4 == 0],
        bars=bars,
        lines=lines,
        dots=dots,
        legend=[(each.color, each.name) for each in series],
        says=f"{title} over the last day. {'; '.join(told)}.",
    )


def _width(steps: Sequence[str]) -> float:
    return (WIDTH - LEFT) / len(steps)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top, 1)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"  # noqa: PLR2004 - digits
