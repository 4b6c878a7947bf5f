"""The device flow, where the App has it enabled."""

import re
from typing import Any

import pytest


@pytest.fixture
def devices(mona: Any) -> Any:
    """mona, on a GHES whose App has the device flow."""
    mona.rig.ghes.app.device_flow = True
    return mona


async def _typed_on_ghes(mona: Any, offer: Any, decision: str) -> None:
    """Open GHES's page by the button and enter the code that Slack shows."""
    [code] = re.findall(r"`(\w{4}-\w{4})`", offer.text)
    [url] = [element["url"] for block in offer.blocks for element in block.get("elements", ())]
    page = await mona.browser.open(url)
    await mona.browser.submit(page, user_code=code, person="ada", decision=decision)


async def _told(mona: Any) -> list[Any]:
    """What the person reads in their direct messages, a while later."""
    await mona.rig.passes(20, step_s=1)
    await mona.rig.answered()
    ims = [place for place in mona.rig.slack.team("acme").channels.values() if place.kind == "im"]
    return [each for place in ims for each in place.messages.values() if each.bot_id and not each.deleted]


async def test_the_person_enters_the_code_on_ghes_and_is_told_once_linked(devices: Any, noted: Any) -> None:
    offer = await devices.types("signin")
    await _typed_on_ghes(devices, offer, "authorize")

    [message] = await _told(devices)

    assert message.text.startswith(f"Success! <@{devices.slack_id}> is now connected to")
    assert [(login, action) for _, login, action, _ in await noted(devices)] == [("ada", "link")]
    assert [token.by_device for token in devices.rig.ghes.user_tokens.values()] == [True]


async def test_who_declines_on_ghes_is_told_and_can_begin_anew(devices: Any) -> None:
    offer = await devices.types("signin")
    await _typed_on_ghes(devices, offer, "cancel")

    [message] = await _told(devices)

    assert "You declined on GitHub Enterprise" in message.text
    assert devices.rig.ghes.user_tokens == {}


async def test_a_restart_goes_on_asking(devices: Any) -> None:
    offer = await devices.types("signin")
    await devices.rig.kill()
    await _typed_on_ghes(devices, offer, "authorize")
    await devices.rig.start()

    [message] = await _told(devices)

    assert message.text.startswith("Success!")


async def test_there_is_no_code_to_bring_back(devices: Any, buttons: Any) -> None:
    offer = await devices.types("signin")

    assert set(buttons(offer)) == {"Connect GitHub account"}
