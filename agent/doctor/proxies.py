"""The proxies on the way to Slack and to GHES: reachable, and content with our credentials."""

from agent.examining.findings import Finding, not_looked_at, well
from agent.examining.places import Place, not_reached
from agent.examining.reach import Reached, Unreached
from agent.examining.surroundings import Surroundings

GROUP = "Network"


async def check(given: Surroundings) -> list[Finding]:
    """Found out by the one request that went through each; nothing is tried again for it."""
    settings, found = given.settings, list[Finding]()
    if settings.https_proxy is not None:
        found += _verdict("HTTPS_PROXY", "Slack", given.slack.place, await given.slack.reached())
    if settings.ghes_proxy is not None:
        found += _verdict("GHES_PROXY", "GHES", given.ghes.place, await given.ghes.reached())
    return found


def _verdict(setting: str, what: str, place: Place, answer: Reached | Unreached) -> list[Finding]:
    if not place.proxy:
        return [well(f"{setting} isn't used on the way to {place.host}.")]
    if isinstance(answer, Reached):
        return [well(f"The proxy {place.proxy} lets us through to {place.host}.")]
    if answer.by_proxy:
        return [not_reached(place, answer)]
    return not_looked_at(f"{what} doesn't answer through the proxy {place.proxy}")
