"""Our clock, beside those of GHES and Slack."""

from agent.examining.findings import Finding, failure, not_looked_at, warning, well
from agent.examining.reach import Reached
from agent.examining.surroundings import Surroundings
from agent.status import SKEW_S

GROUP = "This agent"
_SET = "Set it by NTP."


async def check(given: Surroundings) -> list[Finding]:
    """The App's signature follows the clock of GHES, but times on cards and in the audit are ours."""
    told = {"GHES": _skew_s(await given.ghes.reached()), "Slack": _skew_s(await given.slack.reached())}
    known = {name: skew_s for name, skew_s in told.items() if skew_s is not None}
    off = {name: skew_s for name, skew_s in known.items() if abs(skew_s) > SKEW_S}
    if not known:
        return not_looked_at("neither GHES nor Slack tells the time")
    if not off:
        return [well(f"Our clock agrees with {' and '.join(known)}.")]
    if len(off) < len(known):
        name, skew_s = next(iter(off.items()))
        other = next(iter(known.keys() - off.keys()))
        says = f"The clock of {name} is {_away(skew_s)} ours, which agrees with {other}."
        return [warning(says, f"Have the clock of {name} set by NTP.")]
    says = f"Our clock is {' and '.join(f'{_away(-skew_s)} that of {name}' for name, skew_s in off.items())}."
    return [failure(says, _SET, "Please let the agent's machine reach an NTP server (UDP, port 123).")]


def _skew_s(answer: object) -> float | None:
    return answer.skew_s if isinstance(answer, Reached) else None


def _away(skew_s: float) -> str:
    """How far, as in "900 s ahead of"."""
    return f"{abs(skew_s):.0f} s {'ahead of' if skew_s > 0 else 'behind'}"
