"""Agents beside each other: none speaks, reads or registers in another's name."""

from typing import Any

import pytest

from infra.sandbox.relay.caller import Caller, card
from relay_lambda.unavailable import Unavailable
from shared.outcome import Delivered, Refused
from shared.receipt import Receipt
from shared.relay_requests import KeyPut, key_put_fields
from shared.relay_table import team_row

WORDS = card("Pull request #1 opened")


def dispatched(agent: Caller, id_: str, team: str = "T1") -> dict[str, Any]:
    said = agent.notification(id_, team, "C1", card=WORDS)
    return agent.request("dispatch", agent.dispatch([said], [WORDS]))


def asked(agent: Caller, after: str = "", limit: int = 500, id_: str = "") -> dict[str, Any]:
    return agent.request("receipts", {"after": after, "limit": limit}, id_=id_)


def test_an_agent_speaks_only_where_it_has_registered(rig: Any) -> None:
    first, second = rig.agent(), rig.agent("agent-2", seed=2)
    rig.registered(first)

    answer = rig.ask(dispatched(second, "n1"))

    assert (answer.status, answer.body) == (403, {"error": "workspace_not_registered", "teams": ["T1"]})
    assert rig.queued() == []


def test_a_dispatch_with_one_workspace_that_is_not_its_own_is_refused_whole(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent, "T1")
    said = [agent.notification(f"n{team}", team, "C1", card=WORDS) for team in ("T1", "T2")]

    answer = rig.ask(agent.request("dispatch", agent.dispatch(said, [WORDS])))

    assert (answer.status, answer.body["teams"]) == (403, ["T2"])
    assert rig.queued() == []


def test_what_was_refused_is_taken_once_the_workspace_is_registered(rig: Any) -> None:
    agent = rig.agent()
    event = dispatched(agent, "n1")
    before = rig.ask(event)
    rig.registered(agent)

    after = rig.ask(event)

    assert (before.status, after.status, after.body["duplicate"]) == (403, 202, False)


def test_two_agents_speak_to_one_workspace_each_with_its_own_token_and_group(rig: Any) -> None:
    first, second = rig.agent(), rig.agent("agent-2", seed=2)
    rig.registered(first, token="xoxb-first")
    rig.registered(second, token="xoxb-second")

    answers = [rig.ask(dispatched(first, "n1")), rig.ask(dispatched(second, "n2"))]  # moto: one scope

    assert [answer.body for answer in answers] == [{"accepted": 1, "duplicate": False}] * 2
    assert sorted(rig.queued()) == [("agent-1#T1#C1", "n1"), ("agent-2#T1#C1", "n2")]
    assert (rig.token("agent-1", "T1"), rig.token("agent-2", "T1")) == ("xoxb-first", "xoxb-second")


def test_one_agent_removing_a_workspace_leaves_the_other_its_own(rig: Any) -> None:
    first, second = rig.agent(), rig.agent("agent-2", seed=2)
    rig.registered(first)
    rig.registered(second)

    removed = rig.ask(first.request("workspace.remove", {"team": "T1"}))

    assert (removed.status, removed.body) == (200, {"team": "T1"})
    assert rig.ask(dispatched(first, "n1")).status == 403
    assert rig.ask(dispatched(second, "n1")).status == 202


def test_a_token_is_sealed_for_its_agent_and_opens_for_no_other(rig: Any) -> None:
    first, second = rig.agent(), rig.agent("agent-2", seed=2)
    rig.registered(first, token="xoxb-first")
    rig.registered(second, token="xoxb-second")
    stolen = {name: value for name, value in rig.row(first, "T1").items() if name not in {"pk", "sk"}}
    rig.table.put(team_row("agent-2", "T1"), stolen)

    with pytest.raises(Unavailable, match="kms decrypt: InvalidCiphertextException"):
        rig.token("agent-2", "T1")


def test_an_agent_reads_its_own_receipts_only(rig: Any) -> None:
    first, second = rig.agent(), rig.agent("agent-2", seed=2)
    rig.parts.receipts.put("agent-1", Receipt(id="n1", outcome=Delivered("1.1")))
    rig.clock.wait(6)

    answers = [rig.ask(asked(first)), rig.ask(asked(second))]

    assert [len(answer.body["receipts"]) for answer in answers] == [1, 0]


def test_an_agent_whose_name_begins_like_anothers_reads_none_of_its_receipts(rig: Any) -> None:
    rig.parts.receipts.put("agent-10", Receipt(id="n1", outcome=Refused("is_archived")))
    rig.clock.wait(6)

    assert rig.ask(asked(rig.agent("agent-1"))).body == {"receipts": [], "cursor": "", "more": False}


def test_one_agents_request_id_is_not_used_up_by_another(rig: Any) -> None:
    first, second = rig.agent(), rig.agent("agent-2", seed=2)

    answers = [rig.ask(asked(agent, limit=number, id_="m1")) for number, agent in enumerate((first, second), 1)]

    assert [answer.status for answer in answers] == [200, 200]


def test_a_key_that_one_agent_enters_is_not_anothers(rig: Any) -> None:
    first, second = rig.agent(), rig.agent("agent-2", seed=2)
    taken = Caller("agent-1", "k2", "relay-1", rig.clock, seed=3)
    next_key = KeyPut(key_id="k2", public=taken.public)

    assert rig.ask(second.request("key.put", key_put_fields(next_key))).status == 200

    assert rig.ask(asked(taken)).status == 401
    assert rig.ask(asked(first)).status == 200


def test_no_secret_is_in_the_table_the_queue_or_the_logs(rig: Any) -> None:
    agent = rig.agent()
    rig.registered(agent, token="xoxb-secret-1")
    event = dispatched(agent, "n1")
    rig.ask(event)
    rig.ask({**event, "body": "AAAA"})

    received = rig.sqs.receive_message(QueueUrl=rig.queue_url, MaxNumberOfMessages=10)
    logs = str(rig.log.everything)

    assert "xoxb-secret-1" not in str(rig.rows()) + str(received) + logs
    assert "Pull request" not in logs
    assert event["headers"]["webhook-signature"] not in logs
