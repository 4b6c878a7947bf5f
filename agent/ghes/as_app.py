"""Reading as the App itself, for whoever isn't signed in."""

from collections.abc import Mapping
from typing import Any

from agent.ghes.answers import Refused, Unreachable, ask
from agent.ghes.installations import Installations


class AsApp:
    """`agent.previews.ports.Installed`."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    def reads(self, installation_id: int) -> "Installation":
        """See the port."""
        return Installation(self._installations, installation_id)


class Installation:
    """`agent.previews.ports.Reads`, with the token of one installation."""

    def __init__(self, installations: Installations, installation_id: int) -> None:
        self._installations, self._id = installations, installation_id

    async def get(self, path: str, names: Mapping[str, str] | None = None) -> Any | Refused | Unreachable:
        """See the port."""
        return await ask(self._installations.get(self._id, path, names or {}))
