"""The limits of Block Kit, each just met and just missed. Source of every figure: slack.md §13."""

from typing import Any

import pytest

from infra.sandbox.slack.block_rules import problems


def plain(characters: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": "x" * characters}


def mrkdwn(characters: int) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": "x" * characters}


def button(**fields: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(3), **fields}


def actions(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "elements": list(elements)}]


def select(count: int, *, kind: str = "static_select", label: int = 3, value: int = 3) -> dict[str, Any]:
    options = [{"text": plain(label), "value": "v" * value} for _ in range(count)]
    return {"type": kind, "options": options}


def confirm(title: int, text: int, yes: int) -> dict[str, Any]:
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(2)}


def field(element: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    return [{"type": "input", "label": plain(3), "element": element, **fields}]


def image(url: int, alt: int) -> list[dict[str, Any]]:
    return [{"type": "image", "image_url": "u" * url, "alt_text": "a" * alt}]


LIMITS = [
    ("blocks of a message", [{"type": "divider"}] * 50, [{"type": "divider"}] * 51),
    (
        "section text",
        [{"type": "section", "text": mrkdwn(3000)}],
        [{"type": "section", "text": mrkdwn(3001)}],
    ),
    ("text is never empty", [{"type": "section", "text": mrkdwn(1)}], [{"type": "section", "text": mrkdwn(0)}]),
    ("a section says something", [{"type": "section", "text": plain(1)}], [{"type": "section"}]),
    (
        "fields",
        [{"type": "section", "fields": [mrkdwn(2000)] * 10}],
        [{"type": "section", "fields": [mrkdwn(1)] * 11}],
    ),
    (
        "field text",
        [{"type": "section", "fields": [mrkdwn(2000)]}],
        [{"type": "section", "fields": [mrkdwn(2001)]}],
    ),
    ("header", [{"type": "header", "text": plain(150)}], [{"type": "header", "text": plain(151)}]),
    ("a header is plain", [{"type": "header", "text": plain(1)}], [{"type": "header", "text": mrkdwn(1)}]),
    (
        "context elements",
        [{"type": "context", "elements": [mrkdwn(1)] * 10}],
        [{"type": "context", "elements": [mrkdwn(1)] * 11}],
    ),
    ("actions", actions(*[button()] * 25), actions(*[button()] * 26)),
    ("button text", actions(button(text=plain(75))), actions(button(text=plain(76)))),
    ("a button's text is plain", actions(button()), actions(button(text=mrkdwn(3)))),
    ("button value", actions(button(value="v" * 2000)), actions(button(value="v" * 2001))),
    ("button url", actions(button(url="u" * 3000)), actions(button(url="u" * 3001))),
    ("button style", actions(button(style="danger")), actions(button(style="loud"))),
    ("action_id", actions(button(action_id="a" * 255)), actions(button(action_id="a" * 256))),
    (
        "block_id",
        [{"type": "divider", "block_id": "b" * 255}],
        [{"type": "divider", "block_id": "b" * 256}],
    ),
    (
        "block_id is unique",
        [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "b"}],
        [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}],
    ),
    (
        "action_id is unique within a block",
        actions(button(action_id="a"), button(action_id="b")),
        actions(button(action_id="a"), button(action_id="a")),
    ),
    ("image url", image(3000, 1), image(3001, 1)),
    ("image alt text", image(1, 2000), image(1, 2001)),
    ("confirm title", actions(button(confirm=confirm(100, 1, 1))), actions(button(confirm=confirm(101, 1, 1)))),
    ("confirm text", actions(button(confirm=confirm(1, 300, 1))), actions(button(confirm=confirm(1, 301, 1)))),
    ("confirm button", actions(button(confirm=confirm(1, 1, 30))), actions(button(confirm=confirm(1, 1, 31)))),
    ("select options", actions(select(100)), actions(select(101))),
    ("a select has options", actions(select(1)), actions(select(0))),
    ("option text", actions(select(1, label=75)), actions(select(1, label=76))),
    ("option value", actions(select(1, value=75)), actions(select(1, value=76))),
    (
        "placeholder",
        actions({**select(1), "placeholder": plain(150)}),
        actions({**select(1), "placeholder": plain(151)}),
    ),
    ("overflow", actions(select(5, kind="overflow")), actions(select(6, kind="overflow"))),
    ("checkboxes", actions(select(10, kind="checkboxes")), actions(select(11, kind="checkboxes"))),
    ("radio buttons", actions(select(10, kind="radio_buttons")), actions(select(11, kind="radio_buttons"))),
    (
        "option groups",
        actions({"type": "static_select", "option_groups": [{"label": plain(1), **select(1)}] * 100}),
        actions({"type": "static_select", "option_groups": [{"label": plain(1), **select(1)}] * 101}),
    ),
    (
        "input label",
        field({"type": "plain_text_input"}, label=plain(2000)),
        field({"type": "plain_text_input"}, label=plain(2001)),
    ),
    (
        "input hint",
        field({"type": "plain_text_input"}, hint=plain(2000)),
        field({"type": "plain_text_input"}, hint=plain(2001)),
    ),
    (
        "plain_text_input max",
        field({"type": "plain_text_input", "max_length": 3000}),
        field({"type": "plain_text_input", "max_length": 3001}),
    ),
    ("a button is no input", field({"type": "plain_text_input"}), field(button())),
    ("an input box is no action", actions(button()), actions({"type": "plain_text_input"})),
    ("table rows", [{"type": "table", "rows": [[{}]] * 100}], [{"type": "table", "rows": [[{}]] * 101}]),
    ("table cells", [{"type": "table", "rows": [[{}] * 20]}], [{"type": "table", "rows": [[{}] * 21]}]),
    ("markdown", [{"type": "markdown", "text": "x" * 12_000}], [{"type": "markdown", "text": "x" * 12_001}]),
]


@pytest.mark.parametrize(("met", "missed"), [row[1:] for row in LIMITS], ids=[row[0] for row in LIMITS])
def test_a_limit_is_kept_to_the_character(met: list[dict[str, Any]], missed: list[dict[str, Any]]) -> None:
    assert problems(met, surface="message") == []
    assert len(problems(missed, surface="message")) == 1


def test_a_view_has_a_hundred_blocks_and_no_markdown() -> None:
    divider = {"type": "divider"}

    assert problems([divider] * 100, surface="view") == []
    assert problems([divider] * 101, surface="view")
    assert problems([{"type": "markdown", "text": "x"}], surface="view")


def test_blocks_inside_attachments_and_what_is_no_block_are_named_by_place() -> None:
    (found,) = problems(["text"], surface="message", at="/attachments/0/blocks")

    assert found.endswith("[json-pointer:/attachments/0/blocks/0/type]")
