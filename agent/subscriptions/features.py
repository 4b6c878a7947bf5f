"""The words that a subscription is made of: features, and filters.

What the grammar accepts and matching doesn't evaluate yet stands here too, so that it is refused by its name and never
silently ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Takes(StrEnum):
    """What may follow a feature's colon."""

    NOTHING = "nothing"
    BRANCHES = "branches"
    CHANNEL = "channel"
    FIELDS = "fields"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One row of the table."""

    default: bool
    """Whether a new subscription that names no feature has it."""
    meaning: str
    """What arrives, as the end of a sentence, when no value is given."""
    takes: Takes = Takes.NOTHING
    fields: tuple[str, ...] = ()
    """What may stand between the braces."""
    later: frozenset[str] = frozenset()
    """Values and fields that are understood, and not evaluated yet."""


FEATURES: Mapping[str, Feature] = {
    "issues": Feature(
        default=True,
        meaning="issues opened, closed and reopened, transferred and deleted",
        later=frozenset({"opened", "closed", "reopened", "transferred", "deleted", "labeled", "assigned"}),
    ),
    "pulls": Feature(
        default=True,
        meaning="pull requests opened, closed, merged and reopened, drafts that become ready",
        later=frozenset({"opened", "closed", "merged", "reopened", "ready_for_review", "review_requested"}),
    ),
    "commits": Feature(default=True, meaning="pushes to the default branch", takes=Takes.BRANCHES),
    "releases": Feature(
        default=True,
        meaning="releases published",
        later=frozenset({"published", "prereleased", "released"}),
    ),
    "deployments": Feature(
        default=True,
        meaning="deployments, their states and requests to approve them",
        later=frozenset({"success", "failure", "error", "pending", "queued", "in_progress", "waiting"}),
    ),
    "reviews": Feature(
        default=False,
        meaning="reviews of pull requests, in their threads",
        takes=Takes.CHANNEL,
        later=frozenset({"approved", "changes_requested", "commented", "dismissed"}),
    ),
    "comments": Feature(
        default=False,
        meaning="comments on issues, pull requests and their code in their threads, comments on commits",
        takes=Takes.CHANNEL,
        later=frozenset({"issues", "pulls", "code", "commits"}),
    ),
    "branches": Feature(
        default=False,
        meaning="branches and tags created and deleted",
        later=frozenset({"created", "deleted"}),
    ),
    "workflows": Feature(
        default=False,
        meaning="workflow runs of pull requests to the default branch",
        takes=Takes.FIELDS,
        fields=("name", "event", "branch", "actor"),
        later=frozenset({"conclusion", "state"}),
    ),
    "discussions": Feature(
        default=False,
        meaning="discussions created and answered",
        takes=Takes.FIELDS,
        fields=("category",),
        later=frozenset({"created", "answered"}),
    ),
}

DEFAULTS: tuple[str, ...] = tuple(name for name, feature in FEATURES.items() if feature.default)

ALWAYS_ARRIVES = "that the repository was made public or deleted"

LABEL = "label"
"""The one filter that is evaluated, as `+label:"name"`."""

LATER_FILTERS: Mapping[str, str] = {
    "branch": "+-",
    "base": "+-",
    "head": "+-",
    "author": "+-",
    "team": "+-",
    "reviewer": "+-",
    "assignee": "+-",
    "path": "+-",
    "env": "+-",
    "state": "+-",
    "conclusion": "+-",
    "milestone": "+-",
    "repo": "-",
}
"""Filters with a value that are understood and not evaluated yet, and the signs they may bear."""

LATER_FLAGS: Mapping[str, str] = {"draft": "+-", "bots": "-"}
"""The same without a value."""

WORDS: tuple[str, ...] = (*FEATURES, LABEL, *LATER_FILTERS)
"""Every word that may stand before a colon outside braces."""
