"""What the set-up asks of GHES about the App, with or without the App's signature; nobody waits longer than `ASK_S`."""

from collections.abc import Awaitable
from typing import Any

from agent.ghes.answers import Refused, Unreachable, ask
from agent.ghes.app_auth import App, AppAuth, load_key
from agent.ghes.client import Ghes
from agent.ghes.hosts import Hosts
from agent.net.outbound import Network
from agent.settings import Settings
from agent.setup.trouble import Trouble
from shared.clock import Clock

ASK_S = 10.0
MOST_LISTED = 100
Answer = Any | Refused | Unreachable


class GithubCalls:
    """Calls of the server that `GHES_URL` names; `network` is the way to it."""

    def __init__(self, settings: Settings, network: Network, clock: Clock) -> None:
        self.hosts = Hosts.of(settings.ghes_url)
        self._clock = clock
        self._ghes = Ghes(network=network, hosts=self.hosts, clock=clock)
        self._app: App | None = None
        if settings.ghes_app_id and settings.ghes_private_key:
            key = load_key(settings.ghes_private_key.get_secret_value())
            self._app = App(ghes=self._ghes, auth=AppAuth(app_id=settings.ghes_app_id, key=key, clock=clock))

    async def conversion(self, code: str) -> Answer:
        """`POST /app-manifests/{code}/conversions`, which wants no token."""
        client = self._ghes.client()
        return await self._in_time(client.post("/app-manifests/{code}/conversions", {"code": code}, data=b""))

    async def app(self) -> Answer:
        """`GET /app`: fields as in GitHub's REST reference of Apps, like all that follow."""
        return await self._as_app("/app")

    async def installations(self) -> Answer:
        """The first hundred."""
        return await self._as_app(f"/app/installations?per_page={MOST_LISTED}")

    async def hook(self) -> Answer:
        """Where webhooks go."""
        return await self._as_app("/app/hook/config")

    async def change_hook(self, changes: dict[str, str]) -> Answer:
        """`PATCH /app/hook/config`."""
        if self._app is None:
            return _NO_APP
        return await self._in_time(self._app.patch("/app/hook/config", data=changes))

    async def _as_app(self, path: str) -> Answer:
        return _NO_APP if self._app is None else await self._in_time(self._app.get(path))

    async def _in_time(self, request: Awaitable[Any]) -> Answer:
        try:
            async with self._clock.timeout(ASK_S):
                return await ask(request)
        except TimeoutError:
            return Unreachable(reason=f"{self.hosts.web} gave no answer within {ASK_S:.0f} s.")


def away(no: Unreachable) -> Trouble:
    """GHES can't be asked; nothing was changed."""
    return Trouble(says=f"{no.reason} Nothing was changed; ghe-slack doctor says what is in the way.")


_NO_APP = Unreachable(reason="The GitHub App isn't set up.")
