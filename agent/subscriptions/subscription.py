"""A subscription, and how what it wants is stored.

What is wanted is one text, so that comparing two texts tells whether somebody changed it meanwhile:

    {"v": 1, "features": {"issues": true, "commits": ["*"], "workflows": {"branch": ["main"]}}, "labels": [["bug"]]}

A text that a newer version wrote with words this one doesn't know is refused as a whole: leaving out a filter would
post what people asked not to see.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from agent.subscriptions.features import FEATURES
from shared.address import Address

_VERSION = 1


class UnreadableWantsError(Exception):
    """The stored text has words of a newer version, or is none of ours."""


class Scope(StrEnum):
    """Whether one repository is meant, or all that an organisation or a person owns."""

    REPO = "repo"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is subscribed to. GHES's `id` is what counts; `name` is how it was called last."""

    scope: Scope
    id: int
    name: str = field(compare=False)
    """`owner/repo`, or `owner`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureValue:
    """How a feature is wanted; with neither words nor fields as it comes by default.

    `commits:main,users/*` has the words `main` and `users/*`; `workflows:{event:"push"}` has the field `event` with
    the one value `push`.
    """

    words: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


PLAIN = FeatureValue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What a subscription lets through."""

    features: Mapping[str, FeatureValue]
    """By feature word, in the order of the table of features."""
    labels: tuple[tuple[str, ...], ...] = ()
    """Each group must be met, by any of its labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A channel's standing interest in a target; a channel has one at most for each target."""

    id: int
    address: Address
    target: Target
    wants: Wants
    created_by: str
    """Slack user id of who subscribed first; it belongs to the channel all the same."""
    created_at: datetime
    paused: bool = False
    """Nobody of the channel may read it; of an owner, that goes for its private repositories alone."""


def encode(wants: Wants) -> str:
    """The text to store; equal wants give equal texts."""
    features = {name: _value(wants.features[name]) for name in FEATURES if name in wants.features}
    return json.dumps({"v": _VERSION, "features": features, "labels": wants.labels}, ensure_ascii=False)


@lru_cache(maxsize=8192)
def decode(text: str) -> Wants:
    """The inverse of `encode`; remembered by text, since many subscriptions want the same.

    Raises:
        UnreadableWantsError: the text is not of this version.
    """
    try:
        stored = json.loads(text)
        if (
            stored.keys() != {"v", "features", "labels"}
            or stored["v"] != _VERSION
            or stored["features"].keys() - FEATURES
        ):
            raise UnreadableWantsError("A subscription was stored by a newer version; run that version or a later one.")
        return Wants(
            features={name: _feature(value) for name, value in stored["features"].items()},
            labels=tuple(tuple(group) for group in stored["labels"]),
        )
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise UnreadableWantsError("A stored subscription can't be read.") from error


def _value(value: FeatureValue) -> Any:
    return {name: value.fields[name] for name in sorted(value.fields)} or list(value.words) or True


def _feature(stored: Any) -> FeatureValue:
    if stored is True:
        return PLAIN
    if isinstance(stored, list):
        return FeatureValue(words=tuple(stored))
    return FeatureValue(fields={name: tuple(values) for name, values in stored.items()})
