"""Previews while Slack or GHES has trouble, and after a restart."""

from typing import Any

import pytest

from agent.previews.looking import READ_S
from infra.sandbox.ghes.faults import Slow
from infra.sandbox.slack import people
from infra.sandbox.slack.faults import AnswerLost, Down, Limited, RequestLost, Says
from infra.sandbox.slack.faults import Slow as SlowSlack

PATH = "acme/docs/issues/1"


@pytest.mark.parametrize(
    "fault",
    [Limited(retry_after_s=7), Says(error="fatal_error"), AnswerLost(), RequestLost(), Down(), SlowSlack(seconds=20)],
)
async def test_a_preview_that_slack_did_not_take_at_once_comes_a_little_later(sharing: Any, fault: Any) -> None:
    sharing.opened("acme/docs")
    sharing.rig.slack.faults.add(fault, method="chat.unfurl")

    shown = await sharing.shows(PATH)

    assert len(shown) == 1


async def test_a_slack_that_stays_away_is_left_alone_and_the_link_is_free_again(sharing: Any) -> None:
    sharing.opened("acme/docs")
    sharing.rig.slack.faults.add(Says(error="service_unavailable"), method="chat.unfurl", times=None)
    first = await sharing.shows(PATH)
    tries = sharing.rig.called().count("chat.unfurl")
    sharing.rig.slack.faults.clear()

    second = await sharing.shows(PATH)

    assert (len(first), tries, len(second)) == (0, 3, 1)


async def test_a_ghes_that_is_slow_about_one_link_holds_up_no_other(sharing: Any) -> None:
    sharing.opened("acme/docs")
    sharing.opened("acme/shared")
    sharing.rig.ghes.faults.append(Slow(path="/repos/acme/shared", seconds=60))
    said = people.say(
        sharing.rig.slack, "acme", "general", "mona", f"{sharing.url(PATH)} {sharing.url('acme/shared/issues/1')}"
    )

    took_s = await sharing.rig.answered()

    assert list(sharing.again(said).unfurls) == [sharing.url(PATH)]
    assert took_s <= READ_S + 1


async def test_a_preview_survives_a_kill(sharing: Any) -> None:
    sharing.opened("acme/docs")
    sharing.rig.ghes.faults.append(Slow(path="/repos/acme/docs", seconds=60))
    said = people.say(sharing.rig.slack, "acme", "general", "mona", sharing.url(PATH))
    await sharing.rig.passes(1)

    await sharing.rig.kill()
    await sharing.rig.start()
    await sharing.rig.answered(120)

    assert list(sharing.again(said).unfurls) == [sharing.url(PATH)]


async def test_a_prompt_in_a_thread_stands_in_the_thread(sharing: Any) -> None:
    sharing.opened("acme/api")
    root = people.say(sharing.rig.slack, "acme", "general", "mona", "Look at this.")

    await sharing.say(sharing.url("acme/api/issues/1"), thread_ts=root.ts)

    assert [each.thread_ts for each in sharing.prompts()] == [root.ts]


async def test_a_sign_in_that_ghes_no_longer_takes_counts_as_none(sharing: Any) -> None:
    sharing.opened("acme/api")
    sharing.rig.ghes.user_tokens.clear()

    shown = await sharing.shows("acme/api/issues/1")

    assert shown == []
    assert ["Connect your account" in each.text for each in sharing.prompts()] == [True]


async def test_the_buttons_of_a_preview_act_for_whoever_presses_them(sharing: Any) -> None:
    issue = sharing.opened("acme/docs")
    said = await sharing.say(sharing.url(PATH))

    sharing.rig.click(said, "Comment")
    await sharing.rig.answered()

    view = people.open_view(sharing.rig.slack, "acme", "mona")
    assert view is not None
    people.submit(sharing.rig.slack, view.view_id, {"Comment": "I see it too."})
    await sharing.rig.answered()
    assert [each.body for each in issue.comments] == ["I see it too."]
