from collections.abc import Awaitable, Callable
from typing import Any

from agent.people.ports import Member, MemberKind
from agent.slash.click import Click
from agent.slash.dispatch import answer_to
from agent.slash.ports import Ports
from agent.slash.reply import Reply, Visible

Say = Callable[..., Awaitable[Reply]]


def _click(action_id: str, value: str) -> Click:
    return Click(
        id="3.4",
        action_id=action_id,
        value=value,
        team_id="T1",
        channel_id="C1",
        user_id="U1",
        response_url="https://hooks.slack.com/actions/1",
    )


async def test_the_panel_says_what_is_on_and_only_to_who_asked(say: Say) -> None:
    reply = await say("settings")

    assert reply.visible is Visible.PERSON
    assert "*Threading* is on" in reply.text
    assert [button.text for button in reply.buttons] == ["Turn threading off", "Turn rich previews off"]


async def test_a_button_changes_the_channel_and_the_panel(say: Say, channel_settings: Any, press: Any) -> None:
    panel = await say("settings")

    changed = await press(panel)

    assert changed.replaces
    assert "*Threading* is off" in changed.text
    assert [button.text for button in changed.buttons] == ["Turn threading on", "Turn rich previews off"]
    assert (await say("settings")).buttons[0].text == "Turn threading on"
    assert channel_settings.changes == ["U2"]


async def test_a_second_click_on_the_same_button_changes_nothing_more(
    say: Say, channel_settings: Any, press: Any
) -> None:
    panel = await say("settings")
    await press(panel)

    again = await press(panel)

    assert "*Threading* is off" in again.text
    assert channel_settings.changes == ["U2"]


async def test_previews_are_turned_off_by_themselves(ports: Ports) -> None:
    changed = await answer_to(_click("set_previews", "off"), ports)

    assert isinstance(changed, Reply)
    assert "*Rich previews* are off" in changed.text
    assert "*Threading* is on" in changed.text


async def test_a_value_that_no_panel_has_changes_nothing(ports: Ports, channel_settings: Any) -> None:
    shown = await answer_to(_click("set_threading", "perhaps"), ports)

    assert isinstance(shown, Reply)
    assert "*Threading* is on" in shown.text
    assert channel_settings.changes == []


async def test_guests_change_no_settings(say: Say, press: Any, members: Any) -> None:
    panel = await say("settings")
    members.named["U2"] = Member(kind=MemberKind.GUEST, name="Gus")

    refused = await press(panel, user="U2")

    assert "Guests" in refused.text
    assert "*Threading* is on" in (await say("settings")).text
