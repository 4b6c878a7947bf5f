"""The operator's verbs as far as they need no AWS."""

import sys

import pytest

from agent.cli import run


def test_deploy_prints_the_commands_and_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["relay", "deploy", "--relay-id", "acme-relay", "--stack", "mine", "--topic", "arn:aws:sns:x:1:y"]) == 0

    building, deploying = capsys.readouterr().out.splitlines()
    assert "-m infra.relay.build --target lambda --arch arm64" in building
    assert deploying.startswith("sam deploy --template-file ")
    assert "--stack-name mine" in deploying
    assert deploying.endswith("RelayId=acme-relay Architecture=arm64 AlarmTopicArn=arn:aws:sns:x:1:y")


def test_a_processor_that_lambda_has_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["relay", "deploy", "--relay-id", "r", "--arch", "riscv64"]) == 1

    assert capsys.readouterr().err == "Lambda has no riscv64: say arm64 or x86_64.\n"


def test_without_boto3_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)

    assert run(["relay", "agents", "list"]) == 1

    assert "pip install 'ghe-slack[relay]'" in capsys.readouterr().err


def test_without_a_region_it_says_what_to_set(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")

    assert run(["relay", "dead-letters"]) == 1

    assert "set AWS_REGION" in capsys.readouterr().err


def test_a_fresh_sandbox_has_no_relay(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sandbox", "--fresh", "--relay"]) == 2

    assert "Choose one of --fresh and --relay" in capsys.readouterr().err
