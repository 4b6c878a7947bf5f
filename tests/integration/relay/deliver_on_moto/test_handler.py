"""The handler with its real parts, as Lambda calls it."""

from typing import Any

from infra.sandbox.slack import workspace
from infra.sandbox.slack.app import BOT_SCOPES
from infra.sandbox.slack.faults import AnswerLost, Limited, Says
from infra.sandbox.slack.world import thread
from shared.dispatch import deduplication_id
from shared.post import Role

POST = "chat.postMessage"


def test_what_waits_in_the_queue_is_said_in_each_workspace_and_reported(rig: Any, capsys: Any) -> None:
    second = list(rig.world.teams.values())[1].domain
    rig.say("n1")
    rig.say("n2", rig.address(second))

    failed = rig.invoke()

    assert failed == []
    assert (rig.said(), rig.said(second)) == (["n1"], ["n2"])
    assert {(each["id"], each["outcome"]) for each in rig.receipts} == {("n1", "delivered"), ("n2", "delivered")}
    assert "xoxb" not in capsys.readouterr().out


def test_replies_go_into_the_thread_that_this_relay_began(rig: Any) -> None:
    rig.say("p", role=Role.PARENT, thread_key="7/issue/1")
    rig.say("r", role=Role.REPLY, thread_key="7/issue/1")

    rig.invoke()

    (parent,) = [each for each in rig.world.channel("acme", "general").messages.values() if each.text == "p"]
    assert [each.text for each in thread(rig.world, "acme", "general", parent.ts)] == ["r"]
    assert [row["ts"] for row in rig.rows("thread#agent-1#")] == [parent.ts]


def test_a_429_gives_head_and_followers_back_with_one_value_and_reports_them(rig: Any) -> None:
    rig.world.faults.add(Limited(retry_after_s=7), method=POST)
    rig.say("p", role=Role.PARENT, thread_key="7/issue/1")
    rig.say("r", role=Role.REPLY, thread_key="7/issue/1")

    failed = rig.invoke()

    ((name, params),) = rig.calls
    assert len(failed) == 2
    assert name == "ChangeMessageVisibilityBatch"
    assert [each["VisibilityTimeout"] for each in params["Entries"]] == [7, 7]
    assert params["QueueUrl"] == rig.queue_url
    assert rig.receipts == []


def test_a_refusal_is_a_dead_letter_that_says_whose_it_is_and_why(rig: Any) -> None:
    workspace.archive(rig.world, "acme", "general")
    rig.say("n1")

    failed = rig.invoke()

    (letter,) = rig.received(rig.dead_letter_url)
    attributes = {name: each["StringValue"] for name, each in letter["MessageAttributes"].items()}
    assert failed == []
    assert attributes == {"reason": "is_archived", "agent": "agent-1", "id": "n1", "delivery": "delivery-n1"}
    assert letter["Attributes"]["MessageGroupId"].startswith("agent-1#")
    assert [(each["outcome"], each["reason"]) for each in rig.receipts] == [("refused", "is_archived")]


def test_what_was_refused_is_tried_once_more_when_an_operator_puts_it_back_within_the_same_second(rig: Any) -> None:
    """The ledger counts milliseconds, and clocks more than these."""
    rig.clock.wait(0.0004)
    workspace.archive(rig.world, "acme", "general")
    rig.say("n1")
    (record,) = rig.records()
    signed_at = redriven_at = int(rig.clock.now().timestamp())
    assert rig.handle([record]) == []
    workspace.unarchive(rig.world, "acme", "general")

    rig.clock.wait(0.001)
    again = deduplication_id("n1", signed_at, redriven_at)
    attributes = record["attributes"] | {"MessageDeduplicationId": again, "SentTimestamp": rig.stamp}
    redriven = {"redriven": {"stringValue": str(redriven_at)}}
    rig.handle([record | {"attributes": attributes, "messageAttributes": redriven}])

    assert rig.said() == ["n1"]


