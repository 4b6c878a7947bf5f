"""Where the Slack app is installed, as the console's page *Workspaces* shows it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.examining.scopes import COSTS, OPTIONAL, WANTED
from agent.setup.leaving import REMOVED
from agent.setup.organisations import NOT_LET_IN
from agent.setup.renewal_texts import unrenewed
from agent.store.departed import KEPT_DAYS
from agent.store.discarding import KEY_LOST
from agent.store.installations import EXPIRED
from agent.store.workspace_rows import Installed, Known

_PARKED: Mapping[str, str] = {
    REMOVED: "an administrator has removed the app here",
    NOT_LET_IN: "the organisation doesn't let the app in there",
    KEY_LOST: "the key that its token was encrypted with is lost",
    EXPIRED: "its token has ended and isn't renewed",
    "app_uninstalled": "the app was uninstalled in Slack",
    "tokens_revoked": "its token was revoked in Slack",
    "token_revoked": "its token was revoked in Slack",
    "account_inactive": "the app was removed in Slack, or the workspace is no more",
    "invalid_auth": "Slack doesn't know its token",
}
"""The end of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A scope that was asked for and not granted, and what it would buy."""

    scope: str
    costs: str
    is_optional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An installation with the workspaces that it is for."""

    installed: Installed
    workspaces: Sequence[Known]
    token: str
    """Sentences about its token."""
    is_well: bool
    lacks: Sequence[Lack]
    unlisted: str
    """A sentence where `SLACK_ALLOWED_WORKSPACES` doesn't name it; empty where it may be installed."""
    by_setting: bool
    """Whether it is here by `SLACK_BOT_TOKEN`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A workspace that has no installation any more."""

    workspace: Known
    forgotten_at: datetime | None


def placed(
    installations: Sequence[Installed],
    workspaces: Sequence[Known],
    *,
    allowed: Collection[str],
    by_setting: str,
    now: datetime,
) -> list[Place]:
    """All installations. `by_setting`: the id of the one of `SLACK_BOT_TOKEN`, or empty."""
    return [
        Place(
            installed=each,
            workspaces=[one for one in workspaces if one.installed and one.installed.id == each.id],
            token=_token(each, now),
            is_well=not each.trouble and not _has_ended(each, now),
            lacks=[
                Lack(scope=scope, costs=COSTS[scope], is_optional=scope in OPTIONAL)
                for scope in WANTED
                if scope not in each.scopes
            ],
            unlisted=_unlisted(each, allowed),
            by_setting=each.id == by_setting,
        )
        for each in installations
    ]


def left(workspaces: Sequence[Known]) -> list[Left]:
    """Those that are only remembered."""
    kept = timedelta(days=KEPT_DAYS)
    return [
        Left(workspace=each, forgotten_at=each.parked_at + kept if each.parked_at else None)
        for each in workspaces
        if each.installed is None
    ]


def parked(reason: str) -> str:
    """Why nothing is posted there, as the end of a sentence."""
    return _PARKED.get(reason, f"Slack says {reason}")


def _token(installed: Installed, now: datetime) -> str:
    trouble = unrenewed([(installed.name, installed.trouble)]) if installed.trouble else ""
    if not installed.renews or installed.ends_at is None:
        return trouble or "It holds until it is revoked; nothing is known against it."
    at = f"{installed.ends_at:%Y-%m-%d %H:%M} UTC"
    if _has_ended(installed, now):
        return f"It ended on {at}. {trouble or 'It is being renewed.'}"
    holds = f"It holds until {at}"
    return f"{holds}. {trouble}" if trouble else f"{holds}, and is renewed before that: Slack has it hold 12 hours."


def _has_ended(installed: Installed, now: datetime) -> bool:
    return installed.ends_at is not None and installed.ends_at <= now


def _unlisted(installed: Installed, allowed: Collection[str]) -> str:
    if not allowed or installed.id in allowed:
        return ""
    if not installed.is_organisation and any(each.startswith("E") for each in allowed):
        return (
            f"SLACK_ALLOWED_WORKSPACES doesn't name {installed.id} itself. Unless its organisation is named there, it "
            "couldn't be installed anew; what is installed goes on until it is removed."
        )
    return (
        f"SLACK_ALLOWED_WORKSPACES doesn't allow {installed.id}: it couldn't be installed anew. What is installed goes "
        "on until it is removed."
    )
