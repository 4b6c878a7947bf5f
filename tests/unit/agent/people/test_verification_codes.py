import pytest

from agent.people.verification_codes import LETTERS, fresh_code, is_code, plain_code


def test_a_code_is_two_groups_of_four_letters_that_nobody_confuses() -> None:
    codes = {fresh_code() for _ in range(200)}

    assert len(codes) == 200
    assert all(len(code) == 9 and code[4] == "-" and set(code) <= {*LETTERS, "-"} for code in codes)
    assert not set("01OIAEUBSZ") & set(LETTERS)


@pytest.mark.parametrize("entered", ["CDFH-2345", "cdfh-2345", " cdfh2345 ", "CDFH 2345", "C D F H–2 3 4 5"])
def test_case_spaces_and_hyphens_do_not_count(entered: str) -> None:
    assert plain_code(entered) == "CDFH2345"
    assert is_code(entered)


@pytest.mark.parametrize("entered", ["", "CDFH-234", "CDFH-23456", "ABCD-2345", "CDFH-2345!", "https://x.y"])
def test_what_cannot_be_a_code_is_known_without_asking_anybody(entered: str) -> None:
    assert not is_code(entered)
