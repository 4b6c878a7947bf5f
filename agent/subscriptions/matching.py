"""Whether a subscription wants an event. Pure and quick: it runs for every subscription of every webhook."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from agent.card_table import ALWAYS
from agent.subject import Subject
from agent.subscriptions.subscription import FeatureValue, Subscription
from shared.event import Event, flag, items, text

_HEADS = "refs/heads/"
_LABELLED = ("issue", "pull_request")
_PULL_EVENTS = frozenset({"pull_request", "pull_request_target"})


@dataclass(frozen=True, slots=True)
class Wish:
    """The event is wanted."""

    to_channel: bool
    """Whether a reply is wanted in the channel too, not only in its thread."""


_IN_THREAD, _TO_CHANNEL = Wish(to_channel=False), Wish(to_channel=True)


def wants(subscription: Subscription, feature: str, event: Event, subject: Subject | None) -> Wish | None:
    """How `subscription` wants this event of `feature`; None when it doesn't.

    `feature` is the event's row in the card table. `subject` is what the event is about, brought up to date with it.
    """
    if feature == ALWAYS:
        return _IN_THREAD
    value = subscription.wants.features.get(feature)
    if value is None or (feature == "commits" and _told_by_branches(subscription, event)):
        return None
    if feature in _FILTERS and not _FILTERS[feature](value, event):
        return None
    if subscription.wants.labels and not _labelled(subscription.wants.labels, event, subject):
        return None
    return _TO_CHANNEL if feature in _THREADED and value.words else _IN_THREAD


def _told_by_branches(subscription: Subscription, event: Event) -> bool:
    """GHES says that a branch was deleted twice, by a push and by `delete`; one of them is enough."""
    return flag(event.payload, "deleted") and "branches" in subscription.wants.features


def _commits(value: FeatureValue, event: Event) -> bool:
    """A push to a branch: to the default one, or to one that matches."""
    ref = text(event.payload, "ref")
    if not ref.startswith(_HEADS):
        return False
    branch = ref.removeprefix(_HEADS)
    if not value.words:
        return event.repository is not None and branch == event.repository.default_branch
    return _matches(value.words, branch)


def _workflows(value: FeatureValue, event: Event) -> bool:
    """A run of a pull request counts for the branch that it would be merged into.

    GHES names no pull request for runs of forks; most go to the default branch, so that is taken for their target.
    """
    run = event.payload.get("workflow_run")
    trigger, default = text(run, "event"), event.repository.default_branch if event.repository else ""
    branches = [text(run, "head_branch")]
    if trigger in _PULL_EVENTS:
        branches = [text(pull, "base", "ref") for pull in items(run, "pull_requests")] or [default]
    if not value.fields:
        return trigger == "pull_request" and default in branches
    said: Mapping[str, list[str]] = {
        "name": [text(run, "name").casefold()],
        "event": [trigger],
        "branch": branches,
        "actor": [text(run, "actor", "login").casefold()],
    }
    for name, globs in value.fields.items():
        wanted = globs if name == "branch" else [glob.casefold() for glob in globs]
        if not any(_matches(wanted, each) for each in said.get(name, ())):
            return False
    return True


def _discussions(value: FeatureValue, event: Event) -> bool:
    category = text(event.payload, "discussion", "category", "name").casefold()
    globs = value.fields.get("category")
    return globs is None or _matches([glob.casefold() for glob in globs], category)


_FILTERS: Mapping[str, Callable[[FeatureValue, Event], bool]] = {
    "commits": _commits,
    "workflows": _workflows,
    "discussions": _discussions,
}
_THREADED = frozenset({"reviews", "comments"})


def _labelled(groups: tuple[tuple[str, ...], ...], event: Event, subject: Subject | None) -> bool:
    """Whether an issue or pull request has a label of each group; what has no labels at all isn't filtered by them."""
    kind = next((kind for kind in _LABELLED if isinstance(event.payload.get(kind), Mapping)), None)
    if kind is None:
        return True
    known = subject is not None and "labels" in subject.fields
    labels = items(subject.fields, "labels") if subject is not None and known else items(event.payload, kind, "labels")
    names = {text(label, "name").casefold() for label in labels}
    return all(any(name.casefold() in names for name in group) for group in groups)


def _matches(globs: Iterable[str], name: str) -> bool:
    return any(glob == name or (("*" in glob or "?" in glob) and _pattern(glob).fullmatch(name)) for glob in globs)


@lru_cache(maxsize=4096)
def _pattern(glob: str) -> re.Pattern[str]:
    """`*` stands for any characters, slashes too, `?` for one; everything else for itself, as in `dependabot[bot]`."""
    return re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in glob), re.DOTALL)
