"""From a file's bytes to what it declares, or to all that is wrong in it.

[T012AB3CD.C024BE91L]                       # a workspace's id, a channel's id
threading = true
previews = true
allow_private = ["acme/secret"]

[T012AB3CD.C024BE91L.subscriptions]
"acme/docs" = 'issues pulls commits:"release/*"'
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agent.subscription_file.declared import DeclaredChannel, DeclaredSubscription
from agent.subscription_file.toml_text import places_of
from agent.subscription_file.wrong_file import Place, Problem, WrongFileError
from agent.subscriptions.changes import subscribed
from agent.subscriptions.parser import ArgumentsError
from agent.subscriptions.request import Named, Request, read
from shared.address import Address

MOST_BYTES = 16_000_000
THREADING, PREVIEWS, ALLOW, SUBSCRIPTIONS = "threading", "previews", "allow_private", "subscriptions"
_KNOWN = (THREADING, PREVIEWS, ALLOW, SUBSCRIPTIONS)
_TEAM, _CHANNEL = re.compile(r"T[A-Z0-9]{1,30}"), re.compile(r"[CGD][A-Z0-9]{1,30}")
_AT = re.compile(r"(?P<says>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL)
_Path = tuple[str, ...]


def bytes_of(path: Path) -> bytes:
    """What is in the file. Raises `WrongFileError`."""
    try:
        with path.open("rb") as file:
            found = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise WrongFileError(path, [Problem(says=f"It can't be read: {error.strerror or error}.")]) from None
    if len(found) > MOST_BYTES:
        raise WrongFileError(path, [Problem(says=f"It is larger than {MOST_BYTES // 1_000_000} MB; split it in two.")])
    return found


def declared(content: bytes, path: Path, ghes_url: str) -> tuple[DeclaredChannel, ...]:
    """The channels that a file names, in its order; `ghes_url` is the server that repositories are on.

    Raises `WrongFileError`, with everything that is wrong.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode().removeprefix("\ufeff").split("\n")
        place = Place(line=len(before), column=len(before[-1]) + 1)
        raise WrongFileError(path, [Problem(says="It isn't UTF-8; save it as such.", place=place)]) from None
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise WrongFileError(path, [_unreadable(error, text)]) from None
    reader = _Reader(text, ghes_url)
    channels = tuple(reader.channels(tables))
    if reader.problems:
        raise WrongFileError(path, reader.problems)
    return channels


def _unreadable(error: Exception, text: str) -> Problem:
    found = _AT.fullmatch(str(error))
    if found is None:
        return Problem(says="It can't be read as TOML: it is nested too deeply, or holds a number that is too long.")
    lines = text.rstrip("\n").split("\n")
    place = Place(line=int(found["line"] or len(lines)), column=int(found["column"] or len(lines[-1]) + 1))
    return Problem(says=f"It can't be read as TOML here: {_plain(found['says'])}.", place=place)


