"""What the far side answered when it wasn't what we asked for: values, made where gidgethub's exceptions end.

GitHubException ─┬─ HTTPException 3xx, 4xx, GraphQLException ──▶ Refused
                 ├─ HTTPException 5xx, ForeignHostError, NoAnswerError ──▶ Unreachable
a body that says JSON and isn't ──▶ Unreachable
"""

import json
from collections.abc import Awaitable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar

from gidgethub import BadGraphQLRequest, GitHubException, GraphQLException, HTTPException

T = TypeVar("T")
_UNAUTHORIZED = (
    "GitHub Enterprise doesn't take this app for the GitHub App that it says it is (401): whoever runs it has to check "
    "GHES_APP_ID, GHES_PRIVATE_KEY and the clock."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """GHES understood and said no."""

    status: int
    message: str

    @property
    def is_missing(self) -> bool:
        """Not there, or not for us: GHES doesn't say which."""
        return self.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}

    @property
    def as_unreachable(self) -> "Unreachable":
        """For callers to whom it makes no difference."""
        if self.status == HTTPStatus.UNAUTHORIZED:
            return Unreachable(reason=_UNAUTHORIZED)
        return Unreachable(
            reason=f"GitHub Enterprise refused the request: {self.status} {self.message}.",
            own=f"GitHub Enterprise refused the request ({self.status}).",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """GHES could not be asked now; the same request may work later."""

    reason: str
    """A sentence, without tokens."""
    own: str = field(default="", compare=False)
    """The same without GHES's words, which may name what a data class hides; empty where it has none."""


async def ask(request: Awaitable[T]) -> T | Refused | Unreachable:
    """The answer to `request`, or why there is none."""
    try:
        return await request
    except (HTTPException, BadGraphQLRequest) as error:
        if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            status = error.status_code.value
            return Unreachable(
                reason=f"GitHub Enterprise answered {status} {error}.", own=f"GitHub Enterprise answered {status}."
            )
        return Refused(status=error.status_code.value, message=str(error))
    except GraphQLException as error:
        return Refused(status=HTTPStatus.OK, message=str(error))
    except GitHubException as error:
        return Unreachable(reason=str(error))
    except (json.JSONDecodeError, UnicodeDecodeError):
        return Unreachable(reason="GitHub Enterprise answered something that can't be read.")
