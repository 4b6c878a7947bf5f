"""Verification codes: read from a screen, typed into a field."""

import secrets

LETTERS = "CDFHJKLMNPQRTVWX23456789"
"""Of what looks alike (B 8, G 6, I 1, O 0, S 5, Z 2) at most one, and no vowels, so that no words come about."""
LENGTH = 8
_DROPPED = str.maketrans("", "", " -‐‑‒–—\t\n\u00a0")
"""Spaces and hyphens of every kind."""


def fresh_code() -> str:
    """A new code, as it is shown: `XXXX-XXXX`."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return f"{drawn[: LENGTH // 2]}-{drawn[LENGTH // 2 :]}"


def plain_code(entered: str) -> str:
    """What was entered, without what doesn't count: case, spaces, hyphens."""
    return entered.translate(_DROPPED).upper()


def is_code(entered: str) -> bool:
    """Whether it could be a code at all."""
    plain = plain_code(entered)
    return len(plain) == LENGTH and all(letter in LETTERS for letter in plain)
