"""The template as AWS makes it of ours: above all what the stand-ins for AWS drop without a word."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relay_lambda import age, front
from tests.cloud.programs import REGION, RELAY, TEMPLATE, Json, run, translated

pytestmark = pytest.mark.cloud

HANDLERS = Path(front.__file__).parent
ROWS = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
SEALED = {"StringLike": {"kms:EncryptionContext:agent": "*", "kms:EncryptionContext:team_id": ["T*", "E*"]}}


@pytest.fixture(scope="module")
def resources() -> Json:
    found: Json = translated()["Resources"]
    return found


def of_type(resources: Json, kind: str) -> dict[str, Json]:
    return {name: each["Properties"] for name, each in resources.items() if each["Type"] == kind}


def arn(name: str) -> Json:
    return {"Fn::GetAtt": [name, "Arn"]}


def keys(*prefixes: str) -> Json:
    """Partitions that begin so; all agents themselves stand in one."""
    patterns = [each if each == "agents" else f"{each}#*" for each in prefixes]
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": patterns}}


def allowed(action: object, resource: str, condition: Json | None = None) -> Json:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": arn(resource)}
    return statement | ({"Condition": condition} if condition else {})


def statements(resources: Json, role: str) -> list[Json]:
    (policy,) = resources[role]["Properties"]["Policies"]
    return [
        {name: value for name, value in each.items() if name != "Sid"} for each in policy["PolicyDocument"]["Statement"]
    ]


def logs(name: str) -> Json:
    return allowed(["logs:CreateLogStream", "logs:PutLogEvents"], name)


def test_front_may_do_this_and_nothing_else(resources: Json) -> None:
    assert statements(resources, "FrontRole") == [
        allowed("sqs:SendMessage*", "Queue"),
        allowed(ROWS, "Table", keys("key", "workspace", "replay", "counter")),
        allowed("dynamodb:GetItem", "Table", keys("agents")),
        allowed("dynamodb:Query", "Table", keys("receipts")),
        allowed("kms:GenerateDataKey", "Key", SEALED),
        logs("FrontLog"),
    ]


def test_deliver_may_do_this_and_nothing_else(resources: Json) -> None:
    received = ["sqs:ReceiveMessage", "sqs:DeleteMessage*", "sqs:ChangeMessageVisibility*", "sqs:GetQueueAttributes"]

    assert statements(resources, "DeliverRole") == [
        allowed(received, "Queue"),
        allowed("sqs:SendMessage*", "DeadLetters"),
        allowed(ROWS, "Table", keys("ledger", "thread", "pace", "block")),
        allowed("dynamodb:PutItem", "Table", keys("receipts")),
        allowed("dynamodb:GetItem", "Table", keys("agents", "key", "workspace")),
        allowed("kms:Decrypt", "Key", SEALED),
        logs("DeliverLog"),
    ]


def test_each_function_has_its_own_role_and_no_managed_policy(resources: Json) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")

    assert {name: each["Role"] for name, each in functions.items()} == {
        "Front": arn("FrontRole"),
        "Deliver": arn("DeliverRole"),
    }
    roles = of_type(resources, "AWS::IAM::Role")
    assert sorted(roles) == ["DeliverRole", "FrontRole"]
    assert not any("ManagedPolicyArns" in role for role in roles.values())


def test_no_role_names_every_resource(resources: Json) -> None:
    found = [each["Resource"] for role in ("FrontRole", "DeliverRole") for each in statements(resources, role)]

    assert found
    assert "*" not in str(found)


def test_the_functions_are_these(resources: Json) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")

    assert {
        name: (each["Runtime"], each["MemorySize"], each["Timeout"], each["Architectures"])
        for name, each in functions.items()
    } == {
        "Front": ("python3.13", 1024, 15, [{"Ref": "Architecture"}]),
        "Deliver": ("python3.13", 512, 30, [{"Ref": "Architecture"}]),
    }
    assert functions["Front"]["ReservedConcurrentExecutions"] == {"Ref": "FrontConcurrency"}
    assert "TracingConfig" not in functions["Front"]


def test_the_defaults_are_arm_and_a_queue_that_is_emptied() -> None:
    parameters = translated()["Parameters"]

    assert parameters["Architecture"]["Default"] == "arm64"
    assert parameters["EventSourceEnabled"]["Default"] == "true"


def test_no_secret_stands_in_the_environment(resources: Json) -> None:
    names = {
        name
        for each in of_type(resources, "AWS::Lambda::Function").values()
        for name in each["Environment"]["Variables"]
    }

    assert names == {
        "RELAY_ID",
        "RELAY_TABLE",
        "RELAY_QUEUE_URL",
        "RELAY_DEAD_LETTER_URL",
        "RELAY_KMS_KEY",
        "SLACK_API_URL",
    }


def test_the_url_has_both_permissions(resources: Json) -> None:
    (url,) = of_type(resources, "AWS::Lambda::Url").values()
    permissions = [each for each in of_type(resources, "AWS::Lambda::Permission").values() if each["Principal"] == "*"]

    assert url["AuthType"] == "NONE"
    assert sorted(each["Action"] for each in permissions) == ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]
    by_url = next(each for each in permissions if each["Action"] == "lambda:InvokeFunction")
    assert by_url["InvokedViaFunctionUrl"] is True


def test_the_event_source_reports_single_failures_and_waits_for_no_batch(resources: Json) -> None:
    (source,) = of_type(resources, "AWS::Lambda::EventSourceMapping").values()

    assert source["BatchSize"] == 10
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["Enabled"] == {"Ref": "EventSourceEnabled"}
    assert "MaximumBatchingWindowInSeconds" not in source


def test_as_many_batches_are_received_as_deliver_may_carry(resources: Json) -> None:
    (source,) = of_type(resources, "AWS::Lambda::EventSourceMapping").values()

    most = {"Ref": "DeliverConcurrency"}
    assert source["ScalingConfig"]["MaximumConcurrency"] == most
    assert resources["Deliver"]["Properties"]["ReservedConcurrentExecutions"] == most


def test_the_queue_keeps_the_order_of_a_channel_and_gives_up_late(resources: Json) -> None:
    queue = resources["Queue"]["Properties"]

    assert queue["FifoQueue"] is True
    assert (queue["DeduplicationScope"], queue["FifoThroughputLimit"]) == ("messageGroup", "perMessageGroupId")
    assert queue["VisibilityTimeout"] >= 6 * resources["Deliver"]["Properties"]["Timeout"]
    assert queue["MessageRetentionPeriod"] == age.QUEUE_S == 4 * 86400
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": arn("DeadLetters"), "maxReceiveCount": 1000}


def test_dead_letters_are_kept_two_weeks_and_come_from_this_queue_alone(resources: Json) -> None:
    queue = resources["DeadLetters"]["Properties"]

    assert queue["FifoQueue"] is True
    assert queue["MessageRetentionPeriod"] == age.DEAD_LETTERS_S == 14 * 86400
    assert queue["RedriveAllowPolicy"]["redrivePermission"] == "byQueue"
    assert len(queue["RedriveAllowPolicy"]["sourceQueueArns"]) == 1


@pytest.mark.parametrize("name", ["Queue", "DeadLetters"])
def test_queues_are_encrypted_and_closed_to_other_accounts(resources: Json, name: str) -> None:
    policies = of_type(resources, "AWS::SQS::QueuePolicy").values()
    (policy,) = (each for each in policies if each["Queues"] == [{"Ref": name}])

    assert resources[name]["Properties"]["SqsManagedSseEnabled"] is True
    assert [(each["Effect"], each["Action"], each["Condition"]) for each in policy["PolicyDocument"]["Statement"]] == [
        ("Deny", "sqs:*", {"Bool": {"aws:SecureTransport": "false"}}),
        ("Deny", "sqs:*", {"StringNotEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}),
    ]


def test_the_table_forgets_what_has_expired_and_loses_nothing_else(resources: Json) -> None:
    table = resources["Table"]
    made = table["Properties"]

    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert made["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert made["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert made["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn("Key")}
    assert made["DeletionProtectionEnabled"] is True


def test_the_key_is_kept_and_opens_nothing_for_everybody_but_the_table(resources: Json) -> None:
    key = resources["Key"]
    (everybody,) = (each for each in key["Properties"]["KeyPolicy"]["Statement"] if each["Principal"] == {"AWS": "*"})

    assert key["DeletionPolicy"] == "Retain"
    assert everybody["Condition"] == {
        "StringEquals": {
            "kms:CallerAccount": {"Ref": "AWS::AccountId"},
            "kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.${AWS::URLSuffix}"},
        }
    }


def test_logs_are_encrypted_and_end_after_thirty_days(resources: Json) -> None:
    groups = of_type(resources, "AWS::Logs::LogGroup")

    assert sorted(groups) == ["DeliverLog", "FrontLog"]
    assert all((each["RetentionInDays"], each["KmsKeyId"]) == (30, arn("Key")) for each in groups.values())
    functions = of_type(resources, "AWS::Lambda::Function")
    assert {name: each["LoggingConfig"] for name, each in functions.items()} == {
        "Front": {"LogGroup": {"Ref": "FrontLog"}},
        "Deliver": {"LogGroup": {"Ref": "DeliverLog"}},
    }


def test_what_needs_a_person_raises_an_alarm(resources: Json) -> None:
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")

    assert {name: (each["MetricName"], each["Threshold"]) for name, each in alarms.items()} == {
        "DeadLettersAlarm": ("ApproximateNumberOfMessagesVisible", 0),
        "OldestMessageAlarm": ("ApproximateAgeOfOldestMessage", 300),
        "FailuresAlarm": ("failures", 0),
        "FrontErrorsAlarm": ("Errors", 0),
        "FrontThrottlesAlarm": ("Throttles", 0),
        "DeliverErrorsAlarm": ("Errors", 0),
        "DeliverThrottlesAlarm": ("Throttles", 0),
        "RefusedSignaturesAlarm": ("refused_signatures", 20),
        "RefusedReplaysAlarm": ("refused_replays", 0),
    }


def test_an_alarm_counts_the_metric_that_the_log_makes(resources: Json) -> None:
    made = {
        (each["MetricNamespace"]["Fn::Sub"], each["MetricName"])
        for name in of_type(resources, "AWS::Logs::MetricFilter").values()
        for each in name["MetricTransformations"]
    }

    assert made == set(_own_metrics(resources))


@pytest.mark.parametrize(
    ("name", "group", "sources"),
    [("FrontFailures", "FrontLog", ["front.py"]), ("DeliverFailures", "DeliverLog", [])],
)
def test_what_fails_without_an_error_of_lambda_is_counted_from_its_own_log(
    resources: Json, name: str, group: str, sources: list[str]
) -> None:
    counted = resources[name]["Properties"]
    said = {
        words
        for source in sources
        for words in re.findall(r'warning\("([^"]+)"', (HANDLERS / source).read_text(encoding="utf-8"))
    }

    assert counted["LogGroupName"] == {"Ref": group}
    assert counted["MetricTransformations"][0]["MetricName"] == "failures"
    assert set(re.findall(r'"([^"]+)"', counted["FilterPattern"])) == (said or {"warning"})


def _own_metrics(resources: Json) -> Iterator[tuple[str, str]]:
    for each in of_type(resources, "AWS::CloudWatch::Alarm").values():
        if not isinstance(each["Namespace"], str):
            yield each["Namespace"]["Fn::Sub"], each["MetricName"]


def test_cfn_lint_finds_nothing() -> None:
    done = run("sam", "cfn-lint", TEMPLATE)

    assert (done.code, done.said) == (0, "")


def test_checkov_finds_nothing_but_what_has_a_reason() -> None:
    done = run("checkov", "checkov", "--config-file", RELAY / "checkov.yaml", "--file", TEMPLATE, variables=REGION)

    assert done.code == 0, done.said
    assert "Failed checks: 0" in done.said


def test_sam_finds_it_valid() -> None:
    done = run("sam", "sam", "validate", "--lint", "--template-file", TEMPLATE, variables={"SAM_CLI_TELEMETRY": "0"})

    assert done.code == 0, done.said
