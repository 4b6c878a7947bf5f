"""How every part is, the sockets, and the last day in charts."""

from collections.abc import Sequence
from functools import partial

from agent.status import look
from agent.store.figures import Hour, last_day
from agent.web.console.charts import Chart, Series, bars, lines
from agent.web.console.page import Drawn, Page, Visit


async def draw(visit: Visit) -> Drawn:
    """All parts, then the charts."""
    console = visit.console
    now = console.clock.now()
    parts = await look(console.status)
    hours = await console.store.read(partial(last_day, now=now.timestamp()))
    sockets = [
        {**each, "age_s": (now - each["since"]).total_seconds()} for each in parts["sockets"].facts.get("sockets", ())
    ]
    context = {"parts": parts, "sockets": sockets, "charts": charts(hours)}
    return Drawn(template="status.html", context=context)


def charts(hours: Sequence[Hour]) -> Sequence[Chart]:
    """Events, notifications by outcome, latency, and the queue's age."""
    steps = [f"{hour.begins_at:%H:%M}" for hour in hours]

    def series(name: str, color: str, field: str) -> Series:
        return Series(name=name, color=color, values=[getattr(hour, field) for hour in hours])

    outcomes = [series("delivered", "good", "delivered"), series("parked", "wait", "parked")]
    return (
        bars("Events received", "an hour", steps, [series("events", "plain", "events")]),
        bars("Notifications", "an hour", steps, [*outcomes, series("discarded", "bad", "discarded")]),
        lines("Delivery latency", "s", steps, [series("p50", "good", "p50_s"), series("p95", "wait", "p95_s")]),
        lines("Age of the oldest waiting", "s", steps, [series("oldest", "plain", "oldest_s")]),
    )


PAGE = Page(path="status", title="Status", order=8, draw=draw)
