"""Token rotation: a bot token that ends after 12 hours, and refresh tokens that are worth a pair once (slack.md §16).

Two tokens of an installation are alive at once, so that whoever still has the former goes on with it; a third revokes
the oldest. A refresh token that was used can be used again for `GRACE_S`, for whoever lost the answer.
"""

from infra.sandbox.slack.app import Installation
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.world import World

LIFE_S = 43200
GRACE_S = 60
"""Slack names no figure; this one is ours."""
FORMER = 1


def begin(world: World, installation: Installation) -> None:
    """Give an installation a token that ends, and its refresh token.

    A token that ends goes on as the former one; one that held for good is revoked by it.
    """
    now = world.clock.now().timestamp()
    if installation.ends_at is not None:
        installation.former[installation.bot_token] = installation.ends_at
    for oldest in list(installation.former)[:-FORMER]:
        del installation.former[oldest]
    installation.bot_token = f"xoxe.xoxb-1-{world.new_id('sandbox')}"
    installation.refresh_token = f"xoxe-1-{world.new_id('sandbox')}"
    installation.ends_at = now + LIFE_S


def refresh(world: World, app_id: str, refresh_token: str) -> Installation:
    """Use a refresh token of an app up, for a new pair. Raises `Refused`."""
    now = world.clock.now().timestamp()
    for installation in world.installations():
        is_current = bool(refresh_token) and refresh_token == installation.refresh_token
        is_graced = installation.spent.get(refresh_token, 0.0) > now
        if installation.app_id == app_id and installation.token_error is None and (is_current or is_graced):
            if is_current:
                installation.spent[refresh_token] = now + GRACE_S
            begin(world, installation)
            return installation
    raise Refused("invalid_refresh_token")


def ended(world: World, installation: Installation, token: str) -> bool:
    """Whether this token of an installation has run out."""
    ends_at = installation.ends_at if token == installation.bot_token else installation.former.get(token)
    return ends_at is not None and world.clock.now().timestamp() >= ends_at
