"""Deploys the shipped template: resources, roles and their policies are what AWS would get.

What ministack can't do is put right, and nothing else is: it is reached without TLS, which the queues' policies refuse;
it has no encryption context in its conditions; and it takes the "false" of `EventSourceEnabled` for true. All three are
asserted over the template (tests/cloud/test_template.py).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from infra.relay import build
from infra.sandbox.cloud.ministack import Aws, Credentials
from infra.sandbox.cloud.runtime import Function

TEMPLATE = Path(build.__file__).with_name("template.yaml")
STACK = "relay"
RELAY_ID = "relay-local"
_BUCKET, _ZIP = "code", "relay.zip"
_CODE = re.compile(r"CodeUri: \S+")
_TLS, _ANY = '"aws:SecureTransport": "false"', '"aws:SecureTransport": "neither"'
_SEALING = {"Front": "kms:GenerateDataKey", "Deliver": "kms:Decrypt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What was deployed. `credentials`: of each function's role."""

    aws: Aws
    outputs: Mapping[str, str]
    functions: Mapping[str, Function]
    credentials: Mapping[str, Credentials]

    @property
    def queue_arn(self) -> str:
        """Of the queue that feeds `deliver`."""
        return f"arn:aws:sqs:us-east-1:000000000000:{self.outputs['QueueUrl'].rpartition('/')[2]}"


def deploy(aws: Aws, folder: Path, *, slack_api_url: str, zip_file: Path | None = None) -> Stack:
    """Build the zip for this machine, unless there is one, and create the stack."""
    if zip_file is None:
        zip_file = folder / _ZIP
        build.build(zip_file, target="host")
    storage = aws.client("s3")
    storage.create_bucket(Bucket=_BUCKET)
    storage.put_object(Bucket=_BUCKET, Key=_ZIP, Body=zip_file.read_bytes())
    text, found = _CODE.subn(f"CodeUri: s3://{_BUCKET}/{_ZIP}", TEMPLATE.read_text(encoding="utf-8"))
    if found != 1:
        raise ValueError("the template names its zip once")
    text = text.replace(_TLS, _ANY)
    return _stack(aws, folder, _created(aws, text, slack_api_url), zip_file)


def _created(aws: Aws, template: str, slack_api_url: str) -> Mapping[str, str]:
    given = {"RelayId": RELAY_ID, "EventSourceEnabled": "false", "SlackApiUrl": slack_api_url}
    formation = aws.client("cloudformation")
    formation.create_stack(
        StackName=STACK,
        TemplateBody=template,
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    formation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    (stack,) = formation.describe_stacks(StackName=STACK)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def _stack(aws: Aws, folder: Path, outputs: Mapping[str, str], zip_file: Path) -> Stack:
    resources = aws.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
    _put_right(aws, names, outputs)
    tasks = folder / "task"
    with ZipFile(zip_file) as packed:
        packed.extractall(tasks)
    functions, credentials = {}, {}
    for name in _SEALING:
        credentials[name] = _assumed(aws, names[f"{name}Role"])
        found = aws.client("lambda").get_function_configuration(FunctionName=names[name])
        functions[name] = Function(
            name=found["FunctionName"],
            arn=found["FunctionArn"],
            handler=found["Handler"],
            timeout_s=found["Timeout"],
            memory_mb=found["MemorySize"],
            variables=found["Environment"]["Variables"] | aws.variables(credentials[name]),
            folder=tasks,
            log=folder / f"{name.lower()}.log",
        )
    return Stack(aws=aws, outputs=outputs, functions=functions, credentials=credentials)


def _assumed(aws: Aws, role: str) -> Credentials:
    arn = aws.client("iam").get_role(RoleName=role)["Role"]["Arn"]
    found = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="local")["Credentials"]
    return Credentials(key=found["AccessKeyId"], secret=found["SecretAccessKey"], token=found["SessionToken"])


def _put_right(aws: Aws, names: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    for name, action in _SEALING.items():
        statement = {"Effect": "Allow", "Action": action, "Resource": outputs["KeyArn"]}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        aws.client("iam").put_role_policy(RoleName=names[f"{name}Role"], PolicyName="local", PolicyDocument=document)
    functions = aws.client("lambda")
    for each in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=each["UUID"], Enabled=False)
