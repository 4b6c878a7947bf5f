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
    AGENTS,
    KEY_PREFIX,
    PK,
    SK,
    AgentKey,
    RowKey,
    agent_row,
    columns_of,
    item_of,
    key_of,
    key_row,
    key_rows,
    keys_of,
    value_of,
)
from shared.signing import TOLERANCE_S

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOT_MET = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})
_NO_STACK = "ValidationError"
_IN_FORCE = "within a minute nothing that it has signed is taken any more"


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
    found = _stack(session, stack)
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

    It is good from a while ago on, since the agent's clock may be behind ours. A public key that the agent has had
    under any id is refused: one that was revoked would be good again.
    """
    for name in (agent_id, key_id):
        if not _NAME.fullmatch(name):
            raise Failure(f"{name!r} is no id: letters, digits, `_` and `-` only, 64 at most.")
    public = _public(pem)
    known = _known(operator, agent_id)
    if known and known.revoked_at is not None:
        raise Failure(f"The agent {agent_id} is revoked, which is for good: give it another id.")
    for each in known.keys if known else ():
        if each.key_id == key_id:
            raise Failure(f"The agent {agent_id} has a key {key_id} already: give this one another id (--key-id).")
        if each.public == public:
            says = f"That public key has stood there as the key {each.key_id} of the agent {agent_id}"
            raise Failure(f"{says}, and can't again: make a new pair (`ghe-slack keygen`).")
    key = AgentKey(agent_id=agent_id, key_id=key_id, public=public, not_before=operator.now - TOLERANCE_S)
    if not _entered(operator, key):
        raise Failure(f"Somebody else has changed the agent {agent_id} at the same time: look at it, and try again.")
    return f"The agent {agent_id} may speak, with its key {key_id}."


def revoke(operator: Operator, agent_id: str, key_id: str, keep: Sequence[str] = ()) -> str:
    """Refuse an agent, or one key with all that it has entered; what was done, in a sentence. Raises `Failure`.

    `keep`: keys that it has entered, and that are the agent's own all the same, with what these have entered.
    """
    if not key_id:
        if not _revoked(operator, agent_row(agent_id)):
            raise Failure(f"The agent {agent_id} isn't known to this relay.")
        return f"The agent {agent_id} is revoked; {_IN_FORCE}."
    known = {key.key_id for key in _keys(operator, agent_id)}
    if unknown := [each for each in keep if each not in known]:
        raise Failure(f"The agent {agent_id} has no key {', '.join(unknown)} that could be kept; nothing is revoked.")
    if not _revoked(operator, key_row(agent_id, key_id)):
        raise Failure(f"The key {key_id} of the agent {agent_id} isn't known to this relay.")
    with_it = _revoked_with(operator, agent_id, key_id, keep)
    also = f", and with it what it has entered: {', '.join(with_it)}" if with_it else ""
    says = f"The key {key_id} of the agent {agent_id} is revoked{also}; {_IN_FORCE}."
    if any(_is_good(key, operator.now) for key in _keys(operator, agent_id)):
        return says
    return f"{says} The agent has no good key left: enter a new one (`ghe-slack relay agents add`)."


def listed(operator: Operator) -> Sequence[Agent]:
    """All of them, by their ids."""
    return [_agent(operator, row) for row in _queried(operator, AGENTS)]


def _known(operator: Operator, agent_id: str) -> Agent | None:
    row = agent_row(agent_id)
    found = operator.called("dynamodb", "get_item", TableName=operator.table, Key=_key(row), ConsistentRead=True)
    return _agent(operator, columns_of(found["Item"])) if "Item" in found else None


def _agent(operator: Operator, row: Mapping[str, Any]) -> Agent:
    return Agent(id=row[SK], revoked_at=row.get("revoked_at"), keys=_keys(operator, row[SK]))


def _keys(operator: Operator, agent_id: str) -> Sequence[AgentKey]:
    rows = [row for row in _queried(operator, keys_of(agent_id)) if row[SK].startswith(KEY_PREFIX)]
    found = [key_of(agent_id, row[SK].removeprefix(KEY_PREFIX), row) for row in rows]
    return [key for key in found if key]


def _is_good(key: AgentKey, now: int) -> bool:
    """Whether it signs now, or will."""
    return key.revoked_at is None and (key.ends_at is None or now <= key.ends_at)


def _revoked_with(operator: Operator, agent_id: str, key_id: str, keep: Sequence[str]) -> Sequence[str]:
    """Revoke what a key has entered, and what that has entered, until nothing is left; their ids.

    A revoked key enters nothing more: `front` writes a successor only in one transaction with its predecessor's row.
    """
    refused, done = {key_id}, list[str]()
    while True:
        left = [key for key in _keys(operator, agent_id) if key.key_id not in refused and key.key_id not in keep]
        found = [key for key in left if key.put_by in refused]
        if not found:
            return done
        for key in found:
            refused.add(key.key_id)
            if key.revoked_at is None:
                _revoked(operator, key_row(agent_id, key.key_id))
                done.append(key.key_id)


def _public(pem: bytes) -> bytes:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Failure("That file holds no public Ed25519 key in PEM form: `ghe-slack keygen` writes one.")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _entered(operator: Operator, key: AgentKey) -> bool:
    """Write a key, and its agent's row if that is new; False when one is there by now, or the agent is revoked."""
    now = {":now": value_of(operator.now)}
    agent = {
        "Key": _key(agent_row(key.agent_id)),
        "UpdateExpression": "SET created_at = if_not_exists(created_at, :now)",
        "ConditionExpression": "attribute_not_exists(revoked_at)",
        "ExpressionAttributeValues": now,
    }
    puts = [
        {"Item": _key(row) | item_of(columns), "ConditionExpression": f"attribute_not_exists({PK})"}
        for row, columns in key_rows(key).items()
    ]
    writes: list[tuple[str, dict[str, Any]]] = [("Update", agent), *(("Put", put) for put in puts)]
    items = [{kind: {"TableName": operator.table, **write}} for kind, write in writes]
    return _is_written(operator, "transact_write_items", TransactItems=items)


