"""Looking up a repository or an owner that somebody typed."""

from dataclasses import dataclass
from typing import Any

from agent.ghes.answers import Refused, Unreachable, ask
from agent.ghes.app_auth import App
from agent.ghes.installations import Installations
from shared.event import Payload, Repository, mapping, number, repository, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A repository that the App can read, by the name that GHES gives it."""

    repository: Repository
    installation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """An organisation or a user whose account has the App."""

    id: int
    login: str
    kind: str
    """`Organization` or `User`, GHES's words."""
    installation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInstalled:
    """The App isn't installed there, or there is nobody of that name: GHES doesn't say which to an App."""

    owner: str
    settings_url: str
    """Where the owner chooses repositories, when the App has some of them and not this one; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """The App is installed, and an administrator has suspended it."""

    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """The App sees all of the owner's repositories, and this isn't one."""

    owner: str
    name: str


class Repositories:
    """Names are compared without case, as GHES does; results carry the canonical ones."""

    def __init__(self, *, app: App, installations: Installations) -> None:
        self._app = app
        self._installations = installations

    async def find(self, owner: str, name: str) -> Found | NotInstalled | Suspended | NotFound | Unreachable:
        """The repository `owner/name`; by an old name too, after a rename."""
        match await ask(self._app.get("/repos/{owner}/{name}/installation", {"owner": owner, "name": name})):
            case Refused(is_missing=True):
                return await self._why_missing(owner, name)
            case Refused() as refused:
                return refused.as_unreachable
            case Unreachable() as unreachable:
                return unreachable
            case installation if _suspended(installation):
                return Suspended(owner=_login(installation) or owner)
            case installation:
                return await self._read(number(installation, "id") or 0, owner, name)

    async def find_owner(self, login: str) -> Owner | NotInstalled | Suspended | Unreachable:
        """The organisation or user called `login`."""
        match await self._installation_of(login):
            case Refused(is_missing=True):
                return NotInstalled(owner=login, settings_url="")
            case Refused() as refused:
                return refused.as_unreachable
            case Unreachable() as unreachable:
                return unreachable
            case installation if _suspended(installation):
                return Suspended(owner=_login(installation) or login)
            case installation:
                return _owner(installation)

    async def _read(self, installation_id: int, owner: str, name: str) -> Found | NotFound | Unreachable:
        path, names = "/repos/{owner}/{name}", {"owner": owner, "name": name}
        match await ask(self._installations.get(installation_id, path, names)):
            case Refused(is_missing=True):
                return NotFound(owner=owner, name=name)
            case Refused() as refused:
                return refused.as_unreachable
            case Unreachable() as unreachable:
                return unreachable
            case fields:
                found = repository(mapping(fields))
        if found is None:
            return Unreachable(reason="GitHub Enterprise described the repository in a way that can't be read.")
        return Found(repository=found, installation_id=installation_id)

    async def _why_missing(self, owner: str, name: str) -> NotInstalled | Suspended | NotFound | Unreachable:
        match await self._installation_of(owner):
            case Refused(is_missing=True):
                return NotInstalled(owner=owner, settings_url="")
            case Refused() as refused:
                return refused.as_unreachable
            case Unreachable() as unreachable:
                return unreachable
            case installation if _suspended(installation):
                return Suspended(owner=_login(installation) or owner)
            case installation if text(installation, "repository_selection") == "selected":
                return NotInstalled(owner=_login(installation) or owner, settings_url=text(installation, "html_url"))
            case installation:
                return NotFound(owner=_login(installation) or owner, name=name)

    async def _installation_of(self, login: str) -> Any:
        """The installation on an organisation, else on a user; only the login tells nothing about which it is."""
        found = await ask(self._app.get("/orgs/{login}/installation", {"login": login}))
        if isinstance(found, Refused) and found.is_missing:
            return await ask(self._app.get("/users/{login}/installation", {"login": login}))
        return found


def _owner(installation: Payload) -> Owner | Unreachable:
    id_, installation_id = number(installation, "account", "id"), number(installation, "id")
    if id_ is None or installation_id is None:
        return Unreachable(reason="GitHub Enterprise described the installation in a way that can't be read.")
    kind = text(installation, "account", "type") or text(installation, "target_type") or "Organization"
    return Owner(id=id_, login=_login(installation), kind=kind, installation_id=installation_id)


def _login(installation: Payload) -> str:
    return text(installation, "account", "login")


def _suspended(installation: Payload) -> bool:
    return bool(text(installation, "suspended_at"))
