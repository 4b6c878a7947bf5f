"""What a subscription lets through, in words for people (mrkdwn)."""

from collections.abc import Sequence

from agent.subscriptions.changes import Change
from agent.subscriptions.features import FEATURES
from agent.subscriptions.subscription import PLAIN, FeatureValue, Wants
from agent.subscriptions.syntax import feature_written
from shared.blockkit.mrkdwn import escape, one_line

_FIELD_WORDS = {"name": "named", "event": "triggered by", "branch": "on", "actor": "started by", "category": "in"}


def arriving(wants: Wants) -> list[str]:
    """One line for each feature, then one for each required label."""
    return [*(f"*{name}*: {meaning(name, value)}" for name, value in wants.features.items()), *_only(wants.labels)]


def added(change: Change) -> list[str]:
    """What arrives now and didn't before."""
    return _differing(change.after, change.before)


def removed(change: Change) -> list[str]:
    """What arrived before and doesn't now."""
    return _differing(change.before, change.after)


def short(wants: Wants) -> str:
    """Features and labels on one line, as one would type them, each set as code."""
    return " ".join(code(word) for word in _words(wants))


def as_typed(wants: Wants) -> str:
    """The same as plain text, which the parser reads as these again."""
    return " ".join(_words(wants))


def meaning(name: str, value: FeatureValue) -> str:
    """What arrives of a feature: `pushes to `main``."""
    if value == PLAIN:
        return FEATURES[name].meaning
    match name:
        case "commits":
            return "pushes to every branch" if "*" in value.words else f"pushes to {_either(value.words)}"
        case "reviews":
            return "reviews of pull requests, in the channel too"
        case "comments":
            return "comments on issues, pull requests, their code and commits, in the channel too"
        case _:
            what = {"workflows": "workflow runs", "discussions": "discussions created and answered"}[name]
            filters = (
                f"{words} {_either(value.fields[key])}" for key, words in _FIELD_WORDS.items() if key in value.fields
            )
            return " ".join((what, *filters))


def code(text: str) -> str:
    """Somebody's words, set as code."""
    return f"`{one_line(text.replace('`', 'ˋ'))}`"


def pointed(pointer: str) -> str:
    """The two lines that point at a character, in fixed width."""
    return f"```{escape(pointer.replace('`', 'ˋ'))}```"


def _words(wants: Wants) -> list[str]:
    features = (feature_written(name, value.words, dict(value.fields)) for name, value in wants.features.items())
    return [*features, *(feature_written("+label", group, {}) for group in wants.labels)]


def _differing(these: Wants | None, those: Wants | None) -> list[str]:
    if these is None:
        return []
    features = those.features if those else {}
    labels = those.labels if those else ()
    changed = [name for name, value in these.features.items() if features.get(name) != value]
    return [
        *(f"*{name}*: {meaning(name, these.features[name])}" for name in changed),
        *_only([group for group in these.labels if group not in labels]),
    ]


def _only(labels: Sequence[tuple[str, ...]]) -> list[str]:
    return [f"*label*: of issues and pull requests, only those labelled {_either(group)}" for group in labels]


def _either(names: Sequence[str]) -> str:
    return " or ".join(code(name) for name in names)
