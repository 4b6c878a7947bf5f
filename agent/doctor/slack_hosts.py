"""The hosts of Slack besides its Web API. Any answer proves the way: it takes DNS, the proxy and TLS."""

import asyncio

from agent.examining.findings import Finding, not_looked_at, well
from agent.examining.network_team import slack_hosts
from agent.examining.places import Place, not_reached
from agent.examining.reach import Unreached, reach
from agent.examining.surroundings import Surroundings

GROUP = "Slack"


async def check(given: Surroundings) -> list[Finding]:
    """Each by itself, since firewalls know them by name."""
    hosts = slack_hosts(given.settings)
    if not hosts:
        return []
    reached = await given.slack.reached()
    if isinstance(reached, Unreached) and reached.by_proxy:  # once is enough: some proxies lock accounts
        return not_looked_at("the proxy doesn't let us through")
    return list(await asyncio.gather(*(_host(host, given) for host in hosts)))


async def _host(host: str, given: Surroundings) -> Finding:
    url = f"https://{host}/"
    place = Place.outside(url, given.outside)
    found = await reach(given.outside, url, given.clock)
    if isinstance(found, Unreached):
        return not_reached(place, found)
    return well(f"{host} can be reached{f', through {place.proxy}' if place.proxy else ''}.")
