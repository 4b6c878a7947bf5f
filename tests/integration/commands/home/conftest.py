"""The app's Home, over the wire; `rigs` are those of the folder above."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from agent.people.person import Person, Tokens
from agent.secret_keys import load_or_make
from agent.store import people as stored
from agent.store.secrets import Secrets
from agent.store.sqlite import SqliteStore
from agent.store.tables import workspaces
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.oauth import sign_in
from infra.sandbox.ghes.things import Issue
from infra.sandbox.slack import people
from infra.sandbox.slack.state import Message

_LINK = re.compile(r"<(?:https?:[^|>]*)\|([^>]*)>")


@dataclass(kw_only=True)
class Tab:
    """One Slack user of `acme` who looks at the app."""

    rig: Any
    name: str = "mona"

    def links(self, login: str = "ada") -> Any:
        """Link the account, as signing in does: before anything was shown."""
        ghes, slack = self.rig.ghes, self.rig.slack
        account = ghes.account(login)
        pair = sign_in(ghes, ghes.app, account)
        person = Person(
            team_id=slack.team("acme").team_id,
            user_id=slack.user("acme", self.name).user_id,
            ghes_id=account.id,
            login=account.login,
            linked_at=self.rig.clock.now(),
        )
        tokens = Tokens(access=pair.token, access_ends_at=pair.expires_at, refresh=pair.refresh_token or "")
        sealed = stored.sealed(Secrets(load_or_make(self.rig.world.settings(self.rig.folder))), tokens)
        return self.rig.store.write(lambda connection: stored.link(connection, person, sealed))

    async def opens(self, tab: str = "home") -> str:
        """Open the app; what Home says once all is answered."""
        people.open_home(self.rig.slack, "acme", self.name, tab=tab)
        await self.rig.answered()
        return self.says()

    async def presses(self, button: str) -> list[Message]:
        """Use a button in Home; what is said in the direct message then."""
        before = len(self.direct())
        people.click_in_view(self.rig.slack, self.view().view_id, button)
        await self.rig.answered()
        await self.rig.passes(2)
        return self.direct()[before:]

    def view(self) -> Any:
        found = people.home_view(self.rig.slack, "acme", self.name)
        assert found is not None, "nothing was published"
        return found

    def says(self) -> str:
        """All that one reads in Home, a line each; nothing when nothing was published."""
        found = people.home_view(self.rig.slack, "acme", self.name)
        words = [each for block in found.body["blocks"] for each in _words(block)] if found else []
        return _LINK.sub(r"\1", "\n".join(words))

    def buttons(self) -> list[str]:
        """What the buttons in Home say."""
        found = (element for block in self.view().body["blocks"] for element in block.get("elements", ()))
        return [element["text"]["text"] for element in found if element["type"] == "button"]

    def address_of(self, button: str) -> str:
        """Where a button of Home leads."""
        found = (element for block in self.view().body["blocks"] for element in block.get("elements", ()))
        return next(str(each["url"]) for each in found if each["type"] == "button" and each["text"]["text"] == button)

    def direct(self) -> list[Message]:
        """What the app said to this person in their direct message."""
        found: list[Message] = self.rig.seen(f"dm-{self.name}", self.name)
        return found

    def published(self) -> int:
        """How often a Home was published."""
        return int(self.rig.called().count("views.publish"))

    def pull(self, title: str, *, reviewer: str = "ada", repository: str = "acme/api") -> Issue:
        """Grace opens a pull request, and asks for a review."""
        ghes = self.rig.ghes
        found, grace = ghes.repository(repository), ghes.account("grace")
        pull = happen.open_pull(ghes, found, by=grace, title=title, head=f"mend-{len(found.issues)}")
        happen.request_review(ghes, found, pull, ghes.account(reviewer), by=grace)
        return pull


def _words(block: Any) -> list[str]:
    if block["type"] in {"section", "header"}:
        return [block["text"]["text"]]
    return [each["text"] for each in block["elements"]] if block["type"] == "context" else []


@pytest.fixture
def connected() -> tuple[str, ...]:
    """Nobody: see `Tab.links`."""
    return ()


@pytest.fixture
def tab(rig: Any) -> Tab:
    """mona's."""
    return Tab(rig=rig)


@pytest.fixture
def classify(tab: Tab) -> Callable[[str], Any]:
    """Restart the agent with another data class for the workspace."""

    async def classified(data_class: str) -> None:
        rig = tab.rig
        await rig.stop()
        change = workspaces.update().values(data_class=data_class)
        store = SqliteStore(rig.world.settings(rig.folder).sqlite_path)
        await store.write(lambda connection: connection.execute(change))
        await store.aclose()
        await rig.start()

    return classified
