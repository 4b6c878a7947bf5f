"""The stock `sam` command deploys the template as it is shipped."""

import shutil
from pathlib import Path

import pytest

from infra.sandbox.cloud.ministack import Aws
from tests.cloud.programs import TEMPLATE, run

pytestmark = pytest.mark.cloud


async def test_sam_deploys_the_shipped_template(aws: Aws, zip_file: Path, tmp_path: Path) -> None:
    shutil.copy(TEMPLATE, tmp_path / "template.yaml")
    (tmp_path / "build").mkdir()
    shutil.copy(zip_file, tmp_path / "build" / "relay.zip")

    done = run(
        *("sam", "sam", "deploy", "--template-file", tmp_path / "template.yaml", "--stack-name", "by-sam"),
        *("--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-progressbar"),
        *("--parameter-overrides", "RelayId=relay", "EventSourceEnabled=false"),
        variables=aws.variables() | {"HOME": str(tmp_path), "SAM_CLI_TELEMETRY": "0"},
    )

    assert done.code == 0, done.said
    (stack,) = aws.client("cloudformation").describe_stacks(StackName="by-sam")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert {"Url", "Table", "QueueUrl", "DeadLettersUrl"} <= {each["OutputKey"] for each in stack["Outputs"]}
