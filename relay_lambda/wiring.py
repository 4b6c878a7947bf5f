"""The composition root of both functions: it alone reads settings and makes clients, once a process, on first call.

RELAY_ID               this relay's name: the audience of everything that is signed for it
RELAY_TABLE            the table
RELAY_QUEUE_URL        the FIFO queue of `deliver`
RELAY_DEAD_LETTER_URL  where `deliver` puts what a person has to look at
RELAY_KMS_KEY          the key that seals bot tokens
SLACK_API_URL          https://slack.com/api/, unless set
AWS_*                  as usual; AWS_ENDPOINT_URL for a stand-in
"""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.session import Session, get_session

from relay_lambda.clock import SystemClock
from relay_lambda.log import JsonLog
from relay_lambda.parts import FrontParts, Registering
from relay_lambda.sending import Sending
from relay_lambda.state.counters import Counters
from relay_lambda.state.keys import Keys
from relay_lambda.state.receipts import Receipts
from relay_lambda.state.replay import Replay
from relay_lambda.state.table import Table
from relay_lambda.state.workspaces import Workspaces

if TYPE_CHECKING:  # each function loads its own
    from relay_lambda.carrying.ports import Collaborators

SLACK_API_URL = "https://slack.com/api/"
_QUICK = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "max_attempts": 2})


@cache
def front_parts() -> FrontParts:
    """What `front` stands on. Raises `KeyError` for a setting that is missing."""
    clock = SystemClock()
    table = Table(_client("dynamodb"), _setting("RELAY_TABLE"))
    return FrontParts(
        relay_id=_setting("RELAY_ID"),
        clock=clock,
        log=JsonLog(clock),
        keys=Keys(table, clock),
        workspaces=Workspaces(table, clock),
        replay=Replay(table, clock),
        receipts=Receipts(table, clock),
        counters=Counters(table),
        sending=Sending(_client("sqs"), _setting("RELAY_QUEUE_URL")),
        registering=_registering,
    )


@cache
def _registering() -> Registering:
    """Loaded when the first workspace is registered: a dispatch has no use for it."""
    from relay_lambda.confirming import TIMEOUT_S, Confirming
    from relay_lambda.slack import SlackApi
    from relay_lambda.state.tokens import Sealing

    return Registering(
        confirming=Confirming(SlackApi(_slack_url(), timeout_s=TIMEOUT_S)),
        sealing=Sealing(_client("kms"), _setting("RELAY_KMS_KEY")),
    )


@cache
def deliver_parts() -> "Collaborators":
    """What `deliver` stands on; `front` has no use for any of it. Raises `KeyError` for a setting that is missing."""
    from random import Random

    from relay_lambda.carrying.batch import side_by_side
    from relay_lambda.carrying.limits import Limits
    from relay_lambda.carrying.ports import Collaborators
    from relay_lambda.returning import SqsReturning
    from relay_lambda.slack import SlackApi
    from relay_lambda.state.bots import WorkspaceBots
    from relay_lambda.state.ledger import LedgerTable
    from relay_lambda.state.pace import PaceTable
    from relay_lambda.state.threads import ThreadTable
    from relay_lambda.state.tokens import Opening

    clock = SystemClock()
    table = Table(_client("dynamodb"), _setting("RELAY_TABLE"))
    queues = {"queue_url": _setting("RELAY_QUEUE_URL"), "dead_letter_url": _setting("RELAY_DEAD_LETTER_URL")}
    opening = Opening(_client("kms"), _setting("RELAY_KMS_KEY"))
    return Collaborators(
        audience=_setting("RELAY_ID"),
        clock=clock,
        log=JsonLog(clock),
        slack=SlackApi(_slack_url()),
        keys=Keys(table, clock),
        bots=WorkspaceBots(Workspaces(table, clock), opening, clock),
        ledger=LedgerTable(table, clock),
        threads=ThreadTable(table, clock),
        paces=PaceTable(table, clock),
        receipts=Receipts(table, clock),
        returning=SqsReturning(_client("sqs"), **queues),
        limits=Limits(),
        random=Random(),
        side_by_side=side_by_side,
    )


@cache
def _session() -> Session:
    """boto3's core without its shell, whose file transfers would take a seventh of a cold start."""
    return get_session()


def _client(service: str) -> Any:
    return _session().create_client(service, config=_QUICK)


def _slack_url() -> str:
    return os.environ.get("SLACK_API_URL") or SLACK_API_URL


def _setting(name: str) -> str:
    return os.environ[name]
