"""Whether an agent runs at `AGENT_URL`, as seen from here."""

from http import HTTPStatus

from agent.examining.addresses import host_and_port
from agent.examining.findings import Finding, failure, warning, well
from agent.examining.reach import Unreached
from agent.examining.surroundings import Surroundings
from agent.settings_values import is_loopback

GROUP = "This agent"


async def check(given: Surroundings) -> list[Finding]:
    """`/readyz` is 200 as long as webhooks can be stored."""
    url, found = given.settings.agent_url, await given.agent()
    if isinstance(found, Unreached) and found.reason == "certificate_not_trusted":
        words = f" ({found.detail})" if found.detail else ""
        return [
            warning(
                f"The certificate at {url} isn't trusted from here{words}.",
                "Browsers and GHES have to trust it: install the authority that has signed it on GHES with "
                "`ghe-ssl-ca-certificate-install -c ca.crt`. From here it is trusted when GHES_CA_FILE holds it.",
            )
        ]
    if isinstance(found, Unreached):
        host, port = host_and_port(url)
        opens = f"Please allow TCP to {host}, port {port}, from GHES and from browsers of the internal network."
        return [
            warning(
                f"No agent answers at {url} ({found.reason.replace('_', ' ')}).",
                "Start it with `ghe-slack agent`, or check AGENT_URL; everything else is looked at all the same.",
                "" if is_loopback(host) else opens,
            )
        ]
    if found.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return [
            failure(
                f"The agent at {url} runs, and can't store anything (503).",
                "Look for a full disk, or a database that is away.",
            )
        ]
    if found.status != HTTPStatus.OK:
        return [
            failure(
                f"Something else than the agent answers at {url} ({found.status}).",
                "Check AGENT_URL, and the proxy before the agent, if there is one.",
            )
        ]
    return [well(f"The agent at {url} runs.")]