def test_a_lost_answer_is_found_by_what_the_message_carries(rig: Any) -> None:
    rig.world.faults.add(AnswerLost(), method=POST)
    rig.say("n1")
    (record,) = rig.records()
    first = rig.handle([record])
    rig.clock.wait(10)

    second = rig.handle([record])

    assert (first, second) == ([record["messageId"]], [])
    assert [params["Entries"][0]["VisibilityTimeout"] for _, params in rig.calls] == [10]
    assert rig.said() == ["n1"]
    assert [(each["outcome"], each["reconciled"]) for each in rig.receipts] == [("delivered", True)]


def test_without_the_history_scope_it_is_said_again_as_the_agent_wants(rig: Any) -> None:
    team = rig.world.team("acme")
    team.scopes = BOT_SCOPES - {f"{kind}:history" for kind in ("channels", "groups", "im", "mpim")}
    rig.world.faults.add(AnswerLost(), method=POST)
    rig.say("n1", unknown="resend")
    (record,) = rig.records()
    rig.handle([record])
    rig.clock.wait(10)

    assert rig.handle([record]) == []

    assert rig.said() == ["n1", "n1"]
    assert len({each.client_msg_id for each in rig.world.channel("acme", "general").messages.values()}) == 1


def test_the_bot_joins_a_public_channel(rig: Any) -> None:
    rig.world.team("acme").scopes = BOT_SCOPES - {"chat:write.public"}
    rig.say("n1", rig.address("acme", "random"))

    rig.invoke()

    assert rig.said("acme", "random") == ["n1"]
    methods = [method for method, _ in rig.world.calls]
    assert methods == [POST, "conversations.join", POST]


def test_a_revoked_token_is_confirmed_and_a_new_one_speaks_at_once(rig: Any) -> None:
    workspace.revoke(rig.world, "acme")
    rig.say("n1")
    rig.invoke()
    token = workspace.reinstall(rig.world, "acme")
    rig.clock.wait(1)
    rig.register(rig.world.team("acme").team_id, token)

    rig.say("n2")
    rig.invoke()

    assert rig.said() == ["n2"]
    assert [(each["id"], each["outcome"]) for each in rig.receipts] == [("n1", "refused"), ("n2", "delivered")]
    assert [method for method, _ in rig.world.calls].count("auth.test") == 1


def test_a_token_that_only_seems_dead_is_no_refusal(rig: Any) -> None:
    rig.world.faults.add(Says(error="invalid_auth"), method=POST)
    rig.say("n1")

    failed = rig.invoke()

    assert len(failed) == 1
    assert rig.receipts == []
    assert rig.received(rig.dead_letter_url) == []


def test_a_forged_message_is_a_dead_letter_that_names_nobody(rig: Any) -> None:
    rig.sqs.send_message(
        QueueUrl=rig.queue_url, MessageBody="forged", MessageGroupId="agent-1#T1#C1", MessageDeduplicationId="n1"
    )

    assert rig.invoke() == []

    (letter,) = rig.received(rig.dead_letter_url)
    assert letter["Body"] == "forged"
    assert {name: each["StringValue"] for name, each in letter["MessageAttributes"].items()} == {"reason": "malformed"}
    assert rig.rows("ledger#") == []


def test_every_row_of_the_ledger_stays_below_a_kilobyte_and_outlives_the_queue(rig: Any) -> None:
    for number in range(10):
        rig.say(f"00000000-0000-0000-0000-00000000000{number}")

    rig.invoke()

    items = [each for each in rig.dynamodb.scan(TableName="relay-table")["Items"] if "ledger#" in each["pk"]["S"]]
    assert len(items) == 10
    assert max(len(str(each)) for each in items) < 1024
    now = int(rig.clock.now().timestamp())
    assert min(int(each["expires_at"]["N"]) for each in items) > now + 5 * 86_400
