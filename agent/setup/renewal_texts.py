"""What `/status` and the console say of tokens that Slack doesn't renew."""

from collections.abc import Sequence

_CLIENT = frozenset({"invalid_client_id", "bad_client_secret"})


def unrenewed(troubles: Sequence[tuple[str, str]]) -> str:
    """A sentence about these installations (name, Slack's error code), once each; empty without any."""
    return " ".join(_one(name, error) for name, error in troubles)


def _one(name: str, error: str) -> str:
    what = f"Slack doesn't renew the token of {name} ({error}):"
    if error in _CLIENT:
        return f"{what} check the Slack app's client id and secret."
    return f"{what} install the Slack app there again, from /_slack/."
