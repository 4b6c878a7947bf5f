from collections.abc import Callable

import pytest

from agent.slash.places import Place, only_place, place_and_reason, repository
from agent.subscriptions.parser import ArgumentsError

GHES = "https://ghe.example.com"


@pytest.mark.parametrize(
    ("text", "is_pull"),
    [
        ("octo/shop.js#12", False),
        (f"{GHES}/octo/shop.js/issues/12", False),
        (f"{GHES}/octo/shop.js/pull/12", True),
        ("ghe.example.com/octo/shop.js/pull/12/files", True),
        ("HTTPS://GHE.example.com/octo/shop.js/issues/12?q=1#issuecomment-7", False),
    ],
)
def test_an_issue_is_named_in_short_or_by_the_address_of_its_page(text: str, is_pull: bool) -> None:  # noqa: FBT001
    found = only_place(f"  {text} ", GHES)

    assert found == Place(repository="octo/shop.js", number=12, is_pull=is_pull)
    assert str(found) == "octo/shop.js#12"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Name an issue or a pull request"),
        ("#12", "Name an issue or a pull request"),
        ("octo/shop", "Name an issue or a pull request"),
        ("octo/..#1", "Name an issue or a pull request"),
        (f"{GHES}/octo/shop", "isn't the address of an issue"),
        (f"{GHES}/octo/../issues/12", "isn't the address of an issue"),
        (f"{GHES}/octo/shop/commit/12", "isn't the address of an issue"),
        ("https://github.com/octo/shop/issues/12", "I'm connected to `ghe.example.com`, not to `github.com`."),
    ],
)
def test_anything_else_is_refused_with_what_to_write(text: str, says: str) -> None:
    with pytest.raises(ArgumentsError) as refused:
        only_place(text, GHES)

    assert says in refused.value.says


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("", ""),
        (' reason:"not planned"', "not_planned"),
        (" reason:not_planned", "not_planned"),
        (' Reason: "Completed"', "completed"),
    ],
)
def test_a_reason_may_stand_behind_it(rest: str, reason: str) -> None:
    assert place_and_reason(f"octo/shop#1{rest}", GHES) == (Place(repository="octo/shop", number=1), reason)


@pytest.mark.parametrize(
    ("read", "text", "carets"),
    [
        (place_and_reason, "octo/shop#1 because", "            ^^^^^^^"),
        (place_and_reason, 'octo/shop#1 reason:"no fun"', "                    ^^^^^^"),
        (place_and_reason, "octo/shop#1 reason:wontfix", "                   ^^^^^^^"),
        (only_place, "octo/shop#1 please", "            ^^^^^^"),
        (only_place, "shop#1", "^^^^^^"),
        (repository, "octo/shop octo/docs", "^^^^^^^^^^^^^^^^^^^"),
        (repository, "octo", "^^^^"),
        (repository, "octo/shop issues", "^^^^^^^^^^^^^^^^"),
    ],
)
def test_what_is_wrong_is_pointed_at(read: Callable[[str, str], object], text: str, carets: str) -> None:
    with pytest.raises(ArgumentsError) as refused:
        read(text, GHES)

    assert refused.value.pointer().splitlines() == [text, carets]


def test_a_repository_may_be_named_or_not() -> None:
    assert str(repository(f" {GHES}/octo/shop ", GHES)) == "octo/shop"
    assert repository("  ", GHES) is None
