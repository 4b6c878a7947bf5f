"""Whether GHES answers at `GHES_URL`."""

from urllib.parse import urlsplit

from agent.examining.findings import Finding, failure, warning, well
from agent.examining.ghes import VERSION
from agent.examining.places import not_reached
from agent.examining.reach import Reached, Unreached
from agent.examining.surroundings import Surroundings

GROUP = "GitHub Enterprise"
_REDIRECTS, _TROUBLE = range(300, 400), range(500, 600)


async def check(given: Surroundings) -> list[Finding]:
    """Name, connection, TLS, and that it is a GHES that answers, not something before it."""
    found = await given.ghes.reached()
    if isinstance(found, Unreached):
        return [] if found.by_proxy else [not_reached(given.ghes.place, found)]
    return [_answered(found, given.settings.ghes_url)]


def _answered(found: Reached, url: str) -> Finding:
    if found.status in _REDIRECTS:
        parts = urlsplit(found.headers.get("Location", ""))
        where = f"{parts.scheme}://{parts.hostname}" if parts.hostname else "another address"
        return failure(
            f"{url} sends us on to {where} ({found.status}), and a token is sent to no other address.",
            "Set GHES_URL to the final address of the server.",
        )
    if VERSION not in found.headers:
        return failure(
            f"What answers at {url} isn't GitHub Enterprise Server ({found.status}, without {VERSION}).",
            "Check GHES_URL, and what stands before the server: a load balancer has to hand this header on.",
        )
    if found.status in _TROUBLE:
        return failure(
            f"GHES answers {found.status}: it is in maintenance, or in trouble.", "Ask the site administrators of GHES."
        )
    if found.status == 429:  # noqa: PLR2004 - Too Many Requests
        return warning("GHES limits our requests (429).", "Exempt the GitHub App in the management console, or wait.")
    return well(f"{url} answers.")
