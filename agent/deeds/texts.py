"""Comparing texts that went to GHES and came back."""


def same(one: str, other: str) -> bool:
    """Whether two texts are one to a reader: GHES's pages end lines with CR LF, Slack trims what is typed."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
