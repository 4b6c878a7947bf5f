"""Reading the file of `ghe-slack setup`.

[github_app]
id = "12"
private_key_file = "app.pem"          # every text may lie in a file of its own, named from this one's folder
client_secret_file = "client-secret"
webhook_secret_file = "webhook-secret"

[slack_app]
configuration_token_file = "configuration-token"
app_token_file = "app-token"
allowed_workspaces = ["T012AB3CD"]

[[workspaces]]
id = "T012AB3CD"
bot_token_file = "bot-token"
data_class = "title"

`forget = true`, alone in one of the first two, deletes the app's values here; `remove = true` beside an id removes the
Slack app from that workspace.
"""

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from agent.setting_up.declared import GITHUB_APP, SLACK_APP, Declared, DeclaredWorkspace
from agent.settings_errors import SettingsError
from shared.card import DataClass

_FILE = "_file"
_TOKEN, _UPDATE, _FORGET, _POINT, _REMOVE = "configuration_token", "update", "forget", "set_webhook_address", "remove"
_SECTIONS = ("github_app", "slack_app", "workspaces")
_WORKSPACE = ("id", "bot_token", "data_class", "transport", _REMOVE)
TRANSPORTS = ("direct", "relay")
_BOOLEANS, _LISTS = frozenset({"enabled", _UPDATE, _FORGET, _POINT, _REMOVE}), frozenset({"allowed_workspaces"})


def read(path: Path) -> Declared:
    """What the file declares. Raises `SettingsError` with one sentence."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} isn't TOML: {error}.") from None
    return _Reader(path).declared(found)


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path

    def declared(self, found: Mapping[str, Any]) -> Declared:
        self._known(found, _SECTIONS, "")
        github = self._section(found.get("github_app", {}), "github_app", (*GITHUB_APP, _POINT, _FORGET))
        slack = self._section(found.get("slack_app", {}), "slack_app", (*SLACK_APP, _TOKEN, _UPDATE, _FORGET))
        for where, texts in (("github_app", github), ("slack_app", slack)):
            self._alone(where, texts, _FORGET, 1)
        listed = found.get("workspaces", [])
        if not isinstance(listed, list):
            raise self._wrong("workspaces", "is written [[workspaces]], once for each")
        return Declared(
            github_app={GITHUB_APP[key]: text for key, text in github.items() if key in GITHUB_APP},
            slack_app={SLACK_APP[key]: text for key, text in slack.items() if key in SLACK_APP},
            configuration_token=slack.get(_TOKEN, ""),
            should_update=slack.get(_UPDATE) == "true",
            should_point_webhook=github.get(_POINT) == "true",
            should_forget_github_app=github.get(_FORGET) == "true",
            should_forget_slack_app=slack.get(_FORGET) == "true",
            workspaces=tuple(self._workspace(each, number) for number, each in enumerate(listed, start=1)),
        )

    def _workspace(self, found: Any, number: int) -> DeclaredWorkspace:
        where = f"workspaces, number {number}"
        texts = self._section(found, where, _WORKSPACE)
        if not texts.get("id") and not texts.get("bot_token"):
            raise self._wrong(where, "needs an id, or a bot_token")
        if (named := texts.get("data_class")) is not None and named not in set(DataClass):
            raise self._wrong(f"{where}: data_class", f"is one of {', '.join(DataClass)}")
        if texts.get("transport", "direct") not in TRANSPORTS:
            raise self._wrong(f"{where}: transport", f"is one of {', '.join(TRANSPORTS)}")
        if texts.get(_REMOVE) == "true" and not texts.get("id"):
            raise self._wrong(where, "needs an id, to be removed")
        self._alone(where, texts, _REMOVE, 2)
        return DeclaredWorkspace(
            team_id=texts.get("id", ""),
            bot_token=texts.get("bot_token", ""),
            data_class=DataClass(named) if named else None,
            transport=texts.get("transport"),
            should_remove=texts.get(_REMOVE) == "true",
        )

    def _alone(self, where: str, texts: Mapping[str, str], key: str, most: int) -> None:
        """What is taken away can't be set as well. `most`: keys with this one."""
        if texts.get(key) == "true" and len(texts) > most:
            raise self._wrong(f"{where}: {key}", "stands alone: nothing else can be said beside it")

    def _section(self, found: Any, where: str, keys: Collection[str]) -> dict[str, str]:
        """The texts of a section by key, those that lie in files too."""
        if not isinstance(found, dict):
            raise self._wrong(where, "is a section, written in square brackets")
        self._known(found, [*keys, *(f"{key}{_FILE}" for key in keys)], f"{where}: ")
        texts: dict[str, str] = {}
        for key, value in found.items():
            name = key.removesuffix(_FILE)
            if name in texts:
                raise self._wrong(f"{where}: {name}", "is said twice, here and in a file; keep one of them")
            texts[name] = self._text(f"{where}: {key}", name, value)
            if key != name:
                texts[name] = self._content(f"{where}: {key}", texts[name])
        return texts

    def _text(self, where: str, name: str, value: Any) -> str:
        match value:
            case bool() if name in _BOOLEANS:
                return str(value).lower()
            case list() if name in _LISTS and all(isinstance(each, str) for each in value):
                return ",".join(value)
            case str() if name not in _BOOLEANS | _LISTS:
                return value.strip()
            case int() if name == "id" and not isinstance(value, bool):
                return str(value)
        kind = "true or false" if name in _BOOLEANS else "a list of texts" if name in _LISTS else "a text in quotes"
        raise self._wrong(where, f"must be {kind}")

    def _content(self, where: str, name: str) -> str:
        try:
            return (self._path.parent / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise self._wrong(where, "names no text file that can be read") from None

    def _known(self, found: Mapping[str, Any], keys: Collection[str], where: str) -> None:
        for key in found:
            if key not in keys:
                plain = [each for each in keys if not each.endswith(_FILE)]
                raise self._wrong(f"{where}{key}", f"isn't known; there are {', '.join(plain)}")

    def _wrong(self, where: str, says: str) -> SettingsError:
        return SettingsError(f"{self._path}, {where} {says}.")
