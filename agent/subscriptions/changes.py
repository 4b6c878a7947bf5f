"""What `subscribe` and `unsubscribe` do to what a channel wants."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from agent.subscriptions.features import DEFAULTS, FEATURES
from agent.subscriptions.request import Request
from agent.subscriptions.subscription import PLAIN, FeatureValue, Scope, Target, Wants, decode, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One subscription before and after; None where there is none."""

    target: Target
    before: Wants | None
    after: Wants | None


def subscribed(before: Wants | None, request: Request) -> Wants:
    """Features named without a sign replace what was there, those with `+` and labels are added to it.

    A new subscription that names no feature has the defaults.
    """
    standing = before.features if before else dict.fromkeys(DEFAULTS, PLAIN)
    features = {**(request.features or standing), **request.added}
    labels = dict.fromkeys((*(before.labels if before else ()), *request.labels))
    return Wants(features=_in_order(features), labels=tuple(labels))


def unsubscribed(before: Wants, request: Request) -> Wants | None:
    """Without the features and labels that are named; None when nothing is named, or no feature is left.

    A feature with a value is turned off only if it has that value.
    """
    if request.names_nothing:
        return None
    named = {**request.features, **request.added}
    features = {name: value for name, value in before.features.items() if not _meant(named.get(name), value)}
    dropped = {name.casefold() for group in request.labels for name in group}
    groups = (tuple(name for name in group if name.casefold() not in dropped) for group in before.labels)
    return Wants(features=features, labels=tuple(group for group in groups if group)) if features else None


def pack(changes: Sequence[Change]) -> str:
    """A text to store for an undo."""
    return json.dumps(
        [
            [
                each.target.scope,
                each.target.id,
                each.target.name,
                each.before and encode(each.before),
                each.after and encode(each.after),
            ]
            for each in changes
        ]
    )


def unpack(text: str) -> tuple[Change, ...]:
    """The inverse of `pack`."""
    return tuple(
        Change(
            target=Target(scope=Scope(scope), id=id_, name=name),
            before=decode(before) if before else None,
            after=decode(after) if after else None,
        )
        for scope, id_, name, before, after in json.loads(text)
    )


def _in_order(features: dict[str, FeatureValue]) -> dict[str, FeatureValue]:
    return {name: features[name] for name in FEATURES if name in features}


def _meant(named: FeatureValue | None, value: FeatureValue) -> bool:
    return named is not None and named in (PLAIN, value)
