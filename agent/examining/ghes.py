"""What GHES is asked, once for all checks."""

from typing import Any

from agent.examining.once import Once
from agent.examining.places import Place
from agent.examining.reach import ASK_S, Reached, Unreached, reach
from agent.ghes.answers import Refused, Unreachable, ask
from agent.ghes.app_auth import App, AppAuth, load_key
from agent.ghes.client import Ghes
from agent.ghes.hosts import Hosts
from agent.net.outbound import Network
from agent.settings import Settings
from shared.clock import Clock

Answer = Any | Refused | Unreachable
MOST_LISTED = 100
VERSION = "X-GitHub-Enterprise-Version"
_SERVER_ERROR = 500


class GhesAsked:
    """The answers of GHES, those to the App signed with its key. Fields as in GitHub's REST reference of Apps."""

    def __init__(self, settings: Settings, network: Network, clock: Clock) -> None:
        self.hosts = Hosts.of(settings.ghes_url)
        self.place = Place.ghes(settings.ghes_url, network)
        self._network, self._clock = network, clock
        self._app = _app(settings, self.hosts, network, clock)
        self.reached: Once[Reached | Unreached] = Once(self._reach)
        self.app: Once[Answer] = Once(lambda: self._ask("/app"))
        self.installations: Once[Answer] = Once(lambda: self._ask(f"/app/installations?per_page={MOST_LISTED}"))
        self.hook: Once[Answer] = Once(lambda: self._ask("/app/hook/config"))
        self.deliveries: Once[Answer] = Once(lambda: self._ask(f"/app/hook/deliveries?per_page={MOST_LISTED}"))

    async def out_of_reach(self) -> str:
        """Why nothing more can be asked, as the end of a sentence; empty when it can."""
        reached = await self.reached()
        if isinstance(reached, Unreached) or VERSION not in reached.headers or reached.status >= _SERVER_ERROR:
            return "GHES doesn't answer"
        return ""

    async def no_app(self) -> str:
        """Why nothing can be asked as the App, as the end of a sentence; empty when it can."""
        if self._app is None:
            return "the GitHub App isn't set up"
        if why := await self.out_of_reach():
            return why
        return "GHES doesn't take our word as the App" if isinstance(await self.app(), Refused | Unreachable) else ""

    async def _reach(self) -> Reached | Unreached:
        return await reach(self._network, f"{self.hosts.rest}/meta", self._clock)

    async def _ask(self, path: str) -> Answer:
        if self._app is None:
            return Unreachable(reason="The GitHub App isn't set up.")
        try:
            async with self._clock.timeout(ASK_S):
                return await ask(self._app.get(path))
        except TimeoutError:
            return Unreachable(reason=f"GHES gave no answer within {ASK_S:.0f} s.")


def _app(settings: Settings, hosts: Hosts, network: Network, clock: Clock) -> App | None:
    if not settings.ghes_app_id or settings.ghes_private_key is None:
        return None
    key = load_key(settings.ghes_private_key.get_secret_value())
    ghes = Ghes(network=network, hosts=hosts, clock=clock)
    return App(ghes=ghes, auth=AppAuth(app_id=settings.ghes_app_id, key=key, clock=clock))
