"""What each role may do, by action and resource: the local cloud knows no leading keys and no encryption context."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.sandbox.cloud.cloud import Cloud
from tests.cloud.conftest import Rig

pytestmark = pytest.mark.cloud

ROW = {"pk": {"S": "key#agent"}, "sk": {"S": "key#other"}}
CONTEXT = {"agent": "agent", "team_id": "T1"}
ENTRY = {"Id": "1", "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "d"}


def calls(cloud: Cloud, function: str) -> Mapping[str, Callable[[], Any]]:
    """By name, each with the credentials of a function's role."""
    stack = cloud.stack
    sqs, dynamodb, kms = (stack.aws.client(each, stack.credentials[function]) for each in ("sqs", "dynamodb", "kms"))
    queue, dead = stack.outputs["QueueUrl"], stack.outputs["DeadLettersUrl"]
    table, key = stack.outputs["Table"], stack.outputs["KeyArn"]
    return {
        "send": lambda: sqs.send_message_batch(QueueUrl=queue, Entries=[ENTRY]),
        "send dead": lambda: sqs.send_message_batch(QueueUrl=dead, Entries=[ENTRY]),
        "receive": lambda: sqs.receive_message(QueueUrl=queue),
        "receive dead": lambda: sqs.receive_message(QueueUrl=dead),
        "purge": lambda: sqs.purge_queue(QueueUrl=queue),
        "get": lambda: dynamodb.get_item(TableName=table, Key=ROW),
        "put": lambda: dynamodb.put_item(TableName=table, Item=ROW | {"x": {"S": "y"}}),
        "query": lambda: dynamodb.query(
            TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "receipts#a"}}
        ),
        "scan": lambda: dynamodb.scan(TableName=table),
        "delete": lambda: dynamodb.delete_item(TableName=table, Key=ROW),
        "seal": lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT),
        "open": lambda: kms.decrypt(KeyId=key, CiphertextBlob=b"x", EncryptionContext=CONTEXT),
        "disable": lambda: kms.disable_key(KeyId=key),
    }


def is_allowed(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as failure:
        return "AccessDenied" not in failure.response["Error"]["Code"]
    return True


@pytest.mark.parametrize(
    ("function", "may"),
    [
        ("Front", {"send", "get", "put", "query", "seal"}),
        ("Deliver", {"send dead", "receive", "get", "put", "open"}),
    ],
)
async def test_a_function_may_do_what_it_needs_and_nothing_else(rig: Rig, function: str, may: set[str]) -> None:
    found = {name for name, call in calls(rig.cloud, function).items() if is_allowed(call)}

    assert found == may


async def test_nobody_gets_in_with_a_secret_that_is_wrong(rig: Rig) -> None:
    stack = rig.cloud.stack
    wrong = replace(stack.credentials["Front"], secret="wrong")

    with pytest.raises(ClientError, match=r"(?i)signature|denied|invalid"):
        stack.aws.client("sqs", wrong).send_message_batch(QueueUrl=stack.outputs["QueueUrl"], Entries=[ENTRY])
