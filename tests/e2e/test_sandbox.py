"""`ghe-slack sandbox` as people start it: in an empty folder, with no environment, driven the way the page does it."""

import asyncio
import json
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

COMMAND = Path(sys.executable).with_name("ghe-slack")
READY_S, CARD_S, END_S = 40, 20, 5

Run = Callable[..., Awaitable[Process]]


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Run]:
    """Start the verb with these options; what still runs at the end is told to stop."""
    started = []

    async def start(*options: str) -> Process:
        arguments = (str(COMMAND), "sandbox", *options)
        process = await asyncio.create_subprocess_exec(*arguments, cwd=tmp_path, env={}, stdout=PIPE, stderr=PIPE)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def look(browser: aiohttp.ClientSession, url: str) -> Any:
    async with browser.get(url) as response:
        return await response.json()


async def act(browser: aiohttp.ClientSession, url: str, **body: str) -> str:
    """The notice that answers it."""
    async with browser.post(url, json=body) as response:
        return str((await response.json())["notice"])


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def welcome(process: Process) -> str:
    """What it prints until it is ready."""
    assert process.stdout
    async with asyncio.timeout(READY_S):
        return (await process.stdout.readuntil(b"Ctrl-C ends it")).decode()


async def page_of(process: Process) -> str:
    found = re.search(r"Open {2}(http://127\.0\.0\.1:\d+)\n", await welcome(process))
    assert found
    return found.group(1)


async def ended(process: Process) -> tuple[int | None, bytes]:
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(END_S):
        _, errors = await process.communicate()
    return process.returncode, errors


async def message(events: aiohttp.ClientResponse, text: str) -> dict[str, Any]:
    """The next message in which this text is."""
    name = b""
    async with asyncio.timeout(CARD_S):
        async for line in events.content:
            field, _, value = line.strip().partition(b": ")
            if field == b"event":
                name = value
            elif field == b"data" and name == b"message" and text.encode() in value:
                found: dict[str, Any] = json.loads(value)["message"]
                return found
    raise AssertionError(f"the stream ended without {text}")


@pytest.mark.slow
async def test_a_subscription_typed_on_the_page_brings_the_card_of_a_new_issue(
    run: Run, browser: aiohttp.ClientSession
) -> None:
    page = await page_of(await run("--port", "0"))
    state = await look(browser, f"{page}/api/state")
    globex = state["teams"][1]
    general = next(it for it in globex["channels"] if it["name"] == "general")
    mona = next(it for it in globex["users"] if it["name"] == "mona")
    place = {"team": globex["id"], "channel": general["id"], "user": mona["id"]}

    async with browser.get(f"{page}/api/events") as events:
        typed = await act(browser, f"{page}/api/say", **place, text="/ghe subscribe acme/rocket")
        reply = await message(events, "subscribed this channel")
        acted = await act(browser, f"{page}/api/happen", action="issue-open", repository="acme/rocket", by="ada")
        card = await message(events, "Something leaks")

    assert (typed, acted) == ("", "")
    assert reply["blocks"][-1]["elements"][0]["text"]["text"] == "Undo"
    assert card["team"] == globex["id"]
    assert card["attachments"][0]["color"] == "#36a64f"


@pytest.mark.slow
async def test_ctrl_c_ends_it_at_once_and_leaves_nothing(
    run: Run, browser: aiohttp.ClientSession, tmp_path: Path
) -> None:
    process = await run("--port", "0")
    page = await page_of(process)

    async with browser.get(f"{page}/api/events"):
        code, errors = await ended(process)

    assert (code, errors) == (0, b"")
    assert files_in(tmp_path) == []


@pytest.mark.slow
async def test_without_a_page_it_says_where_everything_is(run: Run, browser: aiohttp.ClientSession) -> None:
    process = await run("--no-page", "--workspaces", "3")
    said = await welcome(process)
    status = re.search(r"http://127\.0\.0\.1:\d+/status", said)

    assert "Open" not in said
    assert "Initech" in said
    assert "http://ghes.localhost:" in said
    assert status
    assert (await look(browser, status.group()))["ok"]
    assert await ended(process) == (0, b"")


async def test_a_port_that_is_taken_is_one_sentence(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = await run("--port", str(port))
        out, errors = await process.communicate()

    assert process.returncode == 1
    assert out == b""
    assert errors.decode().startswith(f"Port {port} is taken: choose another one")
    assert errors.count(b"\n") == 1
