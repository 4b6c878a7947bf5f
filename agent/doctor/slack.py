"""Whether Slack's Web API answers."""

from agent.examining.findings import Finding, failure, warning, well
from agent.examining.places import not_reached
from agent.examining.reach import Unreached
from agent.examining.slack import is_slack
from agent.examining.surroundings import Surroundings

GROUP = "Slack"
_TROUBLE = 500
_TOO_MANY = 429


async def check(given: Surroundings) -> list[Finding]:
    """Name, connection, TLS, and that it is Slack that answers. What ends at the proxy is the proxy's own finding."""
    found, place = await given.slack.reached(), given.slack.place
    if isinstance(found, Unreached):
        return [] if found.by_proxy else [not_reached(place, found)]
    if found.status == _TOO_MANY:
        return [warning(f"{place.host} asks us to slow down (429).", "Run the doctor again in a minute.")]
    if found.status >= _TROUBLE:
        return [
            failure(
                f"{place.host} answers {found.status}.",
                "Look at slack-status.com, and at the proxy between if it is well.",
            )
        ]
    if not is_slack(found):
        return [
            failure(
                f"What answers as {place.host} isn't Slack ({found.status}): a page of a proxy, perhaps.",
                "Check SLACK_API_URL, and what the proxy lets through.",
                place.asks,
            )
        ]
    return [well(f"Slack's Web API at {place.host} answers{f', through {place.proxy}' if place.proxy else ''}.")]
