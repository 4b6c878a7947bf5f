"""`relay_lambda.front.handler` as Lambda calls it: settings from the environment, clients of its own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.sandbox.relay.caller import Caller, card
from relay_lambda import wiring
from relay_lambda.clock import SystemClock
from relay_lambda.front import handler

WORDS = card("Pull request #1 opened")
MADE = (wiring.front_parts, wiring._registering, wiring._session)


@pytest.fixture
def deployed(rig: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The rig's table, queue and key, named in the environment; time is the machine's."""
    variables = {
        "RELAY_ID": "relay-1",
        "RELAY_TABLE": "relay-table",
        "RELAY_QUEUE_URL": rig.queue_url,
        "RELAY_KMS_KEY": rig.kms_key,
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for made in MADE:
        made.cache_clear()
    rig.clock = SystemClock()
    yield rig
    for made in MADE:
        made.cache_clear()


def dispatched(agent: Caller) -> dict[str, Any]:
    said = agent.notification("n1", "T1", "C1", card=WORDS)
    return agent.request("dispatch", agent.dispatch([said], [WORDS]))


def test_a_dispatch_goes_from_the_function_url_to_the_queue(deployed: Any) -> None:
    agent = deployed.agent()
    deployed.registered(agent)

    answer = handler(dispatched(agent), None)

    assert (answer["statusCode"], json.loads(answer["body"])) == (202, {"accepted": 1, "duplicate": False})
    assert deployed.queued() == [("agent-1#T1#C1", "n1")]


def test_the_parts_are_made_once_for_a_process(deployed: Any) -> None:
    agent = deployed.agent()

    for _ in range(2):
        assert handler(dispatched(agent), None)["statusCode"] == 403

    assert wiring.front_parts.cache_info().misses == 1
    assert wiring._registering.cache_info().misses == 0


def test_a_workspace_is_registered_by_the_slack_that_the_settings_name(deployed: Any) -> None:
    """Nobody listens there, which is found out without an answer of 500."""
    agent = deployed.agent()

    answer = handler(agent.request("workspace.put", {"team": "T1", "token": "xoxb-1"}), None)

    assert answer["statusCode"] == 503
    assert wiring._registering.cache_info().misses == 1


def test_logs_are_json_lines_without_secrets(deployed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    agent = deployed.agent()
    deployed.registered(agent)
    event = dispatched(agent)
    capsys.readouterr()

    handler(event, None)
    handler({**event, "body": "AAAA"}, None)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["message"] for line in lines] == ["dispatch taken", "counted"]
    assert event["headers"]["webhook-signature"] not in str(lines)
