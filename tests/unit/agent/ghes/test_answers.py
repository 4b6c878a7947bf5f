import json
from http import HTTPStatus

import pytest
from gidgethub import BadGraphQLRequest, BadRequest, GitHubBroken, GraphQLException, RedirectionException

from agent.ghes.answers import Refused, Unreachable, ask
from agent.ghes.client import ForeignHostError, NoAnswerError


async def raising(error: Exception) -> int:
    raise error


async def giving(number: int) -> int:
    return number


async def test_an_answer_comes_through() -> None:
    assert await ask(giving(4)) == 4


@pytest.mark.parametrize(
    ("error", "status", "missing"),
    [
        (BadRequest(HTTPStatus.NOT_FOUND, "Not Found"), 404, True),
        (BadRequest(HTTPStatus.GONE, "Issues are disabled"), 410, True),
        (BadRequest(HTTPStatus.FORBIDDEN, "no"), 403, False),
        (RedirectionException(HTTPStatus.FOUND), 302, False),
        (BadGraphQLRequest(HTTPStatus.UNAUTHORIZED, {"message": "Bad credentials"}), 401, False),
        (GraphQLException("nothing", {}), 200, False),
    ],
)
async def test_a_refusal_is_a_value(error: Exception, status: int, missing: bool) -> None:  # noqa: FBT001
    refused = await ask(raising(error))

    assert isinstance(refused, Refused)
    assert (refused.status, refused.is_missing) == (status, missing)
    assert str(status) in refused.as_unreachable.reason


@pytest.mark.parametrize(
    "error",
    [
        GitHubBroken(HTTPStatus.BAD_GATEWAY),
        NoAnswerError("no answer"),
        ForeignHostError("elsewhere"),
        json.JSONDecodeError("bad", "", 0),
    ],
)
async def test_a_server_that_cannot_be_asked_is_a_value(error: Exception) -> None:
    assert isinstance(await ask(raising(error)), Unreachable)


async def test_our_own_mistakes_are_not_hidden() -> None:
    with pytest.raises(KeyError):
        await ask(raising(KeyError("x")))
