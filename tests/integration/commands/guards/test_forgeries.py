"""What somebody tries who means no good: others' buttons, others' workspaces, rights that are gone."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from agent.slash.button_values import APPROVE, CLOSE, COMMENT, EDIT, REOPEN, RERUN
from agent.slash.later import opened
from agent.slash.submission import Submission
from agent.slash.typed_kept import FORM_AGAIN
from agent.store.later import SqlLater
from agent.store.people_tables import allowances, sponsors
from agent.store.tables import subscriptions
from infra.sandbox.ghes import happen
from infra.sandbox.slack import people, workspace
from infra.sandbox.slack.population import add_channel, share_channel

VALUES = ("", "null", "[]", "{}", '{"r":"acme/api/../x","n":1,"k":"issue"}', '{"r":"../../x","n":1,"k":"issue"}')


@pytest.mark.parametrize("action", [COMMENT, EDIT, CLOSE, REOPEN, RERUN, APPROVE])
async def test_a_button_that_no_card_has_written_reaches_nothing(stages: Any, action: str) -> None:
    async with stages("owner") as stage:
        await stage.enter()
        await stage.look()

        for value in VALUES:
            await stage.forge(action, value)

        assert stage.outcome(done=False) == "stale"
        assert await stage.as_before("stale")


async def test_what_somebody_else_has_typed_into_a_form_is_theirs(stages: Any) -> None:
    async with stages("owner") as stage:
        await stage.enter()
        team_id, mona = stage.rig.slack.team("acme").team_id, stage.rig.slack.user("acme", "mona").user_id
        typed = Submission(
            id="V1",
            callback_id=COMMENT,
            team_id=team_id,
            channel_id="C1",
            user_id=mona,
            home_team_id=team_id,
            metadata={"value": '{"r":"acme/api","n":1,"k":"issue"}'},
            values={"comment_text": ("Between us.",)},
        )
        kept_id = await SqlLater(stage.rig.store, stage.rig.clock).keep(typed, opened(team_id, mona))
        await stage.look()

        await stage.forge(FORM_AGAIN, kept_id)

        assert stage.outcome(done=False) == "not yours"
        assert "Between us" not in stage.heard()


async def test_a_gesture_from_a_workspace_that_is_not_ours_does_nothing(stages: Any) -> None:
    async with stages("stranger") as stage:
        await stage.rig.said("subscribe acme/docs issues")
        await stage.enter()
        undo = stage.card("Undo").blocks[-1]["elements"][0]["value"]
        home = stage.rig.slack.user("acme", "stella").home_team_id
        await stage.look()

        await stage.forge("undo", undo, team={"id": home})

        assert stage.outcome(done=False) == "unknown"
        assert await stage.as_before("unknown")


async def test_the_same_channel_is_another_one_in_another_workspace(stages: Any) -> None:
    async with stages("stranger") as stage:
        slack = stage.rig.slack
        await stage.rig.said("subscribe acme/docs issues")
        await stage.enter()
        undo = stage.card("Undo").blocks[-1]["elements"][0]["value"]
        await stage.look()

        await stage.forge("undo", undo, user={"id": slack.user("acme", "mona").user_id}, channel={"id": "CELSEWHERE"})

        assert await stage.as_before("not undone")


async def test_a_stranger_who_leaves_a_shared_channel_leaves_ours(stages: Any) -> None:
    async with stages("stranger") as stage:
        slack = stage.rig.slack
        await stage.enter()
        asked = len(slack.calls)

        workspace.kick(slack, "acme", "general", "stella")
        await stage.rig.answered()

        assert ("conversations.members", slack.team("acme").team_id) in slack.calls[asked:]


async def test_a_user_of_whom_slack_knows_nothing_is_refused(stages: Any) -> None:
    async with stages("owner") as stage:
        await stage.enter()
        await stage.rig.said("subscribe acme/docs issues")
        undo = stage.card("Undo").blocks[-1]["elements"][0]["value"]
        await stage.look()

        await stage.forge("undo", undo, user={"id": "UNOBODY", "team_id": "TNOWHERE"})

        assert await stage.as_before("unknown")


async def test_undo_brings_back_nothing_private_without_somebody_who_may_read_it(stages: Any) -> None:
    async with stages("unlinked") as stage:
        rig = stage.rig
        await stage.enter()
        await rig.said("subscribe acme/api issues")
        ended = await rig.said("unsubscribe acme/api")
        rig.type("signout")
        await rig.answered()
        await rig.passes(3)

        await stage.press(ended, "Undo")
        await rig.passes(3)
        await rig.answered()
        await rig.issue("A secret", "acme/api")

        assert not await stage.rows(select(sponsors))
        assert not [text for text in rig.cards() if "A secret" in text]


async def test_undo_brings_nothing_private_into_a_channel_that_is_shared_by_now(stages: Any) -> None:
    async with stages("outsider") as stage:
        rig = stage.rig
        await stage.enter()
        await rig.said("subscribe acme/api issues")
        ended = await rig.said("unsubscribe acme/api")
        share_channel(rig.slack, "acme", "general", "TELSEWHERE")

        await stage.press(ended, "Undo")
        await rig.passes(3)
        await rig.answered()
        await rig.issue("A secret", "acme/api")

        assert "none of them is connected" in rig.seen("general", stage.name)[-1].text
        assert not await stage.rows(select(subscriptions))
        assert not [text for text in rig.cards() if "A secret" in text]


@pytest.mark.parametrize("named", ["acme/api", "acme"])
async def test_undo_in_a_shared_channel_goes_on_or_says_how(stages: Any, named: str) -> None:
    async with stages("owner") as stage:
        rig = stage.rig
        await stage.enter()
        await rig.said(f"subscribe {named} issues")
        ended = await rig.said(f"unsubscribe {named}")
        share_channel(rig.slack, "acme", "general", "TELSEWHERE")
        await stage.look()
        await stage.press(ended, "Undo", "mona")
        before = await stage.rows(select(subscriptions))

        if named == "acme/api":
            await stage.press(stage.card("Allow", "dm-ada"), "Allow")

        assert not before
        back = [each.target for each in await stage.rows(select(subscriptions.c.target))]
        assert back == (["acme/api"] if named == "acme/api" else [])
        said = rig.seen("general", "mona")[-1].text
        assert ("undid it" if named == "acme/api" else "so nothing was undone") in said


async def test_an_administrator_who_is_suspended_on_ghes_allows_nothing(stages: Any) -> None:
    async with stages("owner") as stage:
        rig = stage.rig
        share_channel(rig.slack, "acme", "general", "TELSEWHERE")
        await stage.enter()
        await rig.said("subscribe acme/api")
        rig.ghes.account("ada").suspended = True
        await stage.look()

        await stage.press(stage.card("Allow", "dm-ada"), "Allow")

        assert stage.outcome(done=False) == "suspended"
        assert [each.answer for each in await stage.rows(select(allowances))] == ["asked"]
        assert not await stage.rows(select(subscriptions))


async def test_a_writer_who_lost_the_right_while_a_form_stood_open_changes_nothing(stages: Any) -> None:
    async with stages("writer") as stage:
        ghes = stage.rig.ghes
        await stage.enter()
        api = ghes.repository("acme/api")
        happen.open_issue(ghes, api, by=ghes.account("grace"), title="The door squeaks")
        await stage.forge(EDIT, json.dumps({"r": "acme/api", "n": 1, "k": "issue"}))
        api.levels[ghes.account("linus").id] = "none"
        await stage.look()

        await stage.submit(Title="The gate squeaks")

        assert stage.outcome(done=False) == "hidden"
        assert await stage.as_before("hidden")


async def test_who_became_a_guest_while_a_form_stood_open_changes_nothing(stages: Any) -> None:
    async with stages("writer") as stage:
        rig, ghes, slack = stage.rig, stage.rig.ghes, stage.rig.slack
        await stage.enter()
        happen.open_issue(ghes, ghes.repository("acme/api"), by=ghes.account("grace"), title="The door squeaks")
        await stage.forge(CLOSE, json.dumps({"r": "acme/api", "n": 1, "k": "issue"}))
        slack.team("acme").users[stage.user_id] = replace(slack.user("acme", "ada"), is_restricted=True)
        await rig.passes(301, step_s=10)
        await stage.look()

        await stage.submit()

        assert stage.outcome(done=False) == "guest"
        assert await stage.as_before("guest")


async def test_a_card_shown_in_another_channel_closes_for_nobody_who_may_not(stages: Any) -> None:
    async with stages("reader") as stage:
        ghes, slack = stage.rig.ghes, stage.rig.slack
        await stage.enter()
        add_channel(slack, "acme", "side", members=["ada", "ghe"])
        happen.open_issue(ghes, ghes.repository("acme/api"), by=ghes.account("grace"), title="The door squeaks")
        people.say(slack, "acme", "side", "ada", "hello")
        await stage.look()

        await stage.forge(CLOSE, json.dumps({"r": "acme/api", "n": 1, "k": "issue"}))
        await stage.submit(Comment="")

        assert stage.outcome(done=False) == "not allowed"
        assert await stage.as_before("not allowed")
