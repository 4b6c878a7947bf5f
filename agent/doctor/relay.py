"""The relay: whether it can be reached, agrees about the time, and takes our signature."""

from agent.examining.findings import Finding, failure, quoted, warning, well
from agent.examining.places import Place, not_reached
from agent.examining.reach import Unreached
from agent.examining.surroundings import Surroundings
from agent.relay.client import Said
from agent.relay_side import relay_client
from agent.relay_verbs import asked
from agent.store.transports import RELAY

GROUP = "Network"
_SETTINGS = "RELAY_URL, RELAY_ID, RELAY_AGENT_ID, RELAY_SIGNING_KEY and RELAY_KEY_ID"


async def check(given: Surroundings) -> list[Finding]:
    """One signed request that changes nothing; what ends at the proxy is the proxy's own finding."""
    relayed = [each.team_id for each in given.kept.workspaces if RELAY in {each.transport, each.next_transport}]
    client = relay_client(given.settings, given.outside, given.clock)
    if client is None:
        says = f"{', '.join(relayed)} go through the relay, whose settings are gone, so their posts wait."
        return [failure(says, f"Set {_SETTINGS}.")] if relayed else []
    answer = await asked(client)
    if not isinstance(answer, Said):
        place = Place.outside(given.settings.relay_url or "", given.outside)
        why = Unreached(reason=answer.reason)
        return [] if why.by_proxy else [_unanswered(answer.reason, place, why)]
    findings = []
    if says := client.health.clock_says:
        findings.append(warning(says, "It refuses what is signed 300 s from its own time."))
    if client.health.refused:
        return [*findings, failure("The relay refuses our signature (401).", client.health.refused)]
    if not answer.ok:
        says = f"The relay answers {quoted(answer.why)}."
        return [*findings, failure(says, "Check RELAY_URL, and what the proxy lets through.")]
    used = f"{len(relayed)} workspaces go through it" if relayed else "no workspace goes through it yet"
    return [*findings, well(f"The relay answers and takes our signature; {used}.")]


def _unanswered(reason: str, place: Place, why: Unreached) -> Finding:
    if reason.startswith("relay_5"):
        return failure(f"The relay answers {quoted(reason)}.", "Ask its operator, and run the doctor again.")
    return not_reached(place, why)
