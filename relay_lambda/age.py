"""How old a statement may be: it is signed once, and may wait for days in the queue and among the dead letters."""

from shared.signing import TOLERANCE_S

QUEUE_S = 4 * 86_400
"""How long the queue keeps a message."""
DEAD_LETTERS_S = 14 * 86_400
"""How long a dead letter is kept; it counts from when it became one."""
REDRIVEN_S = QUEUE_S + DEAD_LETTERS_S + QUEUE_S
"""The oldest that an operator can put back, and that waits in the queue once more."""


def is_too_old(signed_at: int, now: float, *, redriven: bool = False) -> bool:
    """Whether it was signed before anything that can still be on its way."""
    return now - signed_at > (REDRIVEN_S if redriven else QUEUE_S) + TOLERANCE_S


def is_from_the_future(signed_at: int, now: float) -> bool:
    """Whether no clock that is to be believed can have said so by now."""
    return signed_at - now > TOLERANCE_S
