"""The whole of the stand-in's state, its clock and its settings. Everything else is functions of a `World`.

To drive it, see `people.py` (what a person does), `workspace.py` (what happens to channels and the installation) and
`breakage.py` (sockets); to look at it, `messages`, `thread` and `ephemerals` here.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Literal, TypeVar

from infra.sandbox.slack.app import App, Installation
from infra.sandbox.slack.faults import Faults
from infra.sandbox.slack.feed import Change, Feed
from infra.sandbox.slack.limits import Limiter
from infra.sandbox.slack.line import Line
from infra.sandbox.slack.state import Channel, Hook, Message, Organisation, SharedLinks, Team, Trigger, User, View
from infra.sandbox.slack.switches import Switches
from infra.sandbox.slack.tokens import Code, ConfigurationToken
from shared.clock import Clock

T = TypeVar("T")


@dataclass(slots=True, kw_only=True, eq=False)
class World:
    """Slack, as far as apps see it.

    `limits`: False switches all rate limits off (benches). `delivery`: which socket gets an envelope. `loopback_http`:
    browsers are sent back to plain http on loopback, which Slack doesn't do; `localhost_domains`: apps
    may have previews of links of names under `.localhost`, likewise. `complaints`: what apps did against the
    protocol of Socket Mode, in words. `calls`: (method, team id) of every Web API call, in order; an organisation's id
    where it names no workspace. `called_at`: (method, channel id, instant by `clock.monotonic`) of the same calls, also
    of those that a fault met. `public_url` is set by `server.running`.
    """

    clock: Clock
    switches: Switches = field(default_factory=Switches)
    limits: bool = True
    delivery: Literal["round_robin", "random"] = "round_robin"
    connection_life_s: float = 3600
    loopback_http: bool = True
    localhost_domains: bool = True
    apps: dict[str, App] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    configuration_tokens: list[ConfigurationToken] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)
    tickets: dict[str, tuple[str, float]] = field(default_factory=dict)
    links: dict[str, SharedLinks] = field(default_factory=dict)
    event_contexts: dict[str, tuple[str, Installation]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    feed: Feed = field(default_factory=Feed)
    limiter: Limiter = field(init=False)
    line: Line = field(init=False)
    complaints: list[str] = field(default_factory=list)
    calls: list[tuple[str, str | None]] = field(default_factory=list)
    called_at: list[tuple[str, str | None, float]] = field(default_factory=list)
    public_url: str = "http://127.0.0.1"
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _last_ts: float = 0

    def __post_init__(self) -> None:
        """Build what stands on the clock."""
        self.limiter = Limiter(self.clock)
        self.line = Line(
            clock=self.clock,
            switches=self.switches,
            feed=self.feed,
            complaints=self.complaints,
            pick=self.dice.choice if self.delivery == "random" else None,
        )

    @property
    def app(self) -> App:
        """The first app. Raises `LookupError` in a world that has none."""
        return _one("app", self.apps.values(), lambda _: True)

    def installations(self) -> list[Installation]:
        """Return all installations, of workspaces and organisations, also the dead ones; the last installed last."""
        places: list[Team | Organisation] = [*self.teams.values(), *self.organisations.values()]
        found = [installation for place in places for installation in place.installed.values()]
        return sorted({id(it): it for it in found}.values(), key=lambda it: it.order)

    def team(self, key: str) -> Team:
        """Return the workspace with this id or domain."""
        return _one(f"workspace {key}", self.teams.values(), lambda team: key in {team.team_id, team.domain})

    def channel(self, team: str, key: str) -> Channel:
        """Return the channel with this id or name."""
        return _one(f"channel {key}", self.team(team).channels.values(), lambda c: key in {c.channel_id, c.name})

    def user(self, team: str, key: str) -> User:
        """Return the person with this id or name."""
        return _one(f"user {key}", self.team(team).users.values(), lambda user: key in {user.user_id, user.name})

    def new_id(self, prefix: str) -> str:
        """Return an id that looks like Slack's: the prefix, then digits."""
        return f"{prefix}{next(self._numbers):08d}"

    def new_ts(self) -> str:
        """Return the `ts` of a message posted now; each is greater than the one before."""
        self._last_ts = max(round(self.clock.now().timestamp(), 6), round(self._last_ts + 0.000001, 6))
        return f"{self._last_ts:.6f}"

    def put(self, message: Message, change: Change) -> None:
        """Store a message, new or changed, and tell the feed."""
        channel = self.teams[message.team_id].channels[message.channel_id]
        if message.ts not in channel.messages and message.thread_ts not in {None, message.ts}:
            channel.threads.setdefault(str(message.thread_ts), []).append(message.ts)
        channel.messages[message.ts] = message
        self.feed.publish(replace(change, team_id=message.team_id, channel_id=message.channel_id, ts=message.ts))


def _one(what: str, candidates: Iterable[T], fits: Callable[[T], bool]) -> T:
    for candidate in candidates:
        if fits(candidate):
            return candidate
    raise LookupError(f"the sandbox's Slack has no {what}")


def messages(world: World, team: str, channel: str) -> list[Message]:
    """Return what stands in the channel itself, oldest first: roots and broadcast replies, nothing ephemeral."""
    return [
        message
        for message in _visible(world, team, channel)
        if message.thread_ts in {None, message.ts} or message.broadcast
    ]


def thread(world: World, team: str, channel: str, ts: str) -> list[Message]:
    """Return the replies to the message `ts`, oldest first, broadcast ones too."""
    return world.channel(team, channel).replies(ts)


def ephemerals(world: World, team: str, channel: str, user: str) -> list[Message]:
    """Return what only this person sees in the channel, oldest first."""
    user_id = world.user(team, user).user_id
    return [m for m in world.channel(team, channel).messages.values() if m.ephemeral_for == user_id and not m.deleted]


def _visible(world: World, team: str, channel: str) -> list[Message]:
    return [m for m in world.channel(team, channel).messages.values() if m.ephemeral_for is None and not m.deleted]
