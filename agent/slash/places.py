"""An issue or pull request as somebody names it: `owner/repo#12`, or the address of its page."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from agent.subscriptions.parser import ArgumentsError
from agent.subscriptions.request import Named, read

EXAMPLE = "owner/repo#12"

_SHORT = re.compile(r"([A-Za-z0-9][\w-]{0,99})/((?!\.{1,2}#)[\w.-]{1,100})#(\d{1,10})", re.ASCII)
_PATH = re.compile(
    r"([A-Za-z0-9][\w-]{0,99})/((?!\.{1,2}/)[\w.-]{1,100})/(issues|pull|pulls)/(\d{1,10})(?:/[^\s]*)?", re.ASCII
)
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_REASON = re.compile(r"reason:\s*(?:\"([^\"]*)\"|(\S+))", re.IGNORECASE)
_REASONS = {"completed": "completed", "not planned": "not_planned", "not_planned": "not_planned"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An issue or pull request."""

    repository: str
    """`owner/repo`."""
    number: int
    is_pull: bool = False
    """Whether its address says so; which of both it is, only GHES knows."""

    def __str__(self) -> str:
        """`owner/repo#12`."""
        return f"{self.repository}#{self.number}"


def place(text: str, ghes_url: str, *, at: int = 0, whole: str | None = None) -> Place:
    """The place that a word names; `at` is where it stands in `whole`, for the pointer.

    Raises:
        ArgumentsError: it names none, or one of another server.
    """
    everything = text if whole is None else whole
    found = _SHORT.fullmatch(text)
    if found:
        return Place(repository=f"{found[1]}/{found[2]}", number=int(found[3]))
    scheme = _SCHEME.match(text)
    bare = text[scheme.end() if scheme else 0 :].partition("?")[0].partition("#")[0]
    host, _, path = bare.partition("/")
    ours = urlsplit(ghes_url).netloc
    if host.lower() == ours.lower():
        found = _PATH.fullmatch(path)
        if found:
            return Place(repository=f"{found[1]}/{found[2]}", number=int(found[4]), is_pull=found[3] != "issues")
        raise _error("This isn't the address of an issue or a pull request.", text, at, everything)
    if scheme:
        raise _error(f"I'm connected to `{ours}`, not to `{host}`.", text, at, everything)
    raise _error(f"Name an issue or a pull request, such as `{EXAMPLE}`, or its address.", text, at, everything)


def repository(arguments: str, ghes_url: str) -> Named | None:
    """The one repository that arguments name, or None for no arguments. Raises `ArgumentsError`."""
    if not arguments.strip():
        return None
    asked = read(arguments, ghes_url)
    if len(asked.targets) != 1 or not asked.targets[0].repo or not asked.names_nothing:
        raise _error("Name one repository, such as `owner/repo`, or none.", arguments.strip(), 0, arguments)
    return asked.targets[0]


def only_place(arguments: str, ghes_url: str) -> Place:
    """The place that the arguments of a command are. Raises `ArgumentsError`."""
    found, rest, at = _first(arguments, ghes_url)
    if rest:
        raise _error("Here I expected nothing more.", rest, at, arguments)
    return found


def place_and_reason(arguments: str, ghes_url: str) -> tuple[Place, str]:
    """The place, and `completed`, `not_planned` or nothing. Raises `ArgumentsError`."""
    found, rest, at = _first(arguments, ghes_url)
    if not rest:
        return found, ""
    reason = _REASON.fullmatch(rest)
    if reason is None:
        raise _error('Here I expected nothing more than `reason:"not planned"`.', rest, at, arguments)
    given = (reason[1] if reason[1] is not None else reason[2]).strip().lower()
    if given not in _REASONS:
        says = 'A reason is `reason:"completed"` or `reason:"not planned"`.'
        group = 1 if reason[1] is not None else 2
        raise _error(says, reason[group] or '"', at + reason.start(group), arguments)
    return found, _REASONS[given]


def _first(arguments: str, ghes_url: str) -> tuple[Place, str, int]:
    words = arguments.strip()
    first = words.split(maxsplit=1)[0] if words else ""
    found = place(first, ghes_url, at=arguments.find(first), whole=arguments)
    rest = words[len(first) :].strip()
    return found, rest, arguments.rfind(rest) if rest else len(arguments)


def _error(says: str, what: str, at: int, whole: str) -> ArgumentsError:
    return ArgumentsError(says, whole, at, length=len(what))
