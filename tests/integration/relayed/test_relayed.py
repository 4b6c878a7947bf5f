"""A workspace behind the relay: an event becomes a card there, and the agent knows what came of it."""

from typing import Any

from agent import workspace_list
from agent.store.workspace_rows import known
from shared.card import DataClass


async def test_an_event_arrives_as_a_card_by_way_of_the_relay_and_its_receipt_settles_it(relayed: Any) -> None:
    await relayed.opened()

    await relayed.until_stored({"delivered": 1})

    (card,) = relayed.cards
    assert "It leaks" in card.text
    assert [said.role for said in relayed.relay.said] == ["parent"]
    assert (await relayed.part())["ok"]
    assert (await relayed.part())["accepted"] == 0


async def test_a_relayed_workspace_without_a_data_class_of_its_own_has_the_settings(relayed: Any) -> None:
    await relayed.opened()
    await relayed.until(lambda: relayed.cards)

    assert await relayed.workspace() == ("relay", None, "title")
    assert all('\\"text\\"' not in body for body in relayed.front.switches.bodies)


async def test_later_events_find_the_card_that_the_relay_has_posted(relayed: Any) -> None:
    issue = await relayed.opened()
    await relayed.until_stored({"delivered": 1})

    await relayed.closed(issue)
    await relayed.until_stored({"delivered": 2})
    await relayed.until(lambda: any(said.role == "rewrite" for said in relayed.relay.said))

    card, *replies = relayed.cards
    assert [each.thread_ts for each in replies] == [card.ts]


async def test_the_relay_is_given_the_token_and_it_is_taken_back_when_the_workspace_leaves(relayed: Any) -> None:
    held = dict(relayed.relay.tokens)

    await relayed.relayed("direct")
    await relayed.until(lambda: not relayed.relay.tokens)
    await relayed.opened()
    await relayed.until(lambda: relayed.cards)

    assert held == {("agent-1", relayed.team_id): relayed.world.slack.team("acme").bot_token}
    assert relayed.relay.said == []
    assert await relayed.workspace() == ("direct", None, "full")


async def test_a_thread_stays_whole_when_its_workspace_goes_over_and_back(rig: Any) -> None:
    issue = await rig.opened()
    await rig.until_stored({"delivered": 1})
    await rig.relayed()
    await rig.closed(issue)
    await rig.until_stored({"delivered": 2})
    await rig.relayed("direct")
    await rig.closed(issue, again=True)
    await rig.until_stored({"delivered": 3})

    card, *replies = rig.cards
    assert [each.thread_ts for each in replies] == [card.ts] * 2
    assert [said.role for said in rig.relay.said if said.role != "rewrite"] == ["broadcast"]


async def test_a_workspace_goes_over_only_when_what_was_sent_is_settled(relayed: Any) -> None:
    relayed.carries = False
    await relayed.opened("first")
    await relayed.until_stored({"accepted": 1})
    await workspace_list.chosen(relayed.settings, relayed.team_id, transport="direct", clock=relayed.clock)
    await relayed.opened("second")
    await relayed.pass_(40)
    before = await relayed.states(), await relayed.workspace()

    relayed.carries = True
    await relayed.until_stored({"delivered": 2})

    assert before == ({"accepted": 1, "queued": 1}, ("relay", "direct", "title"))
    assert [said.thread_key is not None for said in relayed.relay.said] == [True]
    assert [card.text.count("first") for card in relayed.cards] == [1, 0]


async def test_the_console_and_the_list_say_where_a_workspace_goes_over_to(relayed: Any) -> None:
    await workspace_list.chosen(relayed.settings, relayed.team_id, data_class=DataClass.LINK, transport="direct")

    (found,) = await relayed._read(known)
    assert (found.transport_says, found.data_class) == ("relay, going over to direct", "link")
