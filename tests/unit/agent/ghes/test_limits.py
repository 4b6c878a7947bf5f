from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ghes.limits import MOST_RETRIES, PATIENCE_S, Answer, wait_s

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def answer(status: int, body: bytes = b"{}", **headers: str) -> Answer:
    return Answer(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=body)


@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_that_names_its_seconds_is_waited_for(status: int) -> None:
    limited = answer(status, Retry_After="17")

    assert wait_s(limited, method="POST", attempt=0, now=NOW) == 17


def test_a_spent_primary_limit_waits_for_its_reset() -> None:
    reset = str(int(NOW.timestamp()) + 30)
    limited = Answer(status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}, body=b"")

    assert wait_s(limited, method="GET", attempt=0, now=NOW) == 30


def test_a_reset_is_measured_by_the_servers_clock() -> None:
    ahead = NOW + timedelta(minutes=10)
    headers = {
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(ahead.timestamp()) + 30),
        "Date": format_datetime(ahead, usegmt=True),
    }

    assert wait_s(Answer(status=403, headers=headers, body=b""), method="GET", attempt=0, now=NOW) == 30


def test_a_reset_in_the_past_still_waits_a_second() -> None:
    limited = Answer(status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, body=b"")

    assert wait_s(limited, method="GET", attempt=0, now=NOW) == 1


def test_a_secondary_limit_without_seconds_waits_a_minute() -> None:
    limited = answer(403, b'{"message": "You have exceeded a secondary rate limit."}')

    assert wait_s(limited, method="POST", attempt=0, now=NOW) == 60


def test_a_plain_403_stands() -> None:
    assert wait_s(answer(403), method="GET", attempt=0, now=NOW) is None


def test_a_wait_beyond_our_patience_is_not_begun() -> None:
    assert wait_s(answer(429, Retry_After="121"), method="GET", attempt=0, now=NOW) is None


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_server_in_trouble_is_asked_again_with_growing_pauses(method: str) -> None:
    pauses = [wait_s(answer(502), method=method, attempt=attempt, now=NOW) for attempt in range(5)]

    assert pauses == [0.25, 0.5, 1, 2, None]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_have_been_done_is_not_repeated(method: str) -> None:
    assert wait_s(answer(502), method=method, attempt=0, now=NOW) is None


def test_only_graphql_words_a_limit_as_a_200() -> None:
    limited = answer(200, b'{"errors": [{"type": "RATE_LIMITED"}]}', Retry_After="5")

    assert wait_s(limited, method="POST", attempt=0, now=NOW, is_graphql=True) == 5
    assert wait_s(limited, method="POST", attempt=0, now=NOW) is None


@given(
    status=st.sampled_from([200, 201, 304, 401, 403, 404, 422, 429, 500, 503]),
    body=st.sampled_from([b"", b"secondary rate limit", b"RATE_LIMITED"]),
    headers=st.dictionaries(
        st.sampled_from(["Retry-After", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Date"]),
        st.one_of(st.text(max_size=12), st.integers(0, 2**40).map(str)),
    ),
    attempt=st.integers(0, 9),
    method=st.sampled_from(["GET", "POST"]),
)
def test_every_wait_is_short_and_the_last_answer_stands(
    status: int, body: bytes, headers: dict[str, str], attempt: int, method: str
) -> None:
    wait = wait_s(Answer(status=status, headers=headers, body=body), method=method, attempt=attempt, now=NOW)

    assert wait is None or 0 < wait <= PATIENCE_S
    assert wait is None or attempt < MOST_RETRIES
