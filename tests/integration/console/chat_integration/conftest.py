"""An agent that knows no Slack app, and an administrator who is also at the pages of Slack apps."""

from collections.abc import Mapping
from typing import Any

import pytest

from agent.secret_keys import load_or_make
from agent.store.configuration import SqlConfiguration
from agent.store.open import open_store
from agent.store.secrets import Secrets
from infra.sandbox.slack.app import App
from infra.sandbox.slack.app_settings import generate_app_token, generate_configuration_token
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.tokens import ConfigurationToken

BOTH = ("connections:write", "authorizations:read")


@pytest.fixture
def variables(request: pytest.FixtureRequest) -> dict[str, str]:
    """What a test sets in the environment."""
    return dict(getattr(request, "param", {}))


@pytest.fixture
def fresh() -> bool:
    """Nobody has made an app yet."""
    return True


class Desk:
    """An administrator with the console in one window and Slack's app pages in another."""

    def __init__(self, rig: Any, browser: Any) -> None:
        self.rig, self.browser, self.slack = rig, browser, rig.world.slack

    def configuration_token(self, user: str = "mona") -> ConfigurationToken:
        return generate_configuration_token(self.slack, "acme", user)

    @property
    def app(self) -> App:
        """The app that was made last."""
        apps: list[App] = list(self.slack.apps.values())
        return apps[-1]

    def app_token(self, *scopes: str) -> str:
        """A new app-level token of it, with both scopes if none are named."""
        return generate_app_token(self.slack, self.app, "agent", scopes or BOTH).token

    async def generates(self, **fields: Any) -> Any:
        """Sign in and press *Generate app*, with a good token unless another is given."""
        await self.browser.signs_in()
        return await self.browser.presses("Generate app", **self.generating(**fields))

    def generating(self, **fields: Any) -> dict[str, Any]:
        return {"enabled": "on", "configuration_token": self.configuration_token().token} | fields

    async def connects(self) -> Any:
        """Generate the app, and give the agent its token; two sockets are open then."""
        await self.generates()
        page = await self.browser.presses("Save settings", slack_app_token=self.app_token())
        await self.rig.until(lambda: self.sockets == 2)
        return page

    @property
    def sockets(self) -> int:
        """How many Slack believes to be open, of any app."""
        return len(open_sockets(self.slack))

    async def status(self, beginning: str) -> str:
        """What `/status` says of the sockets, once it begins like this."""
        says = ""
        for _ in range(400):
            says = str(await self.rig.part("sockets"))
            if says.startswith(beginning):
                return says
            await self.rig.clock.advance(0.25)
        raise AssertionError(f"it was never said, but: {says}")

    async def kept(self) -> Mapping[str, str]:
        """What the configuration store has."""
        store = open_store(self.rig.settings)
        try:
            secrets = Secrets(load_or_make(self.rig.settings))
            return await SqlConfiguration(store, secrets, self.rig.clock).read()
        finally:
            await store.aclose()


@pytest.fixture
def desk(rig: Any, browser: Any) -> Desk:
    return Desk(rig, browser)
