"""Pages of the console that list something: filters in the address, and a way to what is older."""

from collections.abc import Mapping
from urllib.parse import urlencode

from agent.store.listings import Listing, Part
from agent.web.console.page import Visit


def filters(visit: Visit, *names: str) -> Mapping[str, str]:
    """Those of these that the address has, trimmed; the ones that are empty are left out."""
    given = {name: visit.query.get(name, "").strip()[:200] for name in names}
    return {name: value for name, value in given.items() if value}


def before(visit: Visit) -> int | None:
    """Where the page begins; None for the newest."""
    text = visit.query.get("before", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None  # noqa: PLR2004 - 64 bits


def older(listing: Listing, given: Mapping[str, str]) -> str:
    """The query of the next page; empty for the last one."""
    return "" if listing.older is None else urlencode({**given, "before": listing.older})


def after(visit: Visit, name: str = "after") -> str | None:
    """Where the page of what has no numbers begins; None for the newest."""
    return visit.query.get(name, "")[:500] or None


def further(part: Part, given: Mapping[str, str], name: str = "after") -> str:
    """As `older`, of what has no numbers."""
    return "" if part.after is None else urlencode({**given, name: part.after})
