"""What Slack's clients let a person enter, and what a form holds then. Source: slack.md §12-13."""

from typing import Any

import pytest

from infra.sandbox.slack.elements import chosen, state
from infra.sandbox.slack.filling import REQUIRED, NotSent
from infra.sandbox.slack.people import click, click_in_view, shortcut, submit, suggest
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.view_rules import check_view


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(name: str) -> dict[str, Any]:
    return {"text": plain(name), "value": name.lower()}


OPTIONS = [option("Bug"), option("Feature"), option("Chore")]


def field(name: str, kind: str, *, optional: bool = False, **fields: Any) -> dict[str, Any]:
    element = {"type": kind, "action_id": f"{name}_in", **fields}
    return {"type": "input", "block_id": name, "label": plain(name.title()), "element": element, "optional": optional}


def modal(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "modal", "title": plain("New issue"), "submit": plain("Create"), "blocks": list(blocks)}


async def opened(slack: Any, *blocks: dict[str, Any]) -> str:
    trigger = shortcut(slack.world, "acme", "mona", "x").payload["trigger_id"]
    body = await slack.call("views.open", trigger_id=trigger, view=modal(*blocks))
    assert body["ok"], body
    return str(body["view"]["id"])


async def test_what_was_not_touched_holds_its_initial_value(slack: Any) -> None:
    view_id = await opened(
        slack,
        field("title", "plain_text_input", initial_value="Broken"),
        field("kind", "static_select", options=OPTIONS, initial_option=OPTIONS[0]),
        field("labels", "multi_external_select", initial_options=OPTIONS[:2]),
        field("reason", "radio_buttons", options=OPTIONS, initial_option=OPTIONS[1]),
        field("who", "checkboxes", optional=True, options=OPTIONS),
        field("body", "plain_text_input", optional=True),
        field("due", "datetimepicker", optional=True, initial_date_time=1),
    )

    values = submit(slack.world, view_id, {"Reason": "Chore"}).payload["view"]["state"]["values"]

    assert {name: {k: v for k, v in held[f"{name}_in"].items() if k != "type"} for name, held in values.items()} == {
        "title": {"value": "Broken"},
        "kind": {"selected_option": OPTIONS[0]},
        "labels": {"selected_options": OPTIONS[:2]},
        "reason": {"selected_option": OPTIONS[2]},
        "who": {"selected_options": []},
        "body": {"value": None},
        "due": {"selected_date_time": 1},
    }


@pytest.mark.parametrize(
    ("block", "entered", "said"),
    [
        (field("a", "plain_text_input"), "", REQUIRED),
        (field("a", "plain_text_input"), None, REQUIRED),
        (field("a", "plain_text_input", min_length=3), "no", "Enter 3 characters or more."),
        (field("a", "plain_text_input", max_length=3), "long", "Enter 3 characters or fewer."),
        (field("a", "plain_text_input"), "x" * 3001, "Enter 3000 characters or fewer."),
        (field("a", "static_select", options=OPTIONS), None, REQUIRED),
        (field("a", "external_select"), None, REQUIRED),
        (field("a", "radio_buttons", options=OPTIONS), None, REQUIRED),
        (field("a", "checkboxes", options=OPTIONS), [], REQUIRED),
        (field("a", "multi_external_select"), [], REQUIRED),
        (
            field("a", "multi_static_select", options=OPTIONS, max_selected_items=1),
            ["Bug", "Chore"],
            "Choose 1 or fewer.",
        ),
        (field("a", "url_text_input"), "octo/repo", "Enter a link that begins with https://."),
        (field("a", "email_text_input"), "mona", "Enter an e-mail address."),
        (field("a", "number_input", is_decimal_allowed=False), "ten", "Enter a number."),
    ],
)
async def test_a_client_refuses_to_submit(slack: Any, block: dict[str, Any], entered: Any, said: str) -> None:
    view_id = await opened(slack, block)
    before = len(slack.world.line.deliveries)

    with pytest.raises(NotSent) as refused:
        submit(slack.world, view_id, {"A": entered})

    assert refused.value.errors == {"a": said}
    assert len(slack.world.line.deliveries) == before


async def test_optional_inputs_may_stay_empty_and_only_inputs_are_required(slack: Any) -> None:
    select = {"type": "static_select", "action_id": "s", "options": OPTIONS}
    view_id = await opened(
        slack,
        field("a", "plain_text_input", optional=True, min_length=3),
        {"type": "actions", "block_id": "b", "elements": [select]},
    )

    payload = submit(slack.world, view_id).payload

    assert payload["view"]["state"]["values"]["b"]["s"]["selected_option"] is None


@pytest.mark.parametrize("kind", ["static_select", "radio_buttons"])
def test_only_what_is_offered_can_be_chosen(kind: str) -> None:
    with pytest.raises(LookupError, match="no option is called"):
        chosen({"type": kind, "options": OPTIONS}, {"text": plain("Spam"), "value": "spam"})
    assert chosen({"type": kind, "options": OPTIONS}, OPTIONS[1]) == {"selected_option": OPTIONS[1]}


