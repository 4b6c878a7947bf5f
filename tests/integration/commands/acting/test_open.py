from typing import Any

from infra.sandbox.ghes.faults import ServerError
from infra.sandbox.ghes.happen.issues import ensure_label
from infra.sandbox.ghes.things import Label
from infra.sandbox.slack import people


async def test_an_issue_is_opened_in_the_name_of_who_filled_in_the_form(desk: Any) -> None:
    view = await desk.form("open acme/docs")

    answer = await desk.submitted(view, Title="The door squeaks", Description="Since *Monday*.")

    [issue] = desk.issues("acme/docs")
    assert (issue.title, issue.body, issue.user.login) == ("The door squeaks", "Since *Monday*.", "ada")
    assert answer.text.startswith("Opened <")
    assert "acme/docs#1 The door squeaks" in answer.text
    assert await desk.noted() == [("ada", "open", "acme/docs#1", "done")]


async def test_the_card_of_a_new_issue_is_posted_where_it_was_opened_and_only_once(rig: Any, desk: Any) -> None:
    await rig.said("subscribe acme/docs issues")
    view = await desk.form("open acme/docs")

    await desk.submitted(view, Title="The door squeaks")
    await rig.ghes.delivered()
    await rig.passes(5)

    assert [text for text in rig.cards() if "The door squeaks" in text] == rig.cards()
    assert len(rig.cards()) == 1


async def test_the_repository_last_used_in_the_channel_is_preset(desk: Any) -> None:
    await desk.submitted(await desk.form("open acme/api"), Title="One")

    view = await desk.form("open")
    await desk.submitted(view, Title="Two")

    assert [each.title for each in desk.issues("acme/api")] == ["One", "Two"]


async def test_repositories_are_found_by_typing_those_with_the_app_and_any_other_by_its_whole_name(desk: Any) -> None:
    view = await desk.form("open")

    mine = await desk.options(view, "Repository", "DOC")
    other = await desk.options(view, "Repository", "globex/site")
    hidden = await desk.options(view, "Repository", "globex/secret")

    assert [each["value"] for each in mine] == ["acme/docs"]
    assert [each["value"] for each in other] == ["globex/site"]
    assert hidden == []


async def test_another_repository_may_be_chosen_and_what_was_typed_stays(rig: Any, desk: Any) -> None:
    view = await desk.form("open acme/docs")
    [api] = await desk.options(view, "Repository", "api")

    people.click_in_view(rig.slack, view.view_id, "Repository", value=api, values={"Title": "The door squeaks"})
    changed = await desk.shown()
    labels = await desk.options(changed, "Labels", "bug")
    await desk.submitted(changed)

    assert [each["value"] for each in labels] == ["bug"]
    assert [each.title for each in desk.issues("acme/api")] == ["The door squeaks"]
    assert desk.issues("acme/docs") == []


async def test_labels_people_and_a_milestone_of_the_repository_are_put_on_it(desk: Any) -> None:
    view = await desk.form("open acme/api")
    labels = await desk.options(view, "Labels")
    [linus] = await desk.options(view, "Assignees", "lin")
    [milestone] = await desk.options(view, "Milestone", "1")

    await desk.submitted(view, Title="One", Labels=labels[:2], Assignees=[linus], Milestone=milestone)

    [issue] = desk.issues("acme/api")
    assert [each.name for each in issue.labels] == [each["value"] for each in labels[:2]]
    assert [each.login for each in issue.assignees] == ["linus"]
    assert issue.milestone.title == "1.0"


async def test_what_ghes_left_out_for_want_of_rights_is_said(desk: Any) -> None:
    await desk.link("mona", "outsider")
    view = await desk.form("open acme/docs")
    [bug] = await desk.options(view, "Labels", "bug")

    answer = await desk.submitted(view, Title="One", Labels=[bug])

    assert "left out its labels" in answer.text


async def test_of_two_thousand_labels_the_right_one_is_found(rig: Any, desk: Any) -> None:
    api = rig.ghes.repository("acme/api")
    for number in range(2000):
        name = f"area-{number:04}"
        api.labels[name] = Label(id=rig.ghes.next_id(), name=name)
    view = await desk.form("open acme/api")

    some = await desk.options(view, "Labels", "area")
    [one] = await desk.options(view, "Labels", "area-1999")

    assert len(some) == 100
    assert one["value"] == "area-1999"


async def test_with_issues_turned_off_the_words_are_kept_and_the_form_opens_again(rig: Any, desk: Any) -> None:
    view = await desk.form("open acme/api")
    rig.ghes.repository("acme/api").has_issues = False

    refusal = await desk.submitted(view, Title="One", Description="Two")
    await desk.press(refusal, "Try again")
    again = await desk.shown()
    rig.ghes.repository("acme/api").has_issues = True
    await desk.submitted(again)

    assert "issues are turned off" in refusal.text
    assert [(each.title, each.body) for each in desk.issues("acme/api")] == [("One", "Two")]


async def test_a_repository_that_is_not_there_is_said_so_in_the_form(desk: Any) -> None:
    view = await desk.form("open acme/nothing")

    assert "There is no repository" in str(view.body["blocks"])


async def test_a_blank_title_is_refused_at_its_field(rig: Any, desk: Any) -> None:
    view = await desk.form("open acme/api")

    sent = desk.submit(view, Title="   ")
    await rig.answered()

    assert sent.answer["errors"] == {"issue_title": "Give the issue a title."}
    assert desk.issues("acme/api") == []


async def test_arguments_that_are_no_repository_are_pointed_at(desk: Any) -> None:
    view = await desk.form("open acme/api acme/docs")

    assert "Name one repository" in str(view.body["blocks"])


async def test_labels_are_those_of_the_repository_that_the_form_holds_at_the_moment(rig: Any, desk: Any) -> None:
    ensure_label(rig.ghes, rig.ghes.repository("acme/docs"), "typo", by=rig.ghes.account("ada"))
    view = await desk.form("open acme/api")
    [docs] = await desk.options(view, "Repository", "docs")

    preset = await desk.options(view, "Labels", "typo")
    chosen = await desk.options(view, "Labels", "typo", Repository=docs)

    assert preset == []
    assert [each["value"] for each in chosen] == ["typo"]


async def test_what_was_filled_in_waits_for_the_sign_in_that_had_ended_meanwhile(rig: Any, desk: Any) -> None:
    view = await desk.form("open acme/api")
    rig.ghes.user_tokens.clear()

    offer = await desk.submitted(view, Title="One", Description="Two")
    before = len(desk.issues())
    await desk.link("mona", "ada")
    await desk.resume("mona")

    assert "no longer accepts your sign-in" in offer.text
    assert before == 0
    assert [(each.title, each.body) for each in desk.issues()] == [("One", "Two")]
    assert rig.seen()[-1].text.startswith("Opened <")


async def test_words_of_somebody_who_cannot_be_asked_about_are_kept(rig: Any, desk: Any) -> None:
    view = await desk.form("open acme/api")
    rig.ghes.faults.append(ServerError(method="GET", path="/repos/acme/api", times=99))

    refusal = await desk.submitted(view, Title="One", Description="Two")
    rig.ghes.faults.clear()
    await desk.press(refusal, "Try again")
    await desk.submitted(await desk.shown())

    assert "I couldn't open the issue" in refusal.text
    assert [(each.title, each.body) for each in desk.issues()] == [("One", "Two")]
