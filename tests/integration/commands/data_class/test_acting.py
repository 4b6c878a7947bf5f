"""What people do with buttons, forms and commands, in every data class: no answer says more than it shows."""

from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.things import Environment
from infra.sandbox.slack import people
from shared.card import DataClass, Label

each_class = pytest.mark.parametrize("data_class", DataClass)


@each_class
async def test_closing_and_reopening(watched: Any, desk: Any, classify: Any, data_class: DataClass) -> None:
    await classify(data_class)
    desk.issue()
    card = await desk.card()

    for typed in ("close acme/docs#1", "close acme/docs#1", "reopen acme/docs#1", "reopen acme/docs#1"):
        await desk.rig.said(typed)
    said = await desk.sends(await desk.pressed(card, "Close"), Comment="Done.")
    commented = await desk.sends(await desk.pressed(card, "Comment"), Comment="It squeaks again.")

    assert watched.leaks(data_class) == []
    assert watched.said() == watched.shown(data_class)
    assert "acme/docs#1" in said
    assert "acme/docs#1" in commented


@each_class
async def test_opening_an_issue(watched: Any, desk: Any, classify: Any, data_class: DataClass) -> None:
    await classify(data_class)
    desk.rig.type("open acme/docs")
    view = await desk.form()

    offered = {label: await desk.offered(view, label) for label in ("Assignees", "Labels", "Milestone")}
    said = await desk.sends(view, Title="zqname drips", Description="zqtext")
    await desk.card()

    assert watched.leaks(data_class) == []
    assert all(bool(found) is (Label.TITLE in watched.shown(data_class)) for found in offered.values())
    assert ("aren't shown in this workspace" in str(view.body)) is (data_class is DataClass.LINK)
    assert "Opened <" in said
    assert "acme/docs#1" in said


@each_class
async def test_shortcuts(watched: Any, desk: Any, classify: Any, data_class: DataClass) -> None:
    await classify(data_class)
    desk.issue()
    message = people.say(desk.rig.slack, "acme", "general", "defunkt", "Oil it")

    people.message_shortcut(desk.rig.slack, "acme", "general", message.ts, "mona", "ghe_comment_from_message")
    recent = await desk.offered(await desk.form(), "Recent ones of yours")
    people.message_shortcut(desk.rig.slack, "acme", "general", message.ts, "mona", "ghe_issue_from_message")
    await desk.offered(await desk.form(), "Repository")

    assert watched.leaks(data_class) == []
    assert recent == ["acme/docs#1 zqname squeaks" if Label.TITLE in watched.shown(data_class) else "acme/docs#1"]


@each_class
async def test_running_a_workflow_again(watched: Any, desk: Any, classify: Any, data_class: DataClass) -> None:
    await classify(data_class)
    ghes, docs, ada = desk.rig.ghes, desk.docs, desk.people["ada"]
    run = happen.start_run(ghes, docs, by=ada, name="zqname")
    happen.finish_run(ghes, docs, run, "failure", by=ada)
    card = await desk.card("Re-run failed jobs")

    view = await desk.pressed(card, "Re-run failed jobs")
    said = await desk.sends(view)
    again = await desk.pressed(card, "Re-run all jobs")

    assert watched.leaks(data_class) == []
    assert watched.said() == watched.shown(data_class) - {Label.TEXT}
    assert "Running the failed jobs of <" in said
    assert "is running already" in str(again.body)


@each_class
async def test_answering_a_deployment(watched: Any, desk: Any, classify: Any, data_class: DataClass) -> None:
    await classify(data_class)
    ghes, docs, ada, grace = desk.rig.ghes, desk.docs, desk.people["ada"], desk.people["grace"]
    run = happen.start_run(ghes, docs, by=ada, name="zqname")
    happen.ask_for_approval(ghes, docs, run, Environment(id=77, name="zqname", reviewers=[grace]), by=ada)
    card = await desk.card("Approve")

    refused = await desk.pressed(card, "Approve", "mona")
    said = await desk.sends(await desk.pressed(card, "Approve", "defunkt"), "defunkt", Comment="Go.")

    assert watched.leaks(data_class) == []
    assert watched.said() == watched.shown(data_class) - {Label.TEXT}
    assert "you aren't one" in str(refused.body)
    assert "You approved the deployment of <" in said


@each_class
async def test_accounts_and_home(watched: Any, desk: Any, classify: Any, data_class: DataClass) -> None:
    await classify(data_class)
    slack, ghes, ada, grace = desk.rig.slack, desk.rig.ghes, desk.people["ada"], desk.people["grace"]
    desk.issue(assignees=[ada])
    pull = happen.open_pull(ghes, desk.docs, by=grace, title="zqname mends", head="zqname-head")
    happen.request_review(ghes, desk.docs, pull, ada, by=grace)

    people.open_home(slack, "acme", "mona")
    await desk.rig.answered()
    home = str(people.home_view(slack, "acme", "mona"))
    signed_in = await desk.rig.said("signin")
    signed_out = await desk.rig.said("signout")

    assert watched.leaks(data_class) == []
    assert "acme/docs#1" in home
    assert "You're connected" in signed_in.text
    assert "You're signed out" in signed_out.text