def _revoked(operator: Operator, row: RowKey) -> bool:
    """Revoke it, unless that was done before; False when there is no such row."""
    return _is_written(
        operator,
        "update_item",
        TableName=operator.table,
        Key=_key(row),
        UpdateExpression="SET revoked_at = if_not_exists(revoked_at, :now)",
        ConditionExpression=f"attribute_exists({PK})",
        ExpressionAttributeValues={":now": value_of(operator.now)},
    )


def _is_written(operator: Operator, method: str, **arguments: Any) -> bool:
    """Whether its conditions hold."""
    try:
        getattr(operator.client("dynamodb"), method)(**arguments)
    except Exception as failure:  # noqa: BLE001 - see `_called`
        if _code(failure) in _NOT_MET:
            return False
        raise _failure(failure) from None
    return True


def _queried(operator: Operator, pk: str) -> Sequence[Mapping[str, Any]]:
    """A whole partition, in its order."""
    items: list[Mapping[str, Any]] = []
    start: dict[str, Any] = {}
    while True:
        page = operator.called(
            "dynamodb",
            "query",
            TableName=operator.table,
            KeyConditionExpression=f"{PK} = :pk",
            ExpressionAttributeValues={":pk": value_of(pk)},
            ConsistentRead=True,
            **start,
        )
        items += [columns_of(each) for each in page["Items"]]
        if "LastEvaluatedKey" not in page:
            return items
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _stack(session: Any, stack: str) -> Mapping[str, Any]:
    """What CloudFormation knows of it."""
    try:
        found: Mapping[str, Any] = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except Exception as failure:  # noqa: BLE001 - see `_called`
        if _code(failure) != _NO_STACK:
            raise _failure(failure) from None
        where = f"There is no stack {stack} in {session.region_name} of this AWS account"
        raise Failure(f"{where}: name the relay's with --stack, or check the region and the credentials.") from None
    return found


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
