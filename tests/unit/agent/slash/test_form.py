from agent.slash.form import refilled, search, search_many, select, text_input, tick
from agent.slash.tables import Option
from agent.slash.view import View

ONE, TWO = Option(text="One", value="1"), Option(text="Two", value="2")


def _element(block: object, values: dict[str, tuple[str, ...]]) -> dict[str, object]:
    view = View(title="A form", blocks=[block], submit="Go")  # type: ignore[list-item]
    element: dict[str, object] = dict(refilled(view, values).blocks[0]["element"])
    return element


def test_what_was_typed_stands_in_its_field_again() -> None:
    field = text_input("a", "A", given="before")

    assert _element(field, {"a": ("after",)})["initial_value"] == "after"
    assert "initial_value" not in _element(field, {"a": ()})
    assert _element(field, {"b": ("after",)})["initial_value"] == "before"


def test_what_was_chosen_is_chosen_again() -> None:
    chosen = _element(select("a", "A", [ONE, TWO], given=ONE), {"a": ("2",)})
    ticked = _element(tick("a", "A", ONE), {"a": ("1",)})

    assert chosen["initial_option"] == {"text": {"type": "plain_text", "text": "Two"}, "value": "2"}
    assert ticked["initial_options"] == [{"text": {"type": "plain_text", "text": "One"}, "value": "1"}]


def test_a_choice_that_is_not_offered_any_more_is_left_out() -> None:
    assert "initial_option" not in _element(select("a", "A", [ONE]), {"a": ("3",)})


def test_what_was_searched_for_is_chosen_by_what_it_shows() -> None:
    one = _element(search("a", "A"), {"a": ("12 · v1.0",)})
    many = _element(search_many("a", "A"), {"a": ("bug", "ui")})

    assert one["initial_option"] == {"text": {"type": "plain_text", "text": "v1.0"}, "value": "12 · v1.0"}
    assert [each["value"] for each in many["initial_options"]] == ["bug", "ui"]  # type: ignore[attr-defined]
