"""Whether a preview is shown, asked about, or neither. Pure.

    readable by everybody on the server ─────────────▶ show
    private ─ the channel is subscribed, or *always* ─▶ show
            ├ prompts are muted, or nobody can be asked ▶ nothing
            └ otherwise ──────────────────────────────▶ ask the sharer alone

What the sharer may not read never gets here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agent.subscriptions.subscription import Scope, Subscription
from shared.event import Repository

AGAIN_S = 1800.0
"""So long the same link isn't shown again in the same channel, nor asked about by the same person."""
EVERYWHERE = ""
"""In place of a channel's id."""


class Size(StrEnum):
    """How much of a thing is shown."""

    FULL = "full"
    CONDENSED = "condensed"


class Verdict(StrEnum):
    """What is done with something that the sharer may read."""

    SHOW = "show"
    ASK = "ask"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person has chosen for private repositories."""

    always: frozenset[tuple[int, str]] = frozenset()
    """(repository id, channel id or `EVERYWHERE`) that is shown without asking."""
    muted_until: datetime | None = None
    """No prompts until then."""
    muted_for_good: bool = False

    def has_always(self, repository_id: int, channel_id: str, *, is_ext_shared: bool = False) -> bool:
        """Whether links to this repository are shown in this channel unasked.

        Where another organisation reads along, *everywhere* isn't enough: it has to be said for this very channel.
        """
        everywhere = (repository_id, EVERYWHERE) in self.always and not is_ext_shared
        here = channel_id != EVERYWHERE and (repository_id, channel_id) in self.always
        return everywhere or here

    def is_muted(self, now: datetime) -> bool:
        """Whether no prompt may be shown now."""
        return self.muted_for_good or (self.muted_until is not None and now < self.muted_until)


def size_of(links: int) -> Size | None:
    """How big each preview of a message with so many links is; None: there is none."""
    match links:
        case 1:
            return Size.FULL
        case 2:
            return Size.CONDENSED
        case _:
            return None


def verdict(
    repository: Repository | None,
    subscriptions: Sequence[Subscription],
    wishes: Wishes,
    *,
    channel_id: str,
    is_ext_shared: bool = False,
    now: datetime,
    can_ask: bool,
) -> Verdict:
    """What is done with a thing of `repository`; None for an account, which everybody on the server may see.

    `subscriptions` are the channel's. One of the owner doesn't count: it says nothing about a private repository. The
    channel of a draft is empty.
    """
    if repository is None or repository.open_to_all:
        return Verdict.SHOW
    always = wishes.has_always(repository.id, channel_id, is_ext_shared=is_ext_shared)
    if always or is_subscribed(repository, subscriptions):
        return Verdict.SHOW
    return Verdict.ASK if can_ask and not wishes.is_muted(now) else Verdict.NOTHING


def is_subscribed(repository: Repository, subscriptions: Sequence[Subscription]) -> bool:
    """Whether one of them is of this very repository, and not paused: then nobody there may read it."""
    own = (each for each in subscriptions if each.target.scope is Scope.REPO and each.target.id == repository.id)
    return any(not each.paused for each in own)
