from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.faults import LostAfterWrite
from infra.sandbox.slack import people


@pytest.fixture
async def card(here: Any) -> Any:
    """The card of acme/docs#1 in general; opened by ada."""
    await here.issue("The door squeaks", body="Since Monday.")
    [found] = [each for each in here.slack.channel("acme", "general").messages.values() if each.metadata]
    return found


@pytest.fixture
def press(rig: Any, desk: Any, card: Any) -> Any:
    """Press a button of the card; the form that opens."""

    async def pressed(button: str, user: str = "defunkt") -> Any:
        rig.click(card, button, user)
        return await desk.shown(user)

    return pressed


async def test_a_comment_is_written_as_who_wrote_it(desk: Any, press: Any) -> None:
    view = await press("Comment")

    answer = await desk.submitted(view, user="defunkt", Comment="Oil it.")

    [comment] = desk.issues("acme/docs")[0].comments
    assert (comment.body, comment.user.login) == ("Oil it.", "grace")
    assert answer.text.startswith("You <")


async def test_a_comment_refused_is_not_lost(rig: Any, desk: Any, press: Any) -> None:
    view = await press("Comment")
    desk.issues("acme/docs")[0].locked = True
    rig.ghes.repository("acme/docs").levels[rig.ghes.account("grace").id] = "read"
    refusal = await desk.submitted(view, user="defunkt", Comment="Oil it.")

    await desk.press(refusal, "Try again", user="defunkt")

    again = await desk.shown("defunkt")
    assert "I couldn't comment" in refusal.text
    assert "'initial_value': 'Oil it.'" in str(again.body["blocks"])
    desk.issues("acme/docs")[0].locked = False
    await desk.submitted(again, user="defunkt")
    assert [each.body for each in desk.issues("acme/docs")[0].comments] == ["Oil it."]


async def test_closing_asks_for_the_reason_and_comments_first(desk: Any, press: Any) -> None:
    view = await press("Close")

    answer = await desk.submitted(view, user="defunkt", Reason="Not planned", Comment="It doesn't.")

    [issue] = desk.issues("acme/docs")
    assert (issue.state, issue.state_reason, issue.closed_by.login) == ("closed", "not_planned", "grace")
    assert [each.body for each in issue.comments] == ["It doesn't."]
    assert answer.text.endswith("as not planned.")
    assert [each[1] for each in await desk.noted()][-2:] == ["comment", "close"]


async def test_what_somebody_closed_meanwhile_gets_the_comment_and_is_said_to_be_closed(
    rig: Any, desk: Any, press: Any
) -> None:
    view = await press("Close")
    [issue] = desk.issues("acme/docs")
    happen.close(rig.ghes, rig.ghes.repository("acme/docs"), issue, by=rig.ghes.account("ada"))

    answer = await desk.submitted(view, user="defunkt", Comment="It doesn't.")

    assert [each.body for each in issue.comments] == ["It doesn't."]
    assert issue.closed_by.login == "ada"
    assert "You <" in answer.text
    assert "is closed already, so nothing was changed" in answer.text


async def test_who_may_comment_and_not_close_is_told_both(rig: Any, desk: Any, press: Any) -> None:
    view = await press("Close")
    rig.ghes.repository("acme/docs").levels[rig.ghes.account("grace").id] = "read"

    answer = await desk.submitted(view, user="defunkt", Comment="It doesn't.")

    [issue] = desk.issues("acme/docs")
    assert [each.body for each in issue.comments] == ["It doesn't."]
    assert issue.state == "open"
    assert "You <" in answer.text
    assert "I couldn't close" in answer.text


async def test_close_on_a_closed_issue_says_so_in_the_form_and_the_card_is_set_right(
    rig: Any, desk: Any, card: Any, press: Any
) -> None:
    [issue] = desk.issues("acme/docs")
    rig.ghes.app.hook.url = "http://127.0.0.1:9/gone"
    happen.close(rig.ghes, rig.ghes.repository("acme/docs"), issue, by=rig.ghes.account("ada"))
    await rig.ghes.delivered()

    view = await press("Close")
    await rig.passes(3)

    assert "is closed already" in str(view.body["blocks"])
    now = rig.slack.channel("acme", "general").messages[card.ts]
    assert "Reopen" in str(now.attachments)
    assert "'Close'" not in str(now.attachments)


async def test_reopen_is_done_at_once(rig: Any, desk: Any, card: Any) -> None:
    [issue] = desk.issues("acme/docs")
    happen.close(rig.ghes, rig.ghes.repository("acme/docs"), issue, by=rig.ghes.account("ada"))
    await rig.ghes.delivered()
    await rig.passes(3)
    now = rig.slack.channel("acme", "general").messages[card.ts]

    [answer] = await desk.press(now, "Reopen", user="defunkt")

    assert issue.state == "open"
    assert answer.text.startswith("Reopened <")


async def test_title_and_description_are_edited(desk: Any, press: Any) -> None:
    view = await press("Edit")

    answer = await desk.submitted(view, user="defunkt", Title="The gate squeaks")

    [issue] = desk.issues("acme/docs")
    assert (issue.title, issue.body) == ("The gate squeaks", "Since Monday.")
    assert answer.text.startswith("Saved <")


