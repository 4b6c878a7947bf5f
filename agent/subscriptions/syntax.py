"""What the grammar yields, and how it is written again; what it means is decided in `agent.subscriptions.request`."""

from dataclasses import dataclass, field

from agent.subscriptions.features import FEATURES


@dataclass(frozen=True, slots=True)
class Value:
    """One value; `at` is the offset of its first character, quotes included."""

    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Word:
    """`owner/repo`, `issues`, `+releases`, `-bots`."""

    sign: str
    """`+`, `-` or empty."""
    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Pair:
    """`commits:main,users/*`, `+label:"good first issue"`."""

    sign: str
    name: str
    """In lower case."""
    values: tuple[Value, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Group:
    """`workflows:{event:"push","pull_request" branch:"main"}`."""

    sign: str
    name: str
    fields: tuple[Pair, ...]
    at: int = field(default=0, compare=False)


Argument = Word | Pair | Group


def written(arguments: tuple[Argument, ...]) -> str:
    """A text that the parser reads as these arguments; everything that could need quotes has them."""
    return " ".join(_argument(argument) for argument in arguments)


def feature_written(name: str, words: tuple[str, ...], fields: dict[str, tuple[str, ...]]) -> str:
    """A feature as one would type it: `commits:"main","users/*"`, `workflows:{event:"push"}`, `issues`."""
    if fields:
        known = [key for key in FEATURES[name].fields if key in fields]
        pairs = tuple(Pair("", key, tuple(Value(value) for value in fields[key])) for key in known)
        return _argument(Group("", name, pairs))
    return _argument(Pair("", name, tuple(Value(word) for word in words))) if words else name


def _argument(argument: Argument) -> str:
    match argument:
        case Word(sign, text):
            return sign + _quoted(text)
        case Pair(sign, name, values):
            return f"{sign}{name}:{','.join(_quoted(value.text) for value in values)}"
        case Group(sign, name, fields):
            return f"{sign}{name}:{{{' '.join(_argument(pair) for pair in fields)}}}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
