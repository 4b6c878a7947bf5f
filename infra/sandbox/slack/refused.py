"""Slack says no."""

from typing import Any


class Refused(Exception):  # noqa: N818 - reads as what Slack did
    """`ok: false` with this code; `extra` are further fields of the answer, such as `needed` and `provided`."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra

    @classmethod
    def with_messages(cls, code: str, messages: list[str]) -> "Refused":
        """Return a refusal that says in `response_metadata.messages` what is wrong and where."""
        return cls(code, response_metadata={"messages": messages})
