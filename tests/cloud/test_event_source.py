"""Our own halves of Lambda: what an answer of the function means for a batch, and what becomes of a process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from agent.clock import SystemClock
from infra.sandbox.cloud import function_url
from infra.sandbox.cloud.poller import succeeded
from infra.sandbox.cloud.runtime import Function, FunctionError, Pool

pytestmark = pytest.mark.cloud

BATCH = [{"MessageId": "1"}, {"MessageId": "2"}]
HANDLERS = """
import os, sys, time

def echo(event, context):
    return {"event": event, "pid": os.getpid(), "left": context.get_remaining_time_in_millis()}

def raises(event, context):
    raise ValueError("no")

def sleeps(event, context):
    time.sleep(60)

def exits(event, context):
    sys.exit(3)
"""

Starting = Callable[[str], AbstractAsyncContextManager[Pool]]


@pytest.fixture
def starting(tmp_path: Path) -> Starting:
    """A function of these, in one environment."""
    (tmp_path / "handlers.py").write_text(HANDLERS, encoding="utf-8")

    @asynccontextmanager
    async def starting(name: str) -> AsyncIterator[Pool]:
        function = Function(
            name=name,
            arn=f"arn:aws:lambda:us-east-1:000000000000:function:{name}",
            handler=f"handlers.{name}",
            timeout_s=5,
            memory_mb=128,
            variables={"AWS_REGION": "us-east-1"},
            folder=tmp_path,
            log=tmp_path / "log",
        )
        async with Pool(function, SystemClock(), concurrency=1) as pool:
            yield pool

    return starting


@pytest.mark.parametrize(
    ("answer", "done"),
    [
        (None, ["1", "2"]),
        ({}, ["1", "2"]),
        ({"batchItemFailures": []}, ["1", "2"]),
        ({"batchItemFailures": None}, ["1", "2"]),
        ({"batchItemFailures": [{"itemIdentifier": "2"}]}, ["1"]),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, []),
        ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, []),
        ({"batchItemFailures": [{}]}, []),
        ({"batchItemFailures": "2"}, []),
        ("words", []),
    ],
)
def test_an_answer_says_which_messages_are_done(answer: Any, done: list[str]) -> None:
    assert [each["MessageId"] for each in succeeded(BATCH, answer)] == done


async def test_a_process_stays_warm_and_knows_its_deadline(starting: Starting) -> None:
    async with starting("echo") as pool:
        first, second = await pool.invoke({"n": 1}), await pool.invoke({"n": 2})

    assert (first["event"], second["event"]) == ({"n": 1}, {"n": 2})
    assert first["pid"] == second["pid"]
    assert 0 < first["left"] <= 5000


@pytest.mark.parametrize(
    ("name", "says"), [("raises", "ValueError: no"), ("exits", "ExitError"), ("sleeps", "Timedout")]
)
async def test_what_goes_wrong_in_a_function_is_an_error_of_its_invocation(
    starting: Starting, name: str, says: str
) -> None:
    async with starting(name) as pool:
        with pytest.raises(FunctionError, match=says):
            await pool.invoke({})


async def test_a_killed_process_is_followed_by_another(starting: Starting) -> None:
    async with starting("echo") as pool:
        first = await pool.invoke({})
        await pool.kill()
        second = await pool.invoke({})

    assert first["pid"] != second["pid"]


async def test_a_function_url_makes_the_event_that_lambda_makes(starting: Starting) -> None:
    async with starting("echo") as pool, function_url.serving(pool) as url, ClientSession() as session:
        headers = [("Twice", "a"), ("Twice", "b"), ("Content-Type", "application/octet-stream")]
        async with session.post(f"{url}/v1/x?y=z", data=b"\x00body", headers=headers) as answer:
            event = (await answer.json())["event"]

    assert (event["rawPath"], event["rawQueryString"], event["headers"]["twice"]) == ("/v1/x", "y=z", "a,b")
    assert event["requestContext"]["http"]["method"] == "POST"
    assert (event["body"], event["isBase64Encoded"]) == ("AGJvZHk=", True)
