"""Whatever goes wrong: everything is said once, and nothing out of the order of its channel."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.sandbox.relay.memory import MemoryLedger
from infra.sandbox.relay.plain_slack import Killed, PlainSlack
from shared.ledger import Entry
from shared.outcome import Delivered
from shared.post import Role

FAULTS = st.sampled_from(
    ["", "", "", "answer lost", "request lost", "http_503", "internal_error", "killed before", "killed after", 3, 7]
)
ROLES = st.sampled_from([Role.PLAIN, Role.PLAIN, Role.PARENT, Role.REPLY, Role.REPLY, Role.BROADCAST])
SAYINGS = st.lists(st.tuples(st.sampled_from(["C1", "C2"]), ROLES), min_size=1, max_size=14)
KILLS = st.sets(st.integers(min_value=1, max_value=40), max_size=3)


class MortalLedger(MemoryLedger):
    """The process dies at these writes, before or, where the number is odd, after it."""

    __slots__ = ("dies_at", "writes")

    def __init__(self, dies_at: set[int]) -> None:
        super().__init__()
        self.dies_at, self.writes = dies_at, 0

    def put(self, agent_id: str, name: str, entry: Entry) -> Entry:
        self.writes += 1
        if self.writes in self.dies_at and self.writes % 2 == 0:
            raise Killed
        stored = super().put(agent_id, name, entry)
        if self.writes in self.dies_at:
            raise Killed
        return stored


@given(sayings=SAYINGS, faults=st.lists(FAULTS, max_size=12), kills=KILLS, most=st.integers(1, 10))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_everything_is_said_once_and_in_order_whatever_fails_and_whoever_is_killed(
    build: Any, clocks: Any, sayings: list[tuple[str, Role]], faults: list[Any], kills: set[int], most: int
) -> None:
    clock = clocks()
    slack = PlainSlack(clock=clock)
    house = build(clock, slack, ledger=MortalLedger(kills))
    for channel in ("C1", "C2"):
        house.say(f"p-{channel}", Role.PARENT, channel=channel)
    slack.faults.extend(faults)
    for number, (channel, role) in enumerate(sayings):
        key = f"7/pull/{number}" if role is Role.PARENT else None if role is Role.PLAIN else "7/issue/1"
        house.say(f"n{number:02}", role, channel=channel, thread_key=key)

    house.run(for_s=7200, most=most)

    assert house.queue.kept == []
    assert house.letters == []
    for channel in ("C1", "C2"):
        mine = [(f"n{number:02}", role) for number, (where, role) in enumerate(sayings) if where == channel]
        parent = next(each for each in slack.messages if each.text == f"p-{channel}")
        rows = slack.texts(channel, None)
        assert rows == [f"p-{channel}", *(id_ for id_, role in mine if role is not Role.REPLY)]
        replies = [id_ for id_, role in mine if role in {Role.REPLY, Role.BROADCAST}]
        assert slack.texts(channel, parent.ts) == replies
    assert all({type(each) for each in found} == {Delivered} for found in house.outcomes.values())
    assert len(house.outcomes) == len(sayings) + 2
