"""A backlog at Slack's pace: how near the agent comes to what the limits alone would need, and what merging saves.

The backlog was queued while the agent was down. Every channel takes one message a second, the first at once; the time
runs from the first message to the last. New issues are never merged, pushes are.
"""

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from agent.card_table import load as load_cards
from agent.store.intake import Incoming, Intake
from agent.store.payloads import pack
from agent.store.sqlite import SqliteStore
from shared.event import label
from tests.bench.figures import Figure, at_least
from tests.bench.load import clock
from tests.bench.processes import agent, slack
from tests.bench.seeding import STORE, subscribe
from tests.bench.webhooks import Template, templates

ROW = "drain"
WORKSPACES, CHANNELS = 5, 50
ONE_A_SECOND = {"SLACK_CHANNEL_RATE": "1", "SLACK_CHANNEL_BURST": "1"}
PATIENCE_S = 60.0


async def measured(*, quick: bool) -> list[Figure]:
    each = 6 if quick else 20
    ideal_s = each - 1
    alone_s = await _drained_in_s("issues.opened.with_everything", each)
    merged_s = await _drained_in_s("push.three_commits", each)
    total = f"{each * CHANNELS:,} notifications"
    return [
        Figure(row=ROW, what=f"{total}, unmerged", value=alone_s, unit="s"),
        Figure(
            row=ROW, what="efficiency: the limits' time ÷ ours", value=ideal_s / alone_s, unit="", goal=at_least(0.95)
        ),
        Figure(row=ROW, what=f"{total}, merged", value=merged_s, unit="s"),
        Figure(row=ROW, what="merged is faster by", value=alone_s / merged_s, unit="×"),
    ]


async def _drained_in_s(example: str, each: int) -> float:
    total = each * CHANNELS
    with TemporaryDirectory() as name:
        folder = Path(name)
        async with slack(folder, workspaces=WORKSPACES, channels=CHANNELS // WORKSPACES, limits=True) as standin:
            await subscribe(folder, standin.addresses, repositories=CHANNELS)
            await _queue(folder, list(islice(templates((example,), repositories=CHANNELS), total)))
            async with agent(folder, standin, **ONE_A_SECOND):
                async with clock.timeout(PATIENCE_S):
                    while await standin.ask("count") < total:
                        await clock.sleep(0.05)
                moments: list[float] = [at for _, _, at in await standin.ask("arrivals")]
    return max(moments) - min(moments)


async def _queue(folder: Path, webhooks: Sequence[Template]) -> None:
    intake, store = Intake(load_cards()[0]), SqliteStore(folder / STORE)
    incoming = [
        Incoming(
            event=label(str(uuid4()), each.event, json.loads(each.body), clock.now()),
            body=pack(each.body),
            source="webhook",
        )
        for each in webhooks
    ]
    try:
        await store.write(lambda connection: intake.record(connection, incoming))
    finally:
        await store.aclose()
