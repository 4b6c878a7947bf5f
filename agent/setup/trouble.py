"""Why a step of the set-up wasn't done."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.net.failure import PROXY_CREDENTIALS

_REACHING = {
    PROXY_CREDENTIALS: "the proxy refuses our user and password (HTTPS_PROXY)",
    "proxy_unreachable": "the proxy can't be reached (HTTPS_PROXY)",
    "certificate_not_trusted": "its certificate isn't trusted (OUTBOUND_CA_FILE, where a proxy opens TLS)",
    "name_not_resolved": "its name can't be resolved",
    "no_answer_in_time": "it gave no answer in time",
    "unreachable": "it can't be reached: ask for outbound access, TCP port 443",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Nothing was done. `fields`: sentences for the fields that are wrong, by name."""

    says: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def unreached(what: str, reason: str) -> str:
    """A sentence; `reason` is a word of `agent.net.failure.reason`."""
    return f"{what} gave no answer: {_REACHING.get(reason, reason.replace('_', ' '))}."
