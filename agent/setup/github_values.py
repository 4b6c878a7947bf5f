"""The six values of the GitHub App: which they are, which of them are there, and keeping them together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from agent.settings import Settings
from agent.store.configuration import SqlConfiguration

NAMES = (
    "ghes_app_id",
    "ghes_app_slug",
    "ghes_private_key",
    "ghes_client_id",
    "ghes_client_secret",
    "ghes_webhook_secret",
)
"""Names of the settings, in small letters; each may be stored (`agent.stored_settings.STORABLE`)."""
SECRET = frozenset({"ghes_private_key", "ghes_client_secret", "ghes_webhook_secret"})
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An App that GHES has made."""

    values: Mapping[str, str] = field(repr=False)
    """Texts of all six settings, by name; never log them."""
    name: str
    page: str
    """Where its owner changes or deletes it."""

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return self.values["ghes_app_slug"]


def by_environment(fixed: Collection[str]) -> str:
    """The variables of the App that the environment has set, as the beginning of a sentence; empty for none."""
    names = [name.upper() for name in NAMES if name in fixed]
    if not names:
        return ""
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} set by the environment"


def is_there(settings: Settings) -> bool:
    """Whether there is an App, complete or not."""
    return bool(settings.ghes_app_id)


def texts(settings: Settings) -> dict[str, str]:
    """The values that are there, in plain, by name: never log them."""
    key, secret = settings.ghes_private_key, settings.ghes_client_secret
    found = {
        "ghes_app_id": settings.ghes_app_id or "",
        "ghes_app_slug": settings.ghes_app_slug or "",
        "ghes_private_key": key.get_secret_value() if key else "",
        "ghes_client_id": settings.ghes_client_id or "",
        "ghes_client_secret": secret.get_secret_value() if secret else "",
        "ghes_webhook_secret": ",".join(each.get_secret_value() for each in settings.ghes_webhook_secret),
    }
    return {name: text for name, text in found.items() if text}


async def keep_made(configuration: SqlConfiguration, made: Made, *, by: str) -> bool:
    """Keep all six values in one transaction; False, and nothing is kept, when there is an App meanwhile.

    What somebody else saves of other settings at the same moment is no reason to lose an App. `by`: see
    `SqlConfiguration.save`.
    """
    for _ in range(_TRIES):
        seen = await configuration.version()
        if "ghes_app_id" in await configuration.read():
            return False
        if await configuration.save(made.values, by=by, seen=seen):
            return True
    return False
