"""Everything on the menu works, alone and after all that stands above it. ghes.md §8."""

import json

import pytest

from infra.sandbox.ghes.menu import ACTIONS
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World
from shared.event import label


@pytest.mark.parametrize("key", ACTIONS)
def test_every_action_fires_something_that_the_product_can_label(
    world: World, api: Repository, ada: Account, key: str
) -> None:
    ACTIONS[key].run(world, api, ada)

    fired = world.pending()
    assert fired
    for firing in fired:
        event = label(firing.guid, firing.event, json.loads(firing.body), world.now())
        assert event.key == firing.label()
        assert event.repository is None or event.repository.owner == "acme"


def test_one_can_go_down_the_whole_menu_twice(world: World, api: Repository, ada: Account) -> None:
    for _ in range(2):
        for key, action in ACTIONS.items():
            if key != "delete":
                action.run(world, api, ada)

    assert len(world.pending()) > 2 * len(ACTIONS)
