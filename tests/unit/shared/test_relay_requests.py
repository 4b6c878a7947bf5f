"""What an agent asks of the relay is read as it was written, and nothing else is."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.relay_requests import (
    MOST_RECEIPTS,
    KeyPut,
    Place,
    ReceiptsAsked,
    WorkspacePut,
    key_id_of,
    key_put_fields,
    key_put_of,
    place_fields,
    place_of,
    receipts_fields,
    receipts_of,
    workspace_put_fields,
    workspace_put_of,
)

SECONDS = st.none() | st.integers(0, 10**11 - 1)
PLACES = st.builds(Place, id=st.from_regex(r"[TE][A-Z0-9]{1,29}", fullmatch=True), is_organisation=st.booleans())
TOKENS = st.from_regex(r"xox[be][A-Za-z0-9.-]{1,200}", fullmatch=True)
KEY_IDS = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
READERS: list[Callable[[Mapping[str, Any]], Any]] = [key_id_of, key_put_of, place_of, receipts_of, workspace_put_of]
NAMES = st.sampled_from(["team", "enterprise", "token", "token_expires_at", "key_id", "public", "after", "limit"])
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


def sent(fields: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(dict(fields)))


@given(st.builds(WorkspacePut, place=PLACES, token=TOKENS, token_expires_at=SECONDS))
def test_a_workspace_is_read_as_it_was_written(put: WorkspacePut) -> None:
    assert workspace_put_of(sent(workspace_put_fields(put))) == put
    assert place_of(sent(place_fields(put.place))) == put.place
    assert put.token not in repr(put)


@given(
    st.builds(KeyPut, key_id=KEY_IDS, public=st.binary(min_size=32, max_size=32), not_before=SECONDS, not_after=SECONDS)
)
def test_a_key_is_read_as_it_was_written(put: KeyPut) -> None:
    assert key_put_of(sent(key_put_fields(put))) == put
    assert key_id_of(sent(key_put_fields(put))) == put.key_id


@given(st.from_regex(r"|[0-9]{13}#[0-9a-f]{16}", fullmatch=True), st.integers(1, 10_000))
def test_a_cursor_is_read_as_it_was_written_and_the_limit_has_a_limit(after: str, limit: int) -> None:
    asked = ReceiptsAsked(after=after, limit=limit)

    assert receipts_of(sent(receipts_fields(asked))) == ReceiptsAsked(after=after, limit=min(limit, MOST_RECEIPTS))


@pytest.mark.parametrize("reader", READERS)
@given(fields=st.dictionaries(NAMES, VALUES))
def test_whatever_else_comes_is_read_or_a_value_error(
    reader: Callable[[Mapping[str, Any]], Any], fields: dict[str, Any]
) -> None:
    try:
        reader(fields)
    except ValueError:
        return


@pytest.mark.parametrize(
    "fields",
    [{}, {"team": ""}, {"team": "T1", "enterprise": "E1"}, {"team": "T1\n"}, {"team": 1}, {"enterprise": "E" * 31}],
)
def test_what_names_no_place_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="team or enterprise"):
        place_of(fields)


@pytest.mark.parametrize("token", ["", "xoxb 1", "xoxb-1\n", "é", None, 7, "x" * 4097])
def test_what_is_no_token_is_refused(token: Any) -> None:
    with pytest.raises(ValueError, match="token"):
        workspace_put_of({"team": "T1", "token": token})
