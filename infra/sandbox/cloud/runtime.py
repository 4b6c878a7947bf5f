"""Lambda's Runtime API: our handlers run under the real `awslambdaric`, one process for each execution environment.

An environment takes one invocation at a time. At the deadline its process is killed and the next invocation begins a
new one; a process that ends without an answer is an error. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from aiohttp import web

from infra.sandbox.addresses import LOOPBACK
from infra.sandbox.cloud.ministack import ENVIRONMENT
from shared.clock import Clock

_PREFIX = "/2018-06-01/runtime"
_ACCEPTED = 202


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What is run. `folder`: the unpacked zip; `log`: the file that its output is added to."""

    name: str
    arn: str
    handler: str
    timeout_s: float
    memory_mb: int
    variables: Mapping[str, str]
    folder: Path
    log: Path


class FunctionError(Exception):
    """An invocation came to nothing."""


class Environment:
    """One execution environment: a process, and the API that it asks for work."""

    def __init__(self, function: Function, clock: Clock) -> None:
        self._function, self._clock = function, clock
        self._process: asyncio.subprocess.Process | None = None
        self._runner: web.AppRunner | None = None
        self._address = ""
        self._work: asyncio.Queue[tuple[str, bytes, float]] = asyncio.Queue()
        self._answers: dict[str, asyncio.Future[bytes]] = {}

    async def start(self) -> None:
        """Listen; the process begins with the first invocation."""
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_get(f"{_PREFIX}/invocation/next", self._next)
        app.router.add_post(f"{_PREFIX}/invocation/{{id}}/response", self._response)
        app.router.add_post(f"{_PREFIX}/invocation/{{id}}/error", self._error)
        app.router.add_post(f"{_PREFIX}/init/error", self._init_error)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, 0).start()
        self._address = "{}:{}".format(*self._runner.addresses[0])

    async def stop(self) -> None:
        """End both."""
        await self.kill()
        if self._runner:
            await self._runner.cleanup()

    async def kill(self) -> None:
        """End the process with SIGKILL, whatever it is doing."""
        process, self._process = self._process, None
        if process:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def invoke(self, event: Any) -> Any:
        """The handler's answer. Raises `FunctionError`."""
        if self._process is None or self._process.returncode is not None:
            self._work = asyncio.Queue()
            self._process = await self._begin()
        id_, payload = str(uuid4()), json.dumps(event).encode()
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._answers[id_] = answer
        deadline = self._clock.now().timestamp() + self._function.timeout_s
        self._work.put_nowait((id_, payload, deadline))
        ended = asyncio.ensure_future(self._process.wait())
        try:
            both: set[asyncio.Future[Any]] = {answer, ended}
            await asyncio.wait(both, timeout=self._function.timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return _value(await answer)
            why = "Runtime.ExitError" if ended.done() else "Sandbox.Timedout"
            await self.kill()
            raise FunctionError(why)
        finally:
            ended.cancel()
            del self._answers[id_]

    async def _begin(self) -> asyncio.subprocess.Process:
        function = self._function
        variables = dict(function.variables) | {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_RUNTIME_API": self._address,
            "LAMBDA_TASK_ROOT": str(function.folder),
            "PATH": "/usr/bin:/bin",
            "_HANDLER": function.handler,
        }
        with function.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                str(ENVIRONMENT / "bin" / "python"), "-B", "-m", "awslambdaric", function.handler,
                cwd=function.folder, env=variables, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    async def _next(self, _request: web.Request) -> web.Response:
        id_, payload, deadline = await self._work.get()
        return web.Response(
            body=payload,
            content_type="application/json",
            headers={
                "Lambda-Runtime-Aws-Request-Id": id_,
                "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": self._function.arn,
            },
        )

    async def _response(self, request: web.Request) -> web.Response:
        body = await request.read()
        if answer := self._waiting(request):
            answer.set_result(body)
        return web.Response(status=_ACCEPTED)

    async def _error(self, request: web.Request) -> web.Response:
        said = await request.json()
        if answer := self._waiting(request):
            answer.set_exception(FunctionError(f"{said.get('errorType')}: {said.get('errorMessage')}"))
        return web.Response(status=_ACCEPTED)

    async def _init_error(self, request: web.Request) -> web.Response:
        said = await request.json()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(FunctionError(f"{said.get('errorType')}: {said.get('errorMessage')}"))
        return web.Response(status=_ACCEPTED)

    def _waiting(self, request: web.Request) -> asyncio.Future[bytes] | None:
        answer = self._answers.get(request.match_info["id"])
        return answer if answer and not answer.done() else None


def _value(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        raise FunctionError("the answer is no JSON") from None


class Pool:
    """A function with as many environments as it may have at the same time."""

    def __init__(self, function: Function, clock: Clock, *, concurrency: int) -> None:
        self.function = function
        self.environments = [Environment(function, clock) for _ in range(concurrency)]
        self._free: asyncio.LifoQueue[Environment] = asyncio.LifoQueue()

    async def __aenter__(self) -> Self:
        for environment in self.environments:
            await environment.start()
            self._free.put_nowait(environment)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(environment.stop() for environment in self.environments))

    async def invoke(self, event: Any) -> Any:
        """The handler's answer, by the environment that was used last. Raises `FunctionError`."""
        environment = await self._free.get()
        try:
            return await environment.invoke(event)
        finally:
            self._free.put_nowait(environment)

    async def kill(self) -> None:
        """End all processes, whatever they are doing; the next invocation begins a new one."""
        await asyncio.gather(*(environment.kill() for environment in self.environments))
