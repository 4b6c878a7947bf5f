"""ministack, which stands in for AWS: bound to loopback, with permissions in force, new at each start."""

import asyncio
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import boto3
from botocore.config import Config

from agent.cli_errors import Failure
from infra.sandbox.addresses import LOOPBACK, free_port

ENVIRONMENT = Path(__file__).parents[3] / ".venv" / "ministack"
REGION = "us-east-1"
ROOT_KEY = "admin"
_STARTS_WITHIN_S = 60
_CONFIG = Config(retries={"mode": "standard", "max_attempts": 2}, max_pool_connections=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who calls AWS."""

    key: str = ROOT_KEY
    secret: str = field(default=ROOT_KEY, repr=False)
    token: str | None = field(default=None, repr=False)

    def variables(self) -> dict[str, str]:
        """As environment variables."""
        session = {"AWS_SESSION_TOKEN": self.token} if self.token else {}
        return {"AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret} | session


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """Where it is."""

    url: str

    def client(self, service: str, who: Credentials | None = None) -> Any:
        """boto3's for a service; without `who`, root's, whom nothing is denied."""
        who = who or Credentials()
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=who.key,
            aws_secret_access_key=who.secret,
            aws_session_token=who.token,
            config=_CONFIG,
        )

    def variables(self, who: Credentials | None = None) -> dict[str, str]:
        """The environment of a program that calls it."""
        where = {"AWS_ENDPOINT_URL": self.url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
        return where | (who or Credentials()).variables()


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Aws]:
    """Run it on a free port; what it writes goes to `folder`. Raises `Failure` when it isn't installed."""
    program = ENVIRONMENT / "bin" / "ministack"
    if not program.exists():
        raise Failure("The local cloud isn't installed: `make .venv/ministack/installed` in a checkout does it.")
    port = free_port(LOOPBACK)
    process = await asyncio.create_subprocess_exec(
        str(program), env=_variables(folder, port), cwd=folder, stdout=DEVNULL, stderr=DEVNULL
    )
    aws = Aws(url=f"http://{LOOPBACK}:{port}")
    try:
        await _ready(aws, process)
        yield aws
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _variables(folder: Path, port: int) -> dict[str, str]:
    return Credentials().variables() | {
        "AUTH": "true",
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "HOME": str(folder),
        "IOT_MTLS_ENABLED": "0",  # it would listen on a port of its own
        "LOG_LEVEL": "ERROR",
        "PATH": f"{ENVIRONMENT / 'bin'}:/usr/bin:/bin",
        "TMPDIR": str(folder),
    }


async def _ready(aws: Aws, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_STARTS_WITHIN_S), aiohttp.ClientSession() as session:
        while process.returncode is None:
            with suppress(aiohttp.ClientError):
                async with session.get(f"{aws.url}/_ministack/health") as answer:
                    if answer.ok:
                        return
            await asyncio.to_thread(_pause)
    raise Failure("The local cloud ended before it was ready.")


def _pause() -> None:
    import time

    time.sleep(0.02)  # somebody else's process is waited for
