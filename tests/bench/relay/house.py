"""An agent, `front` and `deliver` with all that is theirs, over AWS and a Slack in memory."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from infra.sandbox.fifo_queue import FifoQueue
from infra.sandbox.relay.caller import Caller, card
from infra.sandbox.relay.memory import MemoryLog
from infra.sandbox.relay.plain_slack import PlainSlack
from infra.sandbox.relay.stepped_clock import SteppedClock
from relay_lambda.carrying.batch import carry
from relay_lambda.carrying.limits import Limits
from relay_lambda.carrying.ports import Collaborators
from relay_lambda.front import respond
from relay_lambda.parts import FrontParts
from relay_lambda.returning import SqsReturning
from relay_lambda.sending import Sending
from relay_lambda.state.bots import WorkspaceBots
from relay_lambda.state.counters import Counters
from relay_lambda.state.keys import Keys
from relay_lambda.state.ledger import LedgerTable
from relay_lambda.state.pace import PaceTable
from relay_lambda.state.receipts import Receipts
from relay_lambda.state.replay import Replay
from relay_lambda.state.table import Table
from relay_lambda.state.threads import ThreadTable
from relay_lambda.state.tokens import Opening, Sealing
from relay_lambda.state.workspaces import Registration, Workspaces
from shared.address import Address
from shared.relay_requests import DISPATCH, Place
from shared.relay_table import agent_columns, agent_row, key_columns, key_row
from tests.bench.relay.aws import Aws

RELAY, AGENT, KEY = "relay.example", "acme", "k1"
BATCH = 10
TIMEOUT_S = 30.0
ACCEPTED = 202
CARD = card("The booster doesn't ignite below five degrees. " * 6)
"""With its statement, as the queue carries it, some 1.5 KB."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The time-out of an invocation that begins now, by the relay's clock."""

    clock: Any
    end_s: float

    def remaining_s(self) -> float:
        """How much time there is left."""
        return float(self.end_s - self.clock.monotonic())


def deadline(clock: Any) -> Deadline:
    """That of an invocation that begins now."""
    return Deadline(clock, clock.monotonic() + TIMEOUT_S)


class House:
    """The state's own classes over `Aws`; channels go in turn, so that processor time is theirs alone."""

    def __init__(self, teams: Sequence[str]) -> None:
        self.clock = SteppedClock()
        self.slack = PlainSlack(clock=self.clock)
        self.aws = Aws(FifoQueue(clock=self.clock))
        self.agent = Caller(AGENT, KEY, RELAY, self.clock)
        table = Table(self.aws, "table")
        table.put(agent_row(AGENT), agent_columns(0))
        table.put(key_row(AGENT, KEY), key_columns(self.agent.key))
        workspaces, log = Workspaces(table, self.clock), MemoryLog()
        for team in teams:
            workspaces.put(AGENT, _registration(self.aws, team))
        self.front = FrontParts(
            relay_id=RELAY,
            clock=self.clock,
            log=log,
            keys=Keys(table, self.clock),
            workspaces=workspaces,
            replay=Replay(table, self.clock),
            receipts=Receipts(table, self.clock),
            counters=Counters(table),
            sending=Sending(self.aws, "queue"),
            registering=_nobody_registers,
        )
        self.deliver = Collaborators(
            audience=RELAY,
            clock=self.clock,
            log=log,
            slack=self.slack,
            keys=Keys(table, self.clock),
            bots=WorkspaceBots(Workspaces(table, self.clock), Opening(self.aws, "key"), self.clock),
            ledger=LedgerTable(table, self.clock),
            threads=ThreadTable(table, self.clock),
            paces=PaceTable(table, self.clock),
            receipts=Receipts(table, self.clock),
            returning=SqsReturning(self.aws, queue_url="queue", dead_letter_url="dead"),
            limits=Limits(),
            random=random.Random(7),
            side_by_side=in_turn,
        )

    def dispatch(self, ids: Sequence[str], channels: Sequence[Address]) -> dict[str, Any]:
        """The event of a signed dispatch that says the card in each channel."""
        said = [
            self.agent.notification(id_, where.team_id, where.channel_id, card=CARD)
            for id_, where in zip(ids, channels, strict=True)
        ]
        return self.agent.request(DISPATCH, self.agent.dispatch(said, [CARD]))

    def take(self, event: dict[str, Any]) -> None:
        """Have `front` answer a dispatch. Raises `RuntimeError` when it isn't taken."""
        answer = respond(event, self.front)
        if answer["statusCode"] != ACCEPTED:
            raise RuntimeError(f"front answered {answer['statusCode']}: {answer['body']}")

    def carry(self, records: Sequence[dict[str, Any]]) -> Sequence[str]:
        """One invocation of `deliver`; the ids that are to come again."""
        return carry(self.deliver, records, deadline(self.clock))


def in_turn(jobs: Sequence[Callable[[], Sequence[str]]]) -> Sequence[Sequence[str]]:
    """In the place of threads."""
    return [job() for job in jobs]


def _registration(aws: Aws, team: str) -> Registration:
    return Registration(
        place=Place(id=team),
        sealed=Sealing(aws, "key").seal("xoxb-1", agent_id=AGENT, place_id=team),
        name=team,
        bot_user_id="U1",
        scopes=["chat:write"],
        enterprise_id=None,
        teams=(),
        put_at=0,
        token_expires_at=None,
    )


def _nobody_registers() -> Any:
    raise RuntimeError("nobody registers here")
