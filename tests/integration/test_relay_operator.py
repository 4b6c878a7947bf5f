"""The operator's verbs as far as they need no AWS."""

import asyncio
import re
import sys

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from agent.cli import run
from agent.relay_deploying import RELAY_ID, TEMPLATE

NO_STACK = """<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
<Code>ValidationError</Code><Message>Stack with id nobodys does not exist</Message></Error></ErrorResponse>"""


def test_deploy_prints_the_commands_and_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["relay", "deploy", "--relay-id", "acme-relay", "--stack", "mine", "--topic", "arn:aws:sns:x:1:y"]) == 0

    building, deploying = capsys.readouterr().out.splitlines()
    assert "-m infra.relay.build --target lambda --arch arm64" in building
    assert deploying.startswith("sam deploy --template-file ")
    assert "--stack-name mine" in deploying
    assert deploying.endswith("RelayId=acme-relay Architecture=arm64 AlarmTopicArn=arn:aws:sns:x:1:y")


@pytest.mark.parametrize("relay_id", ["acme relay!", "", "acme\n", "é", "x" * 65])
def test_an_id_that_the_template_refuses_is_refused_at_once(relay_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["relay", "deploy", "--relay-id", relay_id]) == 1

    written = capsys.readouterr()
    assert written.out == ""
    assert written.err == f"{relay_id!r} is no id of a relay: letters, digits, `_` and `-` only, 64 at most.\n"


def test_the_template_takes_the_same_ids() -> None:
    (pattern,) = re.findall(
        r'^  RelayId:\n(?:    .*\n)*?    AllowedPattern: "(.*)"$', TEMPLATE.read_text(), re.MULTILINE
    )

    assert pattern == RELAY_ID.pattern


def test_deploy_passes_on_what_is_said_of_the_template(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--parameter", "EventSourceEnabled=false", "--parameter", "FrontConcurrency=20"]
    assert run(["relay", "deploy", "--relay-id", "r", *given]) == 0

    deploying = capsys.readouterr().out.splitlines()[-1]
    assert deploying.endswith("RelayId=r Architecture=arm64 EventSourceEnabled=false FrontConcurrency=20")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("FrontConcurrency", "--parameter 'FrontConcurrency' isn't NAME=VALUE, as in EventSourceEnabled=false.\n"),
        ("RelayId=other", "--parameter 'RelayId=other': say it with --relay-id, --arch or --topic.\n"),
    ],
)
def test_a_parameter_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], given: str, says: str) -> None:
    assert run(["relay", "deploy", "--relay-id", "r", "--parameter", given]) == 1

    assert capsys.readouterr().err == says


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


async def test_a_stack_that_is_not_there_is_one_sentence_that_says_what_to_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answered(_request: web.Request) -> web.Response:
        return web.Response(status=400, text=NO_STACK, content_type="text/xml")

    app = web.Application()
    app.router.add_post("/", answered)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    async with TestServer(app) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", str(server.make_url("")))
        code = await asyncio.to_thread(run, ["relay", "agents", "list", "--stack", "nobodys"])

    assert code == 1
    assert capsys.readouterr().err == (
        "There is no stack nobodys in eu-central-1 of this AWS account: name the relay's with --stack, or check the "
        "region and the credentials.\n"
    )


def test_a_fresh_sandbox_has_no_relay(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sandbox", "--fresh", "--relay"]) == 2

    assert "Choose one of --fresh and --relay" in capsys.readouterr().err
