"""What a check has to say."""

from dataclasses import dataclass
from enum import StrEnum

from agent.logs import redacted

_LONGEST_QUOTE = 200


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    WARNING = "warning"
    """It works, or only a part doesn't."""
    FAILURE = "failure"
    """It doesn't work before somebody has done something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Sentences for an administrator."""

    level: Level
    says: str
    """What is so."""
    does: str = ""
    """What to do about it."""
    network: str = ""
    """What to ask the network team for; empty where it isn't about the network."""
    check: str = ""
    """Who found it. The runner fills it in."""


def well(says: str) -> Finding:
    """Nothing to do."""
    return Finding(level=Level.OK, says=says)


def warning(says: str, does: str = "", network: str = "") -> Finding:
    """Something works less well than it could."""
    return Finding(level=Level.WARNING, says=says, does=does, network=network)


def failure(says: str, does: str, network: str = "") -> Finding:
    """Something doesn't work."""
    return Finding(level=Level.FAILURE, says=says, does=does, network=network)


def not_looked_at(why: str) -> list[Finding]:
    """A check that had nothing to look at. `why`: the end of a sentence, without its full stop."""
    return [warning(f"Not looked at: {why}.")]


def quoted(text: object) -> str:
    """Words of a far side, fit to be shown: on one line, not too many, and without what looks like a secret."""
    plain = "".join(each if each.isprintable() else " " for each in str(redacted(str(text))))
    return " ".join(plain.split())[:_LONGEST_QUOTE]