async def test_what_was_changed_meanwhile_is_shown_and_nothing_is_overwritten(rig: Any, desk: Any, press: Any) -> None:
    view = await press("Edit")
    [issue] = desk.issues("acme/docs")
    docs, ada = rig.ghes.repository("acme/docs"), rig.ghes.account("ada")
    happen.edit(rig.ghes, docs, issue, by=ada, title="The door sings", body="Since Sunday.")

    answer = await desk.submitted(view, user="defunkt", Title="The gate squeaks")

    assert issue.title == "The door sings"
    assert "was changed while you were editing it" in answer.text
    assert "The door sings" in answer.text
    assert "Since Sunday." in answer.text
    await desk.press(answer, "Try again", user="defunkt")
    again = await desk.shown("defunkt")
    assert "'initial_value': 'The gate squeaks'" in str(again.body["blocks"])
    await desk.submitted(again, user="defunkt")
    assert issue.title == "The gate squeaks"


async def test_a_comment_meanwhile_does_not_stand_in_the_way_of_an_edit(rig: Any, desk: Any, press: Any) -> None:
    view = await press("Edit")
    [issue] = desk.issues("acme/docs")
    happen.comment(rig.ghes, rig.ghes.repository("acme/docs"), issue, by=rig.ghes.account("ada"), body="Me too.")

    await desk.submitted(view, user="defunkt", Title="The gate squeaks")

    assert issue.title == "The gate squeaks"


async def test_a_description_too_long_for_a_form_is_never_cut(desk: Any, press: Any) -> None:
    [issue] = desk.issues("acme/docs")
    issue.body = "squeak " * 10_000

    view = await press("Edit")
    await desk.submitted(view, user="defunkt", Title="The gate squeaks")

    assert "70,000 characters" in str(view.body["blocks"])
    assert (issue.title, issue.body) == ("The gate squeaks", "squeak " * 10_000)


async def test_reopen_pressed_twice_is_done_once(rig: Any, desk: Any, card: Any) -> None:
    [issue] = desk.issues("acme/docs")
    happen.close(rig.ghes, rig.ghes.repository("acme/docs"), issue, by=rig.ghes.account("ada"))
    await rig.ghes.delivered()
    await rig.passes(3)
    now = rig.slack.channel("acme", "general").messages[card.ts]

    first, second = rig.click(now, "Reopen", "defunkt"), rig.click(now, "Reopen", "defunkt")
    await rig.answered()

    assert first.settled.is_set()
    assert second.settled.is_set()
    said = [each.text for each in rig.seen(user="defunkt")]
    assert [text.startswith("Reopened <") for text in said] == [False, True, False]
    assert "is open already" in said[-1]


async def test_a_guest_acts_on_nothing(rig: Any, desk: Any) -> None:
    await desk.link("gus", "linus")
    await rig.said("subscribe acme/docs issues", "partners")
    await rig.issue("The door squeaks")
    [card] = [each for each in rig.slack.channel("acme", "partners").messages.values() if each.metadata]

    people.click(rig.slack, "acme", "partners", card.ts, "gus", "Comment")
    view = await desk.shown("gus")

    assert "Guests of this workspace can't do that" in str(view.body["blocks"])


async def test_a_comment_whose_answer_is_lost_is_looked_up(rig: Any, desk: Any, press: Any) -> None:
    view = await press("Comment")
    rig.ghes.faults.append(LostAfterWrite(method="POST", path="/comments"))

    answer = await desk.submitted(view, user="defunkt", Comment="Oil it.")

    assert [each.body for each in desk.issues("acme/docs")[0].comments] == ["Oil it."]
    assert answer.text.startswith("You <")


async def test_an_edit_whose_answer_is_lost_is_looked_up(rig: Any, desk: Any, press: Any) -> None:
    view = await press("Edit")
    rig.ghes.faults.append(LostAfterWrite(method="PATCH"))

    answer = await desk.submitted(view, user="defunkt", Title="The gate squeaks")

    assert answer.text.startswith("Saved <")


async def test_a_command_on_what_is_closed_already_sets_the_card_right(rig: Any, desk: Any, card: Any) -> None:
    [issue] = desk.issues("acme/docs")
    rig.ghes.app.hook.url = "http://127.0.0.1:9/gone"
    happen.close(rig.ghes, rig.ghes.repository("acme/docs"), issue, by=rig.ghes.account("ada"))
    await rig.ghes.delivered()

    await rig.said("close acme/docs#1")
    await rig.passes(3)

    assert "Reopen" in str(rig.slack.channel("acme", "general").messages[card.ts].attachments)


async def test_words_whose_sender_must_sign_in_first_wait_for_that_and_are_not_asked_for_again(
    rig: Any, desk: Any, press: Any
) -> None:
    view = await press("Comment")
    rig.ghes.user_tokens.clear()

    offer = await desk.submitted(view, user="defunkt", Comment="Oil it.")

    assert "Connect GitHub account" in str(offer.blocks)
    assert "Try again" not in str(offer.blocks)
