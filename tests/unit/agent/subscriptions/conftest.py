from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.subscriptions.subscription import FeatureValue, Scope, Subscription, Target, Wants
from shared.address import Address
from shared.event import Event, label

_AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
_REPOSITORY = {
    "id": 42,
    "full_name": "octo/shop",
    "name": "shop",
    "owner": {"id": 7, "login": "octo"},
    "default_branch": "main",
    "visibility": "internal",
}


@pytest.fixture
def event() -> Callable[[str, Mapping[str, Any]], Event]:
    """An event of octo/shop, whose default branch is main."""
    return lambda name, payload: label("d1", name, {"repository": _REPOSITORY, **payload}, _AT)


@pytest.fixture
def subscription() -> Callable[..., Subscription]:
    """A subscription to octo/shop with these features, and these groups of labels."""

    def made(features: Mapping[str, FeatureValue], *labels: tuple[str, ...]) -> Subscription:
        return Subscription(
            id=1,
            address=Address(team_id="T1", channel_id="C1"),
            target=Target(scope=Scope.REPO, id=42, name="octo/shop"),
            wants=Wants(features=features, labels=labels),
            created_by="U1",
            created_at=_AT,
        )

    return made
