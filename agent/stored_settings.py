"""Settings that may be entered while the agent runs, in the console or by `ghe-slack setup`, and kept in the store.

The environment wins over them: who runs the container decides what an administrator can change from a browser.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from agent.settings import Settings, SettingsError, of
from agent.store.configuration import SqlConfiguration

STORABLE = (
    "ghes_app_id",
    "ghes_app_slug",
    "ghes_private_key",
    "ghes_client_id",
    "ghes_client_secret",
    "ghes_webhook_secret",
    "slack_enabled",
    "slack_app_id",
    "slack_app_token",
    "slack_client_id",
    "slack_client_secret",
    "slack_allowed_workspaces",
)
"""Names in small letters. `SLACK_BOT_TOKEN` isn't among them: a workspace that is installed is kept as one."""

_ANY_GHES = "https://ghes.example.com"  # the one setting that must be there


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """What the agent works with."""

    settings: Settings
    fixed: frozenset[str]
    """Names that the environment has set; the console shows them read-only."""
    ignored: frozenset[str] = frozenset()
    """Names whose stored value isn't understood any more."""


def fixed(given: Settings) -> frozenset[str]:
    """The names that the environment has set."""
    return frozenset(given.model_fields_set)


def effective(given: Settings, stored: Mapping[str, str]) -> Effective:
    """What the environment says, and for the rest what is stored; a stored value that isn't one any more is left out.

    `given`: as `agent.settings.load` read it.
    """
    values: dict[str, Any] = {}
    ignored: set[str] = set()
    for name in set(STORABLE) - given.model_fields_set:
        if name in stored:
            try:
                values[name] = checked(name, stored[name])
            except SettingsError:
                ignored.add(name)
    return Effective(settings=given.model_copy(update=values), fixed=fixed(given), ignored=frozenset(ignored))


def as_stored(
    settings: Settings, fixed: Collection[str], stored: Mapping[str, str], names: Collection[str] = STORABLE
) -> Settings:
    """The settings with these values as they are stored now: a running agent takes them over a moment later.

    `fixed`: names that the environment has set; what is stored for these doesn't count.
    """
    return settings.model_copy(update={name: _stored(name, stored) for name in names if name not in fixed})


def _stored(name: str, stored: Mapping[str, str]) -> Any:
    try:
        if name in stored:
            return checked(name, stored[name])
    except SettingsError:
        pass
    return Settings.model_fields[name].get_default(call_default_factory=True)


def checked(name: str, text: str) -> Any:
    """The value of a setting's text.

    Raises `SettingsError` with a sentence that names the setting in capitals.
    """
    return getattr(of({"ghes_url": _ANY_GHES, name: text}), name)


def misread(values: Mapping[str, str]) -> dict[str, str]:
    """Sentences for the texts that can't be what they say, by the setting's name."""
    wrong = {}
    for name, text in values.items():
        try:
            checked(name, text)
        except SettingsError as error:
            wrong[name] = str(error)
    return wrong


async def effective_settings(given: Settings, configuration: SqlConfiguration) -> Effective:
    """The same, with what the store has now. Raises `UnreadableSecretError`."""
    return effective(given, await configuration.read())
