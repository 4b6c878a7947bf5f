"""What goes wrong on demand. Append a fault to `World.faults`; it strikes the next `times` requests that it fits."""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True, kw_only=True)
class _Aim:
    """Which requests, and how many; `path` is a part of the path, an empty one fits all."""

    method: str = ""
    path: str = ""
    times: int = 1


@dataclass(slots=True, kw_only=True)
class ServerError(_Aim):
    """A 5xx before anything was done."""

    status: int = 502


@dataclass(slots=True, kw_only=True)
class Slow(_Aim):
    """The answer comes `seconds` later, by the world's clock."""

    seconds: float = 10


@dataclass(slots=True, kw_only=True)
class LostAfterWrite(_Aim):
    """The work is done, then the connection breaks without an answer."""


@dataclass(slots=True, kw_only=True)
class PrimaryLimit(_Aim):
    """403 (or 429) with `X-RateLimit-Remaining: 0`, until `reset_in_s` from now."""

    status: Literal[403, 429] = 403
    reset_in_s: int = 60


@dataclass(slots=True, kw_only=True)
class SecondaryLimit(_Aim):
    """403 or 429 with the text "secondary rate limit"; `retry_after_s` None leaves the header out."""

    status: Literal[403, 429] = 403
    retry_after_s: int | None = 60


Fault = ServerError | Slow | LostAfterWrite | PrimaryLimit | SecondaryLimit


def strike(faults: list[Fault], method: str, path: str) -> Fault | None:
    """Return the first fault that fits the request, and count it down; one that is used up leaves the list."""
    for fault in faults:
        if (not fault.method or fault.method == method) and fault.path in path:
            fault.times -= 1
            if fault.times <= 0:
                faults.remove(fault)
            return fault
    return None
