"""A batch of the queue: its channels side by side, each in its order."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from relay_lambda.carrying.groups import Group
from relay_lambda.carrying.ports import Collaborators, Deadline
from relay_lambda.carrying.verifying import Arrived, arrived_of


def carry(given: Collaborators, records: Sequence[Mapping[str, Any]], deadline: Deadline) -> Sequence[str]:
    """Carry the messages of a batch; the ids of those that are to come again."""
    groups: dict[str, list[Arrived]] = {}
    for arrived in map(arrived_of, records):
        groups.setdefault(arrived.group, []).append(arrived)
    jobs = [partial(Group(given, deadline, group).carry) for group in groups.values()]
    return [id_ for failed in given.side_by_side(jobs) for id_ in failed]


def side_by_side(jobs: Sequence[Any]) -> Sequence[Sequence[str]]:
    """Each in a thread of its own; a single one in this."""
    if len(jobs) <= 1:
        return [job() for job in jobs]
    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(lambda job: job(), jobs))
