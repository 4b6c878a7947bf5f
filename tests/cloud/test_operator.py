"""The operator's verbs against the deployed relay."""

from pathlib import Path

import pytest

from agent import relay_agents, relay_dead_letters
from agent.cli import run
from agent.cli_errors import Failure
from agent.clock import SystemClock
from agent.relay.keys import new_pair
from agent.relay_agents import Operator
from infra.sandbox.cloud.deploying import STACK
from infra.sandbox.relay.caller import Caller
from shared.relay_requests import KEY_PUT, RECEIPTS, KeyPut, key_put_fields
from tests.cloud.conftest import Rig, until

pytestmark = pytest.mark.cloud

ASKED = {"after": "", "limit": 1}


async def test_an_agent_is_entered_listed_and_revoked(
    operator: Operator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pem = tmp_path / "public.pem"
    pem.write_text(new_pair().public, encoding="utf-8")

    assert run(["relay", "agents", "add", "second", str(pem), "--key-id", "k7", "--stack", STACK]) == 0
    assert run(["relay", "agents", "revoke", "second", "k7", "--stack", STACK]) == 0
    assert run(["relay", "agents", "revoke", "agent", "--stack", STACK]) == 0
    capsys.readouterr()
    assert run(["relay", "agents", "list", "--stack", STACK]) == 0

    shown = [line.partition(" since ")[0] for line in capsys.readouterr().out.splitlines()]
    assert shown == ["agent  revoked", "  k1  revoked with its agent", "second", "  k7  revoked"]
    assert operator.table


async def test_what_cannot_be_entered_is_refused_in_a_sentence(operator: Operator) -> None:
    pem = new_pair().public.encode()

    with pytest.raises(Failure, match="has a key k1 already"):
        relay_agents.add(operator, "agent", "k1", pem)
    with pytest.raises(Failure, match="is no id"):
        relay_agents.add(operator, "a#b", "k1", pem)
    with pytest.raises(Failure, match="no public Ed25519 key"):
        relay_agents.add(operator, "third", "k1", b"nothing")
    with pytest.raises(Failure, match="isn't known to this relay"):
        relay_agents.revoke(operator, "nobody", "")


async def test_a_stolen_key_is_revoked_with_the_one_that_it_has_entered(rig: Rig, operator: Operator) -> None:
    """`front` enters it with its own role, which has no more than get, put and update."""
    thief = Caller("agent", "k9", rig.cloud.stack.outputs["RelayId"], SystemClock(), seed=9)
    entered, _ = await rig.ask(KEY_PUT, key_put_fields(KeyPut(key_id="k9", public=thief.public)))
    other = Caller("agent", "k10", thief.audience, SystemClock(), seed=10)
    again, told = await rig.ask(KEY_PUT, key_put_fields(KeyPut(key_id="k10", public=other.public)))
    before, _ = await rig.ask(RECEIPTS, ASKED, thief)

    says = relay_agents.revoke(operator, "agent", "k1")
    await rig.cloud.front.kill()  # a new process remembers no key

    assert (entered, again, told["error"], before) == (200, 403, "key_retired", 200)
    assert "and with it what it has entered: k9;" in says
    assert [(await rig.ask(RECEIPTS, ASKED, each))[0] for each in (rig.caller, thief)] == [401, 401]


async def test_a_stack_that_is_not_there_is_named(operator: Operator) -> None:
    with pytest.raises(Failure, match="There is no stack nobodys in us-east-1 of this AWS account"):
        relay_agents.connected("nobodys", operator.clock)


async def test_an_agent_that_was_revoked_before_it_spoke_is_not_heard(rig: Rig, operator: Operator) -> None:
    stack = rig.cloud.stack
    relay_agents.revoke(operator, "agent", "")
    await rig.cloud.front.kill()  # a new process remembers no key

    status, _ = await rig.ask(RECEIPTS, ASKED)

    assert (status, stack.outputs["Table"]) == (401, operator.table)


async def test_dead_letters_are_listed_with_reason_and_stay(rig: Rig, operator: Operator) -> None:
    queues = rig.cloud.stack.aws.client("sqs")
    queues.send_message(
        QueueUrl=operator.dead_letters_url,
        MessageBody="not ours",
        MessageGroupId="g",
        MessageDeduplicationId="1",
        MessageAttributes={
            "reason": {"DataType": "String", "StringValue": "malformed"},
            "delivery": {"DataType": "String", "StringValue": "d-1"},
        },
    )

    for _ in range(2):
        (letter,) = relay_dead_letters.looked_at(operator).letters
        assert (letter.delivery_id, letter.reason) == ("d-1", "malformed")
    assert relay_dead_letters.redrive(operator).startswith(
        "0 dead letters are in the queue again. 1 that are no message"
    )
    assert len(relay_dead_letters.looked_at(operator).letters) == 1


async def test_a_dead_letter_of_ours_is_said_once_it_is_put_back(rig: Rig, operator: Operator) -> None:
    """At once: the queue doesn't take it for what it has carried a moment ago."""
    general = next(each for each in rig.world.slack.team("acme").channels.values() if each.name == "general")
    general.archived = True
    await rig.dispatch(["from the dead"])
    async with rig.cloud.polling():
        await until(rig.dead_letters)
        (letter,) = relay_dead_letters.looked_at(operator).letters
        general.archived = False
        said = relay_dead_letters.redrive(operator)
        await until(rig.texts)

    assert (letter.delivery_id, letter.reason) == ("delivery-from the dead", "is_archived")
    assert said == "1 dead letters are in the queue again."
    assert rig.texts() == ["from the dead"]
    assert rig.dead_letters() == 0
