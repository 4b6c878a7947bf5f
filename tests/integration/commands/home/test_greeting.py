"""The first words of the app."""

from typing import Any

from infra.sandbox.slack import people
from infra.sandbox.slack.faults import Down


def buttons_of(message: Any) -> list[str]:
    return [each["text"]["text"] for block in message.blocks for each in block.get("elements", ())]


async def test_who_opens_the_messages_is_greeted_once(tab: Any) -> None:
    await tab.opens("messages")
    await tab.opens("messages")

    [greeting] = tab.direct()
    assert "Connect your GitHub account" in greeting.text
    assert buttons_of(greeting) == ["Connect GitHub account", "Enter code"]


async def test_the_greeting_leads_to_a_link(tab: Any) -> None:
    await tab.opens("messages")
    [greeting] = tab.direct()

    people.click(tab.rig.slack, "acme", "dm-mona", greeting.ts, "mona", "Connect GitHub account")
    await tab.rig.answered()

    [_, offer] = tab.direct()
    assert "Press *Connect GitHub account* and go on in the browser" in offer.text


async def test_who_is_linked_is_not_greeted(tab: Any) -> None:
    await tab.links()

    await tab.opens("messages")

    assert tab.direct() == []


async def test_guests_and_strangers_are_not_greeted(tab: Any) -> None:
    for name in ("gus", "stella"):
        tab.name = name

        await tab.opens("messages")

        assert tab.direct() == []


async def test_a_restart_greets_nobody_again(tab: Any) -> None:
    await tab.opens("messages")
    await tab.rig.kill()
    await tab.rig.start()

    await tab.opens("messages")

    assert len(tab.direct()) == 1


async def test_who_could_not_be_greeted_is_greeted_the_next_time(tab: Any) -> None:
    tab.rig.slack.faults.add(Down(), method="conversations.open", times=None)
    await tab.opens("messages")
    tab.rig.slack.faults.clear()

    await tab.opens("messages")

    assert len(tab.direct()) == 1
