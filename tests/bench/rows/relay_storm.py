"""A storm in many workspaces beside quiet channels, and a backlog that drains, on a clock that is stepped.

Seconds are those of the clock, in which only Slack takes time: what is measured is the order of things, not how fast
this machine is. The event source starts an invocation as soon as there is work, a hundred at most.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from relay_lambda.carrying.limits import CHANNEL_PACE
from shared.blockkit.limits import MERGED
from shared.post import Role
from tests.bench.figures import Figure, Peer, at_least, at_most, percentile
from tests.bench.relay.storm import Cloud, Ran, Saying

ROW = "relay: storm"
QUIET_WORKSPACES, QUIET_CHANNELS, QUIET_PER_S = 99, 10, 80
HOT_CHANNELS = 5
DRAINED_CHANNELS, WAITING, WAITING_ALONE = 10, 200, 30
QUIET, HOT = "quiet", "hot"
QUIET_GOAL_S, DRAIN_GOAL = 2.0, 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    """Of the storm; what is quick keeps the rates."""

    workspaces: int
    events: int
    seconds: float


WHOLE = _Size(workspaces=60, events=100, seconds=60.0)
QUICK = _Size(workspaces=60, events=17, seconds=10.0)


async def measured(*, quick: bool) -> list[Figure]:
    size = QUICK if quick else WHOLE
    idle, storm = _ran(list(_quiet(size.seconds))), _ran([*_quiet(size.seconds), *_hot(size)])
    return [*_beside(idle, storm), *_own(storm), *_cost(idle, storm), *_drained()]


def _beside(idle: Ran, storm: Ran) -> Iterator[Figure]:
    """The quiet channels, with and without the storm."""
    for share in (0.5, 0.99):
        calm = Peer(name="idle", value=percentile(idle.delays_s(QUIET), share))
        goal = at_most(QUIET_GOAL_S) if share > 0.5 else None
        value = percentile(storm.delays_s(QUIET), share)
        yield Figure(row=ROW, what=f"quiet p{share * 100:.0f}", value=value, unit="s", goal=goal, peer=calm)


def _own(storm: Ran) -> Iterator[Figure]:
    """The channels that the storm is in."""
    for share in (0.5, 0.99):
        yield Figure(row=ROW, what=f"hot p{share * 100:.0f}", value=percentile(storm.delays_s(HOT), share), unit="s")
    said = len(storm.sent_at)
    yield Figure(row=ROW, what="notifications of a post", value=said / storm.posts, unit="")
    yield Figure(row=ROW, what="429s for each post", value=storm.limited / storm.posts, unit="")
    yield Figure(row=ROW, what="not said, or out of order", value=_wrong(storm), unit="", goal=at_most(0))


def _cost(idle: Ran, storm: Ran) -> Iterator[Figure]:
    """What AWS bills of it, for each notification."""
    for name, ran in (("idle", idle), ("storm", storm)):
        said = len(ran.sent_at)
        yield Figure(row=ROW, what=f"{name}: receives for each", value=ran.receives / said, unit="")
        yield Figure(row=ROW, what=f"{name}: invocations for each", value=ran.invocations / said, unit="")
        yield Figure(row=ROW, what=f"{name}: seconds of Lambda for each", value=ran.lambda_s / said, unit="s")
        yield Figure(row=ROW, what=f"{name}: invocations at a time, at most", value=ran.most_at_a_time, unit="")


def _drained() -> Iterator[Figure]:
    """What waited in every channel, beside the time that one post a second, three at once, takes of itself."""
    for what, waiting, role, posts in (
        ("merged", WAITING, Role.PLAIN, WAITING // MERGED),
        ("unmerged", WAITING_ALONE, Role.PARENT, WAITING_ALONE),
    ):
        ran = _ran(list(_backlog(waiting, role)))
        ideal_s = (posts - CHANNEL_PACE.burst) / CHANNEL_PACE.rate
        took_s = max(ran.said_at.values()) - min(ran.said_at.values())
        named = f"{waiting * DRAINED_CHANNELS:,} in {DRAINED_CHANNELS} channels, {what}"
        yield Figure(
            row=ROW, what=f"drain of {named}", value=took_s, unit="s", peer=Peer(name="Slack's limit", value=ideal_s)
        )
        value = ideal_s / took_s
        yield Figure(row=ROW, what=f"efficiency, {what}", value=value, unit="", goal=at_least(DRAIN_GOAL))
        yield Figure(row=ROW, what=f"429s, {what}", value=ran.limited, unit="")


def _ran(sayings: Sequence[Saying]) -> Ran:
    return Cloud(sorted({each.team_id for each in sayings})).run(sayings)


def _quiet(seconds: float) -> Iterator[Saying]:
    """Nobody waits for anybody: the pauses between them are exponential."""
    dice, at, number = random.Random(1), 0.0, 0
    while (at := at + dice.expovariate(QUIET_PER_S)) < seconds:
        number += 1
        place = dice.randrange(QUIET_WORKSPACES * QUIET_CHANNELS)
        team, channel = f"TQ{place // QUIET_CHANNELS}", f"CQ{place}"
        yield Saying(at=at, id=f"{QUIET}_{place}_{number}", team_id=team, channel_id=channel)


def _hot(size: _Size) -> Iterator[Saying]:
    """Each channel's at random moments, numbered in their order."""
    dice = random.Random(2)
    for place in range(size.workspaces * HOT_CHANNELS):
        moments = sorted(dice.uniform(0, size.seconds) for _ in range(size.events))
        for number, at in enumerate(moments):
            team, channel = f"TH{place // HOT_CHANNELS}", f"CH{place}"
            yield Saying(at=at, id=f"{HOT}_{place}_{number}", team_id=team, channel_id=channel)


def _backlog(waiting: int, role: Role) -> Iterator[Saying]:
    """All of it at once, in workspaces of five channels."""
    for number in range(waiting):
        for place in range(DRAINED_CHANNELS):
            team, channel = f"T{place // HOT_CHANNELS}", f"C{place}"
            yield Saying(at=0.0, id=f"waiting_{place}_{number}", team_id=team, channel_id=channel, role=role)


def _wrong(ran: Ran) -> int:
    """How many weren't said, and how often a channel's later one was said before an earlier one."""
    inverted, last = 0, dict[str, int]()
    for id_ in ran.in_order:
        channel, _, number = id_.rpartition("_")
        inverted += int(number) < last.get(channel, -1)
        last[channel] = int(number)
    return inverted + len(ran.sent_at) - len(ran.said_at) + ran.others
