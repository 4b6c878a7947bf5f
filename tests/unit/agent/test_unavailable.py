"""What an error of the database is told as."""

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from agent.store.port import StoreUnavailableError
from agent.store.unavailable import translated


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            OperationalError(
                "UPDATE workspaces SET token=?", {"token": "xoxb-secret"}, OSError("disk is full\nHINT: …")
            ),
            "disk is full",
        ),
        (PoolTimeoutError("all connections are busy"), "all connections are busy"),
        (ConnectionResetError(), "ConnectionResetError"),
    ],
)
def test_an_outage_is_one_line_without_the_statement_and_what_is_in_it(error: Exception, says: str) -> None:
    with pytest.raises(StoreUnavailableError) as raised, translated():
        raise error

    assert str(raised.value) == says
