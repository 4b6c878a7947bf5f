"""Which errors mean that the database can't at the moment, and not that what was asked of it is wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from agent.store.port import StoreUnavailableError

_STATES = ("08", "28", "3D", "40", "53", "57", "58")
"""Classes of PostgreSQL's error codes: connection, access, no such database, rollback, resources (disk full), shutdown,
system. From its manual, appendix A."""


def is_unavailable(error: Exception) -> bool:
    """Whether trying again later may help; the whole transaction is lost then."""
    if isinstance(error, OSError | PoolTimeoutError | StoreUnavailableError):
        return True
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode != sqlite3.SQLITE_ERROR
    if str(getattr(cause, "sqlstate", None) or "").startswith(_STATES):
        return True
    return isinstance(error, OperationalError | InterfaceError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


@contextmanager
def translated() -> Iterator[None]:
    """Raise `StoreUnavailableError` for what the database can't do at the moment."""
    try:
        yield
    except Exception as error:
        if isinstance(error, StoreUnavailableError) or not is_unavailable(error):
            raise
        raise StoreUnavailableError(_reason(error)) from error


def _reason(error: Exception) -> str:
    """One line, in the driver's words: SQLAlchemy's own carry the statement and its parameters."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return next(iter(str(said).splitlines()), "") or type(said).__name__