class _Reader:
    """Goes through the tables and collects what is wrong."""

    def __init__(self, text: str, ghes_url: str) -> None:
        self._places, self._lines, self._ghes_url = places_of(text), text.split("\n"), ghes_url
        self.problems: list[Problem] = []

    def channels(self, tables: Mapping[str, Any]) -> list[DeclaredChannel]:
        found = []
        for team_id, channels in tables.items():
            if not _TEAM.fullmatch(team_id) or not isinstance(channels, dict):
                self._wrong((team_id,), f"`{team_id}` isn't a workspace's id: a table is called `[T….C…]`.")
                continue
            for channel_id, table in channels.items():
                path = (team_id, channel_id)
                if not _CHANNEL.fullmatch(channel_id) or not isinstance(table, dict):
                    self._wrong(path, f"`{channel_id}` isn't a channel's id: a table is called `[{team_id}.C…]`.")
                else:
                    found.append(self._channel(path, table))
        return found

    def _channel(self, path: _Path, table: Mapping[str, Any]) -> DeclaredChannel:
        for name in table.keys() - set(_KNOWN):
            known = ", ".join(f"`{each}`" for each in _KNOWN)
            self._wrong((*path, name), f"`{name}` isn't known here. A channel's table has {known}.")
        subscriptions = self._subscriptions((*path, SUBSCRIPTIONS), table.get(SUBSCRIPTIONS))
        return DeclaredChannel(
            address=Address(team_id=path[0], channel_id=path[1]),
            subscriptions=subscriptions,
            threading=self._switch((*path, THREADING), table.get(THREADING)),
            previews=self._switch((*path, PREVIEWS), table.get(PREVIEWS)),
            allowed=self._allowed((*path, ALLOW), table.get(ALLOW), subscriptions or ()),
            place=self._place(path),
        )

    def _switch(self, path: _Path, value: object) -> bool | None:
        if value is None or isinstance(value, bool):
            return value
        self._wrong(path, f"`{path[-1]}` is either `true` or `false`.")
        return None

    def _subscriptions(self, path: _Path, table: object) -> tuple[DeclaredSubscription, ...] | None:
        if table is None:
            return None
        if not isinstance(table, dict):
            self._wrong(path, "`subscriptions` is a table, with a line for each repository or owner.")
            return None
        found: dict[str, DeclaredSubscription] = {}
        for name, words in table.items():
            here = (*path, name)
            one = self._subscription(here, name, words)
            if one is None:
                continue
            if str(one.named).lower() in found:
                self._wrong(here, f"`{name}` is there twice in this channel; keep one of the two.")
            found[str(one.named).lower()] = one
        return tuple(found.values())

    def _subscription(self, path: _Path, name: str, words: object) -> DeclaredSubscription | None:
        named = self._named(name)
        if named is None:
            self._wrong(path, f"`{name}` is no repository and no owner: write `owner/repo` or `owner`.")
        elif not isinstance(words, str):
            self._wrong(path, f"`{name}`: what it wants is a text in quotes, such as 'issues pulls'.")
        else:
            request = self._request(path, name, words)
            if request is not None:
                wants = subscribed(None, request)
                return DeclaredSubscription(named=named, wants=wants, place=self._place(path))
        return None

    def _named(self, name: str) -> Named | None:
        """The name alone, through the one reader of names; what has a blank, say, would read as more than a name."""
        try:
            request = read(f"{self._ghes_url}/{name}", self._ghes_url)
        except ArgumentsError:
            return None
        alone = len(request.targets) == 1 and request.names_nothing
        return request.targets[0] if alone and str(request.targets[0]) == name else None

    def _request(self, path: _Path, name: str, words: str) -> Request | None:
        before = f"{self._ghes_url}/{name} "
        try:
            request = read(before + words, self._ghes_url)
        except ArgumentsError as error:
            self._misread(path, name, ArgumentsError(error.says, words, error.at - len(before), length=error.length))
            return None
        if len(request.targets) > 1:
            second = str(request.targets[1])
            says = f"`{second}` is another repository; give it a line of its own."
            at = max(words.lower().find(second.lower()), 0)
            self._misread(path, name, ArgumentsError(says, words, at, length=len(second)))
            return None
        return request

    def _allowed(
        self, path: _Path, value: object, subscriptions: Sequence[DeclaredSubscription]
    ) -> frozenset[Named] | None:
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self._wrong(path, '`allow_private` is a list of this channel\'s repositories, such as ["owner/repo"].')
            return None
        here = {str(each.named).lower(): each.named for each in subscriptions if each.named.repo}
        for name in value:
            if name.lower() not in here:
                says = f"`allow_private` names `{name}`, which isn't among this channel's repositories in the file."
                self._wrong(path, says)
        return frozenset(here[name.lower()] for name in value if name.lower() in here)

    def _misread(self, path: _Path, name: str, error: ArgumentsError) -> None:
        at = max(error.at, 0)
        shown = ArgumentsError(error.says, error.typed, at, length=error.length).pointer()
        self._wrong(path, f"`{name}`: {error.says}", pointer=shown, place=self._inside(path, error.typed, at))

    def _wrong(self, path: _Path, says: str, pointer: str = "", place: Place | None = None) -> None:
        place = place or self._place(path)
        self.problems.append(Problem(says=_plain(says), place=place, pointer=_plain(pointer, keep="\n")))

    def _place(self, path: _Path) -> Place | None:
        """Of the key, or of the table that it is in."""
        return next((self._places[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self._places), None)

    def _inside(self, path: _Path, words: str, at: int) -> Place | None:
        """Of a character of a key's text; None where the text isn't written out on the key's line."""
        if path not in self._places:
            return None
        line = self._places[path].line
        raw = self._lines[line - 1]
        begins = raw.find(words, raw.find("=") + 1)
        return None if begins < 0 else Place(line=line, column=begins + at + 1)


def _plain(text: str, keep: str = "") -> str:
    """A file's words, fit for a terminal."""
    return "".join(each if each.isprintable() or each in keep else " " for each in text)
