"""What is said before something unreadable is discarded: what it is, and who has to do what afterwards."""

from collections.abc import Iterator

from agent.store.departed import KEPT_DAYS
from agent.store.discarding import Lost

NAMED = 20
"""People who are named; of more their number is told."""


def lines(lost: Lost) -> Iterator[str]:
    """A line for each kind, after one about the key."""
    yield "None of the keys given (AGENT_SECRET_KEYS, or the key file beside the store) opens this:"
    if lost.settings:
        names = ", ".join(lost.settings)
        yield f"- stored settings: {names}. Enter them again, in the console or by `ghe-slack setup`."
    if lost.installations:
        yield (
            f"- tokens of workspaces: {', '.join(lost.installations)}. Nothing is posted there until the Slack app is "
            f"installed again, from /_slack/; after {KEPT_DAYS} days what is subscribed there is forgotten."
        )
    if lost.people:
        more = len(lost.people) - NAMED
        who = ", ".join(lost.people[:NAMED]) + (f" and {more} more" if more > 0 else "")
        yield (
            f"- linked accounts, {len(lost.people)}: {who}. They have to sign in again; private repositories that "
            "nobody else vouches for pause until somebody takes them over."
        )
    if lost.begun:
        yield f"- sign-ins that were just begun: {lost.begun}. They have to be begun again."
    yield "Everything else stays: subscriptions, threads, what waits to be posted, the audit log."
