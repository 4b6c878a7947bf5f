"""What arguments mean: the one validator of `/ghe subscribe` and `/ghe unsubscribe`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import urlsplit

from agent.subscriptions.features import FEATURES, LABEL, LATER_FILTERS, LATER_FLAGS, WORDS, Takes
from agent.subscriptions.parser import ArgumentsError, parse
from agent.subscriptions.subscription import PLAIN, FeatureValue
from agent.subscriptions.syntax import Group, Pair, Value, Word

MOST_TARGETS = 10
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_REPO = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")
_CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A repository, or with an empty `repo` an owner, as somebody named it."""

    owner: str
    repo: str = ""

    def __str__(self) -> str:
        """`owner/repo`, or `owner`."""
        return f"{self.owner}/{self.repo}" if self.repo else self.owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a command asks for."""

    targets: tuple[Named, ...]
    """In the order they were named, each once; empty where everything is meant."""
    features: Mapping[str, FeatureValue]
    """Named without a sign."""
    added: Mapping[str, FeatureValue]
    """Named with `+`."""
    labels: tuple[tuple[str, ...], ...]
    """One group for each `+label:`."""

    @property
    def names_nothing(self) -> bool:
        """Whether neither features nor filters are named."""
        return not (self.features or self.added or self.labels)


def read(text: str, ghes_url: str, *, takes_everything: bool = False) -> Request:
    """The request in `text`, which `parser.typed` has been over.

    `ghes_url` is the server whose addresses count as repositories; `takes_everything` lets `*` stand for all targets.

    Raises:
        ArgumentsError: something isn't understood or isn't evaluated yet.
    """
    reader = _Reader(text, ghes_url, takes_everything)
    for argument in parse(text):
        match argument:
            case Word():
                reader.word(argument)
            case Pair():
                reader.pair(argument)
            case Group():
                reader.group(argument)
    return reader.request()


class _Reader:
    """Collects a request from its arguments, the first wrong one raises."""

    def __init__(self, text: str, ghes_url: str, takes_everything: bool) -> None:  # noqa: FBT001
        self._text = text
        self._ghes_url = ghes_url
        self._takes_everything = takes_everything
        self._everything = False
        self._targets: dict[str, Named] = {}
        self._features: dict[str, dict[str, FeatureValue]] = {"": {}, "+": {}}
        self._labels: list[tuple[str, ...]] = []

    def request(self) -> Request:
        if not self._targets and not self._everything:
            raise self._error("Name a repository first, such as `owner/repo`.", 0)
        if len(self._targets) > MOST_TARGETS:
            raise self._error(f"One command takes {MOST_TARGETS} repositories at most.", 0, self._text)
        return Request(
            targets=tuple(self._targets.values()),
            features=self._features[""],
            added=self._features["+"],
            labels=tuple(dict.fromkeys(self._labels)),
        )

    def word(self, word: Word) -> None:
        name = word.text.lower()
        if name in FEATURES:
            self._feature(word, name, PLAIN)
        elif name in LATER_FLAGS and word.sign:
            raise self._later(f"{word.sign}{name}", word.at)
        elif name in WORDS or name in LATER_FLAGS:
            form = f"-{name}" if name in LATER_FLAGS else f'{name}:"…"'
            raise self._error(f"`{name}` is a filter and is written `{form}`.", word.at, word.text)
        elif word.sign:
            raise self._unknown("There is no feature", word.text, FEATURES, word.at)
        elif word.text == "*" and self._takes_everything:
            self._everything = True
        elif "/" in word.text or not (self._targets or self._everything):
            target = self._target(word)
            self._targets.setdefault(str(target).lower(), target)
        else:
            raise self._unknown("There is no feature", word.text, FEATURES, word.at)

    def pair(self, pair: Pair) -> None:
        if blank := next((value for value in pair.values if not value.text.strip()), None):
            raise self._error(f"`{pair.name}:` needs a value here.", blank.at)
        if pair.name in LATER_FILTERS or (pair.name == LABEL and pair.sign == "-"):
            raise self._later(f"{pair.sign}{pair.name}:", pair.at)
        if pair.name == LABEL:
            self._labels.append(tuple(dict.fromkeys(value.text for value in pair.values)))
        elif pair.name in FEATURES:
            self._feature(pair, pair.name, FeatureValue(words=self._words(pair)))
        else:
            raise self._unknown("There is no feature or filter", pair.name, WORDS, pair.at)

    def group(self, group: Group) -> None:
        if group.name in LATER_FILTERS:
            raise self._later(f"{group.name}:", group.at)
        if group.name not in FEATURES:
            raise self._unknown("There is no feature or filter", group.name, WORDS, group.at)
        feature = FEATURES[group.name]
        if feature.takes is not Takes.FIELDS:
            raise self._error(f"`{group.name}` takes no fields in braces.", group.at, group.name)
        fields: dict[str, tuple[str, ...]] = {}
        for pair in group.fields:
            if pair.name in feature.later:
                raise self._later(f"{group.name}:{{{pair.name}:…}}", pair.at)
            if pair.name not in feature.fields:
                raise self._unknown(f"`{group.name}` has no field", pair.name, feature.fields, pair.at)
            if pair.name in fields:
                raise self._twice(pair.name, pair.at)
            if blank := next((value for value in pair.values if not value.text.strip()), None):
                raise self._error(f"`{pair.name}:` needs a value here.", blank.at)
            fields[pair.name] = tuple(dict.fromkeys(value.text for value in pair.values))
        self._feature(group, group.name, FeatureValue(fields=fields))

    def _feature(self, argument: Word | Pair | Group, name: str, value: FeatureValue) -> None:
        if argument.sign == "-":
            raise self._error(f"To turn `{name}` off, use `unsubscribe owner/repo {name}`.", argument.at, f"-{name}")
        if any(name in features for features in self._features.values()):
            raise self._twice(name, argument.at)
        self._features[argument.sign][name] = value

    def _words(self, pair: Pair) -> tuple[str, ...]:
        feature = FEATURES[pair.name]
        if feature.takes is Takes.BRANCHES:
            return tuple(dict.fromkeys(value.text for value in pair.values))
        for value in pair.values:
            self._check_word(pair.name, value)
        return (_CHANNEL,)

    def _check_word(self, name: str, value: Value) -> None:
        feature = FEATURES[name]
        if feature.takes is Takes.CHANNEL and value.text.lower() == _CHANNEL:
            return
        if set(value.text.lower().split("|")) <= feature.later:
            raise self._later(f"{name}:{value.text}", value.at)
        says = f"`{name}` takes no such value."
        if feature.takes is Takes.CHANNEL:
            says = f'`{name}` takes the value `{name}:"{_CHANNEL}"`, or none.'
        elif feature.takes is Takes.FIELDS:
            says = f'`{name}` takes fields in braces, such as `{name}:{{{feature.fields[0]}:"…"}}`.'
        raise self._error(says, value.at, value.text)

    def _target(self, word: Word) -> Named:
        path, at = word.text, word.at
        ours = urlsplit(self._ghes_url).netloc.lower()
        if path.lower().startswith(("http://", "https://")):
            path = path.partition("://")[2].partition("?")[0].partition("#")[0]
        host, slash, rest = path.partition("/")
        if slash and host.lower() == ours:
            path = rest.rstrip("/").removesuffix(".git")
        elif path != word.text or rest.count("/"):
            raise self._error(f"I'm connected to `{ours}`, not to `{host}`.", at, word.text)
        owner, _, repo = path.partition("/")
        if not _OWNER.fullmatch(owner) or (repo not in {"", "*"} and not _REPO.fullmatch(repo)):
            raise self._not_a_name(path, repo, word)
        return Named(owner=owner, repo="" if repo == "*" else repo)

    def _not_a_name(self, path: str, repo: str, word: Word) -> ArgumentsError:
        if "*" in repo and repo.count("/") == 0:
            return self._later(path, word.at)
        return self._error(f"`{word.text}` is no repository; write `owner/repo` or its address.", word.at, word.text)

    def _later(self, what: str, at: int) -> ArgumentsError:
        return self._error(f"`{what}` isn't supported yet.", at, what)

    def _twice(self, name: str, at: int) -> ArgumentsError:
        return self._error(f"`{name}` is named twice; name it once, with all its values.", at, name)

    def _unknown(self, says: str, name: str, known: Iterable[str], at: int) -> ArgumentsError:
        names = list(known)
        near = get_close_matches(name.lower(), names, n=1)
        hint = f"Did you mean `{near[0]}`?" if near else f"There are {', '.join(f'`{each}`' for each in names)}."
        return self._error(f"{says} `{name}`. {hint}", at, name)

    def _error(self, says: str, at: int, what: str = "") -> ArgumentsError:
        return ArgumentsError(says, self._text, at, length=len(what))
