"""Who gets what of a repository that is private, or becomes it, or moves; through the real intake, in memory."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, insert, select, update
from sqlalchemy.pool import StaticPool

from agent.card_table import load
from agent.store.intake import Incoming, Intake, Recorded
from agent.store.people_tables import people, sponsors
from agent.store.schema import metadata
from agent.store.tables import addresses, repositories, subscriptions
from agent.subscriptions.subscription import PLAIN, Scope, Wants, encode
from shared.event import label

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
REPOSITORY = {
    "id": 42,
    "full_name": "octo/shop",
    "name": "shop",
    "owner": {"id": 7, "login": "octo"},
    "visibility": "internal",
    "updated_at": "2026-11-25T08:00:00Z",
}


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A store in which channel 1 wants the issues of octo/shop, and channel 2 those of all that octo owns."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as opened:
        metadata.create_all(opened)
        opened.execute(insert(addresses), [{"id": n, "team_id": "T1", "channel_id": f"C{n}"} for n in (1, 2)])
        opened.execute(
            insert(subscriptions),
            [
                {
                    "address_id": address_id,
                    "scope": scope,
                    "target_id": target_id,
                    "target": "octo",
                    "wants": encode(Wants(features={"issues": PLAIN})),
                    "created_by": "U1",
                    "created_at": 0.0,
                }
                for address_id, scope, target_id in ((1, Scope.REPO, 42), (2, Scope.OWNER, 7))
            ],
        )
        yield opened
    engine.dispose()


@pytest.fixture
def take(connection: Connection) -> Callable[..., Recorded]:
    """Takes in an event, with these fields of its repository."""
    intake, numbers = Intake(load()[0]), count(1)

    def record(key: str, **repository: Any) -> Recorded:
        name, _, action = key.partition(".")
        number = next(numbers)
        payload = {"action": action, "repository": {**REPOSITORY, **repository}, "issue": {"number": number}}
        event = label(f"d{number}", name, payload, AT)
        return intake.record(connection, [Incoming(event=event, body=b"", source="webhook")])[0]

    return record


@pytest.mark.parametrize(
    ("fields", "queued"),
    [
        ({"visibility": "internal"}, 2),
        ({"visibility": "public"}, 2),
        ({"visibility": None, "private": False}, 2),
        ({"visibility": "private"}, 0),
        ({"visibility": None, "private": True}, 0),
        ({"visibility": None}, 0),
        ({"visibility": "secret"}, 0),
    ],
)
def test_a_private_repository_stays_silent_for_its_own_and_its_owners_subscriptions(
    take: Callable[..., Recorded], fields: dict[str, Any], queued: int
) -> None:
    recorded = take("issues.opened", **fields)

    assert recorded.queued == queued
    assert queued or recorded.fate == "the repository is private"


@pytest.mark.parametrize(
    ("user_id", "target_id", "paused_at", "queued"),
    [("U1", 42, None, 2), ("U9", 42, None, 0), ("U1", 43, None, 0), ("U1", 42, 1.0, 1)],
)
def test_a_private_repository_arrives_where_a_linked_person_sponsors_exactly_it(
    connection: Connection,
    take: Callable[..., Recorded],
    user_id: str,
    target_id: int,
    paused_at: float | None,
    queued: int,
) -> None:
    person = {"team_id": "T1", "user_id": "U1", "ghes_id": 1, "login": "mona", "access": b"", "linked_at": 0.0}
    connection.execute(insert(people), person)
    rows = [{"address_id": n, "scope": "repo", "target_id": target_id, "user_id": user_id} for n in (1, 2)]
    connection.execute(insert(sponsors), [row | {"checked_at": 0.0} for row in rows])
    connection.execute(update(subscriptions).where(subscriptions.c.address_id == 1).values(paused_at=paused_at))

    recorded = take("issues.opened", visibility="private")

    assert recorded.queued == queued


def test_a_repository_that_became_private_is_silent_from_then_on_and_open_again_when_it_is_public(
    take: Callable[..., Recorded],
) -> None:
    later, latest = "2026-11-25T08:30:00Z", "2026-11-25T08:45:00Z"

    queued = [
        take("issues.opened").queued,
        take("repository.privatized", visibility="private", updated_at=later).queued,
        take("issues.opened", visibility="private", updated_at=later).queued,
        take("issues.opened").queued,
        take("public", visibility="public", updated_at=latest).queued,
        take("issues.opened", visibility="public", updated_at=latest).queued,
    ]

    assert queued == [2, 0, 0, 0, 2, 2]


def test_an_event_without_the_repositorys_time_can_close_it_and_cannot_open_it(take: Callable[..., Recorded]) -> None:
    queued = [
        take("issues.opened").queued,
        take("issues.opened", visibility="private", updated_at=None).queued,
        take("issues.opened", visibility="public", updated_at=None).queued,
    ]

    assert queued == [2, 0, 0]


def test_a_repository_that_was_first_told_of_without_its_time_is_as_the_first_dated_event_says(
    take: Callable[..., Recorded],
) -> None:
    queued = [
        take("issues.opened", visibility="private", updated_at=None).queued,
        take("issues.opened", visibility="internal").queued,
    ]

    assert queued == [0, 2]


def test_a_transferred_repository_is_its_new_owners(connection: Connection, take: Callable[..., Recorded]) -> None:
    moved = {"owner": {"id": 8, "login": "acme"}, "full_name": "acme/shop", "updated_at": "2026-11-25T08:30:00Z"}

    assert take("issues.opened", **moved).queued == 1
    assert connection.execute(select(repositories.c.owner)).scalars().all() == ["acme"]
    assert connection.execute(select(subscriptions.c.target).where(subscriptions.c.address_id == 1)).scalar() == (
        "acme/shop"
    )
