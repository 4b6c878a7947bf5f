import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.deeds.things import Numbered, Run, Waiting
from agent.slash.button_values import numbered, run, waiting, written

ISSUE = Numbered(repository="octo/shop", number=12, is_pull=False)
PULL = Numbered(repository="octo/shop", number=13, is_pull=True)
RUN = Run(repository="octo/shop", run_id=77, attempt=2)
WAITING = Waiting(repository="octo/shop", run_id=77, environment='prod ü "x"')


def test_what_a_button_is_about_comes_back() -> None:
    assert numbered(written(ISSUE)) == ISSUE
    assert numbered(written(PULL)) == PULL
    assert run(written(RUN)) == RUN
    assert waiting(written(WAITING)) == WAITING


def test_the_longest_names_fit_a_button() -> None:
    long = Waiting(repository=f"{'o' * 100}/{'r' * 100}", run_id=2**63 - 1, environment="e" * 255)

    assert len(written(long)) < 2000


@pytest.mark.parametrize(
    "value",
    [
        "",
        "12",
        "null",
        "[]",
        "[" * 5000,
        '{"r":"octo/shop"}',
        '{"r":"../..","n":1,"k":"issue"}',
        '{"r":"octo/shop","n":true,"k":"pull"}',
        '{"r":"octo/shop","n":-1,"k":"issue"}',
        '{"r":"octo/shop","n":1,"k":"cat"}',
        '{"r":7,"n":1,"k":"issue"}',
    ],
)
def test_what_no_card_has_written_is_nothing(value: str) -> None:
    assert numbered(value) is None
    assert run(value) is None
    assert waiting(value) is None


@given(st.text())
def test_no_value_breaks_the_reading(value: str) -> None:
    assert numbered(value) is None


def test_pages_are_those_of_this_server() -> None:
    assert ISSUE.page("https://ghe.example.com") == "https://ghe.example.com/octo/shop/issues/12"
    assert PULL.page("https://ghe.example.com") == "https://ghe.example.com/octo/shop/pull/13"
    assert RUN.page("https://ghe.example.com") == "https://ghe.example.com/octo/shop/actions/runs/77"
