"""What somebody has taken from the GitHub App at GHES: each command says it, and nothing is half done."""

from typing import Any

import pytest

from infra.sandbox.ghes import happen


@pytest.fixture
async def door(desk: Any) -> Any:
    """acme/api#1, opened by grace."""
    ghes = desk.rig.ghes
    return happen.open_issue(ghes, ghes.repository("acme/api"), by=ghes.account("grace"), title="The door squeaks")


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("level", ["read", "none"])
@pytest.mark.parametrize(("command", "state"), [("close acme/api#1", "open"), ("reopen acme/api#1", "closed")])
async def test_a_permission_that_was_withdrawn_is_said_with_the_way_to_it(
    rig: Any, door: Any, level: str, command: str, state: str
) -> None:
    door.state = state
    for name in ("issues", "pull_requests"):
        happen.change_permission(rig.ghes, rig.ghes.app, name, level)

    answer = await rig.said(command)

    assert door.state == state
    assert "the GitHub App isn't installed there, or it lacks a permission" in answer.text
    assert "Install GitHub App" in str(answer.blocks)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("close acme/api#1", "GitHub Enterprise no longer accepts your sign-in."),
        ("subscribe acme/api", "whoever runs it has to check GHES_APP_ID, GHES_PRIVATE_KEY and the clock."),
        ("subscribe acme", "whoever runs it has to check GHES_APP_ID, GHES_PRIVATE_KEY and the clock."),
    ],
)
async def test_an_app_that_was_deleted_is_said_and_nothing_is_changed(
    rig: Any, door: Any, command: str, says: str
) -> None:
    happen.delete_app(rig.ghes, rig.ghes.app)

    answer = await rig.said(command)

    assert says in answer.text
    assert door.state == "open"
    assert await rig.subscribed() == []
