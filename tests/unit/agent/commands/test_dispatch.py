import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from agent.slash.reply import Button, Reply, Visible, to_channel

Say = Callable[..., Awaitable[Reply]]
Press = Callable[..., Awaitable[Reply | None]]


async def broken(*_: object) -> None:
    raise RuntimeError("a promise of ours")


async def test_what_nobody_foresaw_is_answered_with_a_reference_that_the_log_has_too(
    say: Say, subscriptions: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "of", broken)

    with capture_logs() as logs:
        reply = await say("subscribe list")

    assert reply.visible is Visible.PERSON
    said = re.fullmatch(
        "Something went wrong on my side. Try again; if it happens again, tell whoever runs this app the reference "
        "`([0-9a-f]{8})`.",
        reply.text,
    )
    assert said is not None
    assert [(log["event"], log["reference"]) for log in logs] == [("reply failed", said[1])]


@pytest.mark.usefixtures("connected")
async def test_a_click_that_fails_is_answered_too(
    press: Press, subscriptions: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "undo", broken)

    with capture_logs():
        reply = await press(to_channel(buttons=(Button(text="Undo", action_id="undo", value="1"),)))

    assert reply is not None
    assert reply.text.startswith("Something went wrong on my side.")


async def test_a_button_that_nobody_knows_is_not_answered(press: Press) -> None:
    assert await press(to_channel(buttons=(Button(text="?", action_id="from a newer version"),))) is None
