from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.trimming import picked, signed

NAMES = ("user", "merged_by", "title")
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["login", "id"]), inner, max_size=2),
    max_leaves=6,
)
FIELDS = st.dictionaries(st.sampled_from(["user", "merged_by", "title", "url"]), JSON)


@given(FIELDS)
@settings(max_examples=40)
def test_what_is_there_is_kept_as_it_is_and_what_is_missing_stays_missing(fields: dict[str, Any]) -> None:
    kept = picked(fields, *NAMES)

    assert kept == {name: value for name, value in fields.items() if name in NAMES}


@given(FIELDS)
@settings(max_examples=40)
def test_of_users_whatever_they_are_the_login_alone_is_kept(fields: dict[str, Any]) -> None:
    kept = signed(fields, "user", "merged_by")

    assert kept.keys() == fields.keys() & {"user", "merged_by"}
    assert all(user.keys() == {"login"} and isinstance(user["login"], str) and user["login"] for user in kept.values())


def test_a_deleted_account_is_a_ghost() -> None:
    fields = {"user": None, "merged_by": {"login": "ann", "id": 7, "email": "ann@example.com"}}

    assert signed(fields, "user", "merged_by") == {"user": {"login": "ghost"}, "merged_by": {"login": "ann"}}
