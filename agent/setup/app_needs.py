"""What the code needs of the GitHub App: for which feature, and what is lost without it.

The manifest (`agent.manifests`) asks for exactly these permissions and events, and the features of an event are those
of its rows in the card table; tests hold the three together. The permission of an event is GitHub's webhook reference
for GHES 3.19.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from agent.card_table import ALWAYS

RANK: Mapping[str, int] = {"read": 1, "write": 2, "admin": 3}
NOTHING_YET = "nothing yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What is needed of one."""

    level: str
    """`read` or `write`."""
    cost: str
    """What is lost without it; the end of a sentence."""
    also: tuple[str, ...] = ()
    """What it is needed for beside the features of its events."""
    indispensable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooked:
    """What an event is for: features of subscriptions, and other things. Neither: nothing is lost without it."""

    permission: str
    """Without which GHES refuses it."""
    features: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def serves(self) -> str:
        """In words."""
        named = ["every subscription" if each == ALWAYS else each for each in self.features]
        return ", ".join([*named, *self.also]) or NOTHING_YET

    @property
    def needed(self) -> bool:
        """Whether something is lost without it."""
        return bool(self.features or self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A permission or an event, needed and given. `given`: its level, or `yes`; empty where the App hasn't got it."""

    name: str
    needed: str
    given: str
    serves: str
    cost: str
    """What its lack costs; empty where it is given, or where nothing is lost."""
    lacking: bool
    indispensable: bool = False


_ACCESS = ("who may still see a private repository",)
_CHECKS = ("checks on the cards of pull requests",)

PERMISSIONS: Mapping[str, Permission] = {
    "metadata": Permission(
        level="read",
        also=("finding repositories",),
        cost="no repository can be seen",
        indispensable=True,
    ),
    "contents": Permission(
        level="read",
        also=("previews of files",),
        cost="commits, branches and releases aren't heard of, and files get no previews",
    ),
    "issues": Permission(
        level="write",
        also=("opening, editing, commenting and closing from Slack",),
        cost="issues aren't heard of, or can't be opened, edited and closed from Slack",
    ),
    "pull_requests": Permission(
        level="write",
        also=("commenting and closing from Slack",),
        cost="pull requests and reviews aren't heard of, or can't be commented and closed from Slack",
    ),
    "actions": Permission(
        level="write",
        also=("running workflows again from Slack",),
        cost="workflows aren't heard of, or can't be run again from Slack",
    ),
    "deployments": Permission(
        level="write",
        also=("approving from Slack",),
        cost="deployments aren't heard of, or can't be approved from Slack",
    ),
    "checks": Permission(level="read", cost="cards of pull requests don't show their checks"),
    "statuses": Permission(level="read", cost="cards of pull requests don't show commit statuses"),
    "discussions": Permission(level="read", cost="discussions aren't heard of"),
    "members": Permission(level="read", cost="it is noticed later when somebody loses access, and teams aren't known"),
    "vulnerability_alerts": Permission(
        level="read", cost="Dependabot's alerts can't be shown once a feature asks for them"
    ),
    "security_events": Permission(
        level="read", cost="code scanning alerts can't be shown once a feature asks for them"
    ),
    "secret_scanning_alerts": Permission(
        level="read", cost="secret scanning alerts can't be shown once a feature asks for them"
    ),
}

EVENTS: Mapping[str, Hooked] = {
    "issues": Hooked(permission="issues", features=("issues",)),
    "issue_comment": Hooked(permission="issues", features=("comments",)),
    "label": Hooked(permission="metadata"),
    "milestone": Hooked(permission="issues"),
    "pull_request": Hooked(permission="pull_requests", features=("pulls",)),
    "pull_request_review": Hooked(permission="pull_requests", features=("reviews",)),
    "pull_request_review_comment": Hooked(permission="pull_requests", features=("comments",)),
    "pull_request_review_thread": Hooked(permission="pull_requests"),
    "push": Hooked(permission="contents", features=("commits",)),
    "create": Hooked(permission="contents", features=("branches",)),
    "delete": Hooked(permission="contents", features=("branches",)),
    "commit_comment": Hooked(permission="contents", features=("comments",)),
    "release": Hooked(permission="contents", features=("releases",)),
    "fork": Hooked(permission="contents"),
    "star": Hooked(permission="metadata"),
    "public": Hooked(permission="metadata", features=(ALWAYS,), also=_ACCESS),
    "repository": Hooked(permission="metadata", features=(ALWAYS,), also=_ACCESS),
    "deployment": Hooked(permission="deployments", features=("deployments",)),
    "deployment_status": Hooked(permission="deployments", features=("deployments",)),
    "deployment_review": Hooked(permission="deployments", features=("deployments",)),
    "deployment_protection_rule": Hooked(permission="deployments"),
    "workflow_run": Hooked(permission="actions", features=("workflows",)),
    "workflow_job": Hooked(permission="actions"),
    "check_run": Hooked(permission="checks", features=("pulls",), also=_CHECKS),
    "check_suite": Hooked(permission="checks"),
    "status": Hooked(permission="statuses", features=("pulls",), also=_CHECKS),
    "discussion": Hooked(permission="discussions", features=("discussions",)),
    "discussion_comment": Hooked(permission="discussions", features=("discussions",)),
    "member": Hooked(permission="members", also=_ACCESS),
    "membership": Hooked(permission="members", also=_ACCESS),
    "team": Hooked(permission="members", also=_ACCESS),
    "team_add": Hooked(permission="members", also=_ACCESS),
    "organization": Hooked(permission="members", also=_ACCESS),
    "dependabot_alert": Hooked(permission="vulnerability_alerts"),
    "code_scanning_alert": Hooked(permission="security_events"),
    "secret_scanning_alert": Hooked(permission="secret_scanning_alerts"),
}


def permission_rows(given: Mapping[str, object]) -> list[Row]:
    """What is needed beside what is given, by GHES's `permissions`."""
    return [_permission_row(name, need, str(given.get(name) or "")) for name, need in PERMISSIONS.items()]


def event_rows(given: Collection[object]) -> list[Row]:
    """The same of events, by GHES's `events`."""
    return [
        Row(
            name=name,
            needed="yes" if need.needed else "no",
            given="yes" if name in given else "",
            serves=need.serves,
            cost=f"{need.serves}: not heard of" if need.needed and name not in given else "",
            lacking=need.needed and name not in given,
        )
        for name, need in EVENTS.items()
    ]


def _permission_row(name: str, need: Permission, has: str) -> Row:
    lacking = RANK.get(has, 0) < RANK[need.level]
    return Row(
        name=name,
        needed=need.level,
        given=has,
        serves=", ".join(dict.fromkeys(_purposes(name, need))) or NOTHING_YET,
        cost=need.cost if lacking else "",
        lacking=lacking,
        indispensable=need.indispensable,
    )


def _purposes(name: str, need: Permission) -> Iterator[str]:
    for hooked in EVENTS.values():
        if hooked.permission == name and hooked.needed:
            yield from hooked.serves.split(", ")
    yield from need.also