def test_two_inputs_of_the_same_name_are_told_apart_by_their_blocks() -> None:
    blocks = [
        {
            "type": "input",
            "block_id": one,
            "label": plain("Text"),
            "element": {"type": "plain_text_input", "action_id": "t"},
        }
        for one in ("a", "b")
    ]

    values = state(blocks, {"b/t": "second"})["values"]

    assert (values["a"]["t"]["value"], values["b"]["t"]["value"]) == (None, "second")


async def test_an_input_is_heard_of_only_when_it_dispatches(slack: Any) -> None:
    quiet, loud = field("a", "plain_text_input"), field("b", "plain_text_input") | {"dispatch_action": True}
    view_id = await opened(slack, quiet, loud)
    ts = await slack.post(blocks=[quiet])

    with pytest.raises(NotSent):
        click_in_view(slack.world, view_id, "A", value="x")
    with pytest.raises(NotSent):
        click(slack.world, "acme", "general", ts, "mona", "A", value="x")
    payload = click_in_view(slack.world, view_id, "B", value="x").payload

    assert payload["actions"][0]["value"] == "x"
    assert payload["view"]["state"]["values"]["b"]["b_in"]["value"] == "x"


async def test_an_error_may_name_the_block_by_the_id_that_slack_gave_it(slack: Any, connect: Any) -> None:
    unnamed = {name: value for name, value in field("a", "plain_text_input").items() if name != "block_id"}
    view_id = await opened(slack, unnamed)
    peer = await connect(slack)

    delivery = submit(slack.world, view_id, {"A": "x"})
    frame = await peer.frame()
    (given,) = (block["block_id"] for block in frame["payload"]["view"]["blocks"])
    await peer.acknowledge(frame, {"response_action": "errors", "errors": {given: "No."}})
    await delivery.finished()

    assert slack.world.complaints == []


async def test_a_modal_that_is_gone_cannot_be_submitted(slack: Any) -> None:
    first = await opened(slack, field("a", "plain_text_input"))
    await opened(slack, field("a", "plain_text_input"))

    with pytest.raises(LookupError, match="can't be submitted"):
        submit(slack.world, first, {"A": "x"})


async def test_options_are_asked_for_from_three_characters_unless_it_says_otherwise(slack: Any) -> None:
    quick = field("b", "external_select", min_query_length=0)
    view_id = await opened(slack, field("a", "external_select"), quick, field("c", "plain_text_input"))

    with pytest.raises(NotSent) as refused:
        suggest(slack.world, view_id, "A", "oc")
    with pytest.raises(NotSent):
        suggest(slack.world, view_id, "C", "octo")
    bare = suggest(slack.world, view_id, "B", "").payload
    filled = suggest(slack.world, view_id, "B", "", values={"C": "text"}).payload

    assert refused.value.errors == {"a": "Type 3 characters or more."}
    assert bare["view"]["state"] == {"values": {}}
    assert filled["view"]["state"]["values"]["c"]["c_in"]["value"] == "text"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"options": [option("x")] * 101},
        {"options": [{"text": plain("x" * 76), "value": "x"}]},
        {"options": [{"text": plain("x"), "value": "x" * 76}]},
        {"options": [{"text": plain("")}]},
        {"options": [], "option_groups": []},
        {"option_groups": [{"label": plain("x")}]},
    ],
)
async def test_options_that_slack_does_not_show_are_a_complaint(slack: Any, connect: Any, answer: Any) -> None:
    view_id = await opened(slack, field("a", "external_select"))
    peer = await connect(slack)

    delivery = suggest(slack.world, view_id, "A", "octo")
    await peer.acknowledge(await peer.frame(), answer)
    await delivery.finished()

    assert slack.world.complaints == ["the payload of an acknowledgement is refused: invalid_options"]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (
            field("a", "plain_text_input", initial_value="x" * 3000),
            field("a", "plain_text_input", initial_value="x" * 3001),
        ),
        (
            field("a", "plain_text_input", max_length=3, initial_value="xxx"),
            field("a", "plain_text_input", max_length=3, initial_value="xxxx"),
        ),
        (
            field("a", "plain_text_input", min_length=3, max_length=3),
            field("a", "plain_text_input", min_length=4, max_length=3),
        ),
        (
            field("a", "static_select", options=OPTIONS, initial_option=OPTIONS[0]),
            field("a", "static_select", options=OPTIONS, initial_option=option("Spam")),
        ),
        (
            field("a", "checkboxes", options=OPTIONS, initial_options=OPTIONS),
            field("a", "checkboxes", options=OPTIONS, initial_options=[option("Spam")]),
        ),
        (
            field("a", "external_select", initial_option=option("x" * 75)),
            field("a", "external_select", initial_option=option("x" * 76)),
        ),
        (field("a", "radio_buttons", options=OPTIONS), field("a", "radio_buttons", options=[{"text": plain("Bug")}])),
    ],
)
def test_what_inputs_begin_with_has_its_limits(good: dict[str, Any], bad: dict[str, Any]) -> None:
    check_view(modal(good), kinds=("modal",))

    with pytest.raises(Refused, match="invalid_arguments"):
        check_view(modal(bad), kinds=("modal",))
