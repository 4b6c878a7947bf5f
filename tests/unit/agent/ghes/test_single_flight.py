import asyncio

import pytest

from agent.ghes.single_flight import SingleFlight


async def test_callers_share_a_request_that_began_after_they_came() -> None:
    flights: SingleFlight[int] = SingleFlight()
    begun = 0

    async def request() -> int:
        nonlocal begun
        begun += 1
        number = begun
        await asyncio.get_running_loop().run_in_executor(None, int)
        return number

    answers = await asyncio.gather(*(flights.answer("key", request) for _ in range(20)))

    assert answers == [1] + [2] * 19
    assert flights._flights == {}


async def test_a_failed_request_fails_only_its_caller() -> None:
    flights: SingleFlight[int] = SingleFlight()
    begun = 0

    async def request() -> int:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise TimeoutError
        return begun

    answers = await asyncio.gather(*(flights.answer("key", request) for _ in range(3)), return_exceptions=True)

    assert isinstance(answers[0], TimeoutError)
    assert answers[1:] == [2, 3]


async def test_a_caller_that_leaves_takes_nobody_along() -> None:
    flights: SingleFlight[str] = SingleFlight()
    held = asyncio.Event()

    async def request() -> str:
        await held.wait()
        return "here"

    first = asyncio.create_task(flights.answer("key", request))
    second = asyncio.create_task(flights.answer("key", request))
    await asyncio.wait([first, second], timeout=0)
    first.cancel()
    held.set()

    assert await second == "here"
    with pytest.raises(asyncio.CancelledError):
        await first
