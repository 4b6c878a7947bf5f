"""The form *Edit* where the workspace isn't shown the text: nobody overwrites it with nothing."""

from collections.abc import Mapping
from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.slack import people
from shared.card import DataClass

TITLE, BODY = "zqname squeaks", "zqtext since Monday"
NOTES = {
    DataClass.FULL: "",
    DataClass.TITLE: "The description isn't shown in this workspace; leave it empty to keep it.",
    DataClass.LINK: "Title and description aren't shown in this workspace; leave empty what you want to keep.",
}


@pytest.fixture
async def edit(desk: Any, classify: Any) -> Any:
    """Opens the form of an issue in a workspace of this data class."""

    async def opened(data_class: DataClass) -> Any:
        await classify(data_class)
        desk.issue(TITLE, BODY)
        return await desk.pressed(await desk.card(), "Edit")

    return opened


def _presets(view: Any) -> list[str]:
    elements = [block["element"] for block in view.body["blocks"] if block["type"] == "input"]
    return [element["initial_value"] for element in elements if "initial_value" in element]


@pytest.mark.parametrize(
    ("data_class", "presets"), [(DataClass.FULL, [TITLE, BODY]), (DataClass.TITLE, [TITLE]), (DataClass.LINK, [])]
)
async def test_the_form_is_filled_with_what_the_workspace_is_shown_and_says_what_it_is_not(
    watched: Any, edit: Any, data_class: DataClass, presets: list[str]
) -> None:
    view = await edit(data_class)

    assert _presets(view) == presets
    assert watched.leaks(data_class) == []
    assert NOTES[data_class] in str(view.body["blocks"])
    assert ("shown in this workspace" in str(view.body["blocks"])) is bool(NOTES[data_class])


@pytest.mark.parametrize(
    ("data_class", "typed", "now"),
    [
        (DataClass.TITLE, {"Title": "New"}, ("New", BODY)),
        (DataClass.TITLE, {"Title": "New", "Description": "Words"}, ("New", "Words")),
        (DataClass.LINK, {"Title": "New"}, ("New", BODY)),
        (DataClass.LINK, {"Description": "Words"}, (TITLE, "Words")),
        (DataClass.FULL, {"Description": ""}, (TITLE, "")),
    ],
)
async def test_what_is_left_empty_stays_and_what_is_typed_is_saved(
    watched: Any, desk: Any, edit: Any, data_class: DataClass, typed: Mapping[str, str], now: tuple[str, str]
) -> None:
    view = await edit(data_class)

    said = await desk.sends(view, **typed)

    [issue] = desk.docs.issues.values()
    assert (issue.title, issue.body or "") == now
    assert said.startswith("Saved <")
    assert watched.leaks(data_class) == []


async def test_a_hidden_title_and_nothing_typed_is_told_in_the_form(desk: Any, edit: Any) -> None:
    view = await edit(DataClass.LINK)

    sent = people.submit(desk.rig.slack, view.view_id, {})
    await desk.rig.answered()

    assert sent.answer == {
        "response_action": "errors",
        "errors": {"edit_title": "Type a new title, or a new description."},
    }


@pytest.mark.parametrize("data_class", [DataClass.TITLE, DataClass.LINK])
async def test_a_hidden_description_that_changed_meanwhile_stays_as_it_is_then(
    watched: Any, desk: Any, edit: Any, data_class: DataClass
) -> None:
    view = await edit(data_class)
    [issue] = desk.docs.issues.values()
    happen.edit(desk.rig.ghes, desk.docs, issue, by=desk.people["ada"], body="zqtext since Sunday")

    await desk.sends(view, Title="New")

    assert (issue.title, issue.body) == ("New", "zqtext since Sunday")
    assert watched.leaks(data_class) == []


async def test_a_shown_title_that_changed_meanwhile_is_not_overwritten_and_shown_without_the_description(
    watched: Any, desk: Any, edit: Any
) -> None:
    view = await edit(DataClass.TITLE)
    [issue] = desk.docs.issues.values()
    happen.edit(desk.rig.ghes, desk.docs, issue, by=desk.people["ada"], title="zqname sings")

    said = await desk.sends(view, Title="New")

    assert issue.title == "zqname sings"
    assert "*zqname sings*" in said
    assert watched.leaks(DataClass.TITLE) == []


async def test_a_form_that_was_opened_before_the_class_was_lowered_tells_nothing_more(
    watched: Any, desk: Any, edit: Any, classify: Any
) -> None:
    view = await edit(DataClass.FULL)
    [issue] = desk.docs.issues.values()
    happen.edit(desk.rig.ghes, desk.docs, issue, by=desk.people["ada"], title="zqname sings", body="zqtext, anew")
    await classify(DataClass.LINK)
    watched.sent.clear()

    said = await desk.sends(view, Title="New", Description="Words")

    assert (issue.title, issue.body) == ("zqname sings", "zqtext, anew")
    assert "was changed while you were editing it, so nothing was saved." in said
    assert watched.leaks(DataClass.LINK) == []
