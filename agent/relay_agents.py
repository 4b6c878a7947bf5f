"""The relay's agents and their keys, written with the operator's own AWS credentials: no HTTP route does it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from agent.cli_errors import Failure
from agent.clock import SystemClock
from shared.clock import Clock
from shared.relay_table import (
    AGENT,
    PK,
    SK,
    AgentKey,
    RowKey,
    Value,
    agent_columns,
    agent_row,
    columns_of,
    item_of,
    key_columns,
    key_of,
    key_row,
    value_of,
)
from shared.signing import TOLERANCE_S

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PREFIX = "key#"
_FRESH = "attribute_not_exists(pk)"
_NOT_MET = "ConditionalCheckFailedException"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A deployed relay, with credentials. `client` makes boto3's client for a service."""

    client: Callable[[str], Any]
    table: str
    queue_url: str
    dead_letters_url: str
    clock: Clock

    def called(self, service: str, method: str, **arguments: Any) -> Any:
        """One call of AWS. Raises `Failure` in one sentence."""
        return _called(self.client(service), method, **arguments)

    @property
    def now(self) -> int:
        """In whole seconds since 1970."""
        return int(self.clock.now().timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """As it stands in the table."""

    id: str
    revoked_at: int | None
    keys: Sequence[AgentKey]


def connected(stack: str, clock: Clock | None = None) -> Operator:
    """A relay by its stack's name; credentials and region are those of the AWS command line. Raises `Failure`."""
    try:
        import boto3
    except ImportError:
        raise Failure("This needs boto3: install ghe-slack with its extra, `pip install 'ghe-slack[relay]'`.") from None
    session = boto3.Session()
    if session.region_name is None:
        raise Failure("AWS isn't told a region: set AWS_REGION or AWS_DEFAULT_REGION.")
    found = _called(session.client("cloudformation"), "describe_stacks", StackName=stack)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}
    try:
        return Operator(
            client=session.client,
            table=outputs["Table"],
            queue_url=outputs["QueueUrl"],
            dead_letters_url=outputs["DeadLettersUrl"],
            clock=clock or SystemClock(),
        )
    except KeyError as missing:
        raise Failure(f"The stack {stack} is no relay, or isn't ready: it has no output {missing}.") from None


def add(operator: Operator, agent_id: str, key_id: str, pem: bytes) -> str:
    """Enter a key, and its agent if it is new; what was done, in a sentence. Raises `Failure`.

    It is good from a while ago on, since the agent's clock may be behind ours.
    """
    for name in (agent_id, key_id):
        if not _NAME.fullmatch(name):
            raise Failure(f"{name!r} is no id: letters, digits, `_` and `-` only, 64 at most.")
    public = _public(pem)
    known = next((each for each in listed(operator) if each.id == agent_id), None)
    if known and known.revoked_at is not None:
        raise Failure(f"The agent {agent_id} is revoked, which is for good: give it another id.")
    _put_new(operator, agent_row(agent_id), agent_columns(operator.now))
    key = AgentKey(agent_id=agent_id, key_id=key_id, public=public, not_before=operator.now - TOLERANCE_S)
    if not _put_new(operator, key_row(agent_id, key_id), key_columns(key)):
        raise Failure(f"The agent {agent_id} has a key {key_id} already: give this one another id (--key-id).")
    return f"The agent {agent_id} may speak, with its key {key_id}."


def revoke(operator: Operator, agent_id: str, key_id: str) -> str:
    """Refuse an agent, or one key; what was done, in a sentence. Raises `Failure`."""
    row = key_row(agent_id, key_id) if key_id else agent_row(agent_id)
    what = f"The key {key_id} of the agent {agent_id}" if key_id else f"The agent {agent_id}"
    try:
        operator.client("dynamodb").update_item(
            TableName=operator.table,
            Key=_key(row),
            UpdateExpression="SET revoked_at = if_not_exists(revoked_at, :now)",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":now": value_of(operator.now)},
        )
    except Exception as failure:  # noqa: BLE001 - see `_called`
        if _code(failure) == _NOT_MET:
            raise Failure(f"{what} isn't known to this relay.") from None
        raise _failure(failure) from None
    return f"{what} is revoked; within a minute nothing that it has signed is taken any more."


def listed(operator: Operator) -> Sequence[Agent]:
    """All of them, by their ids."""
    items: list[Mapping[str, Any]] = []
    start: dict[str, Any] = {}
    while True:
        page = operator.called(
            "dynamodb",
            "scan",
            TableName=operator.table,
            FilterExpression="begins_with(pk, :prefix)",
            ExpressionAttributeValues={":prefix": value_of(_PREFIX)},
            ConsistentRead=True,
            **start,
        )
        items += [columns_of(each) for each in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    ids = sorted({row[PK].removeprefix(_PREFIX) for row in items})
    return [_agent(id_, [row for row in items if row[PK] == _PREFIX + id_]) for id_ in ids]


def as_text(agents: Sequence[Agent]) -> str:
    """A line for each agent, and one for each of its keys."""
    return "\n".join(line for agent in agents for line in _lines(agent)) or "No agent is known to this relay yet."


def _lines(agent: Agent) -> Sequence[str]:
    first = agent.id + ("  revoked" if agent.revoked_at is not None else "")
    return [first, *(f"  {key.key_id}  {_state(key)}" for key in agent.keys)]


def _state(key: AgentKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "retired" if key.retired_at is not None or key.not_after is not None else "good"


def _agent(id_: str, rows: Sequence[Mapping[str, Any]]) -> Agent:
    own = next((row for row in rows if row[SK] == AGENT), {})
    found = [key_of(id_, row[SK].removeprefix(_PREFIX), row) for row in rows if row[SK].startswith(_PREFIX)]
    return Agent(id=id_, revoked_at=own.get("revoked_at"), keys=[key for key in found if key])


def _public(pem: bytes) -> bytes:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Failure("That file holds no public Ed25519 key in PEM form: `ghe-slack keygen` writes one.")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _put_new(operator: Operator, row: RowKey, columns: Mapping[str, Value]) -> bool:
    """Write a row, unless it is there."""
    try:
        operator.client("dynamodb").put_item(
            TableName=operator.table, Item=_key(row) | item_of(columns), ConditionExpression=_FRESH
        )
    except Exception as failure:  # noqa: BLE001 - see `_called`
        if _code(failure) == _NOT_MET:
            return False
        raise _failure(failure) from None
    return True


def _key(row: RowKey) -> dict[str, Any]:
    return {PK: value_of(row.pk), SK: value_of(row.sk)}


def _called(client: Any, method: str, **arguments: Any) -> Any:
    try:
        return getattr(client, method)(**arguments)
    except Exception as failure:  # noqa: BLE001 - botocore's, which may not be there to be named
        raise _failure(failure) from None


def _failure(failure: Exception) -> Failure:
    """AWS's own sentence."""
    return Failure(f"AWS: {' '.join(str(failure).split())}")


def _code(failure: Exception) -> str:
    return str(getattr(failure, "response", {}).get("Error", {}).get("Code", ""))
