"""`ghe-slack relay agents`: what the operator enters, revokes and sees."""

from typing import Any

import pytest

from agent.cli_errors import Failure
from agent.relay.keys import Pair, new_pair
from agent.relay_agent_list import as_text
from agent.relay_agents import add, listed, revoke
from shared.relay_table import AgentKey, agent_row, key_columns, key_row

DAY_S, BACK_S = 86400, 300
NOW = "2026-11-22 09:00 UTC"
IN_FORCE = "within a minute nothing that it has signed is taken any more."


def entered(desk: Any, *key_ids: str, agent_id: str = "acme") -> None:
    for key_id in key_ids:
        add(desk.operator, agent_id, key_id, new_pair().public.encode())


def lines(desk: Any) -> list[str]:
    return as_text(listed(desk.operator), desk.operator.now).splitlines()


def test_an_agent_is_entered_with_a_key_that_the_relay_takes(desk: Any, pair: Pair) -> None:
    says = add(desk.operator, "acme", "k1", pair.public.encode())

    assert says == "The agent acme may speak, with its key k1."
    now = desk.operator.now
    assert desk.key("k1") == AgentKey(agent_id="acme", key_id="k1", public=pair.raw, not_before=now - BACK_S)


def test_a_revoked_key_takes_with_it_all_that_it_has_entered(desk: Any) -> None:
    entered(desk, "k1", "k5")
    desk.follows("k9", "k1")
    desk.follows("k10", "k9")
    desk.follows("k6", "k5")

    says = revoke(desk.operator, "acme", "k1")

    assert says == f"The key k1 of the agent acme is revoked, and with it what it has entered: k9, k10; {IN_FORCE}"
    at = desk.operator.now
    assert {each: desk.key(each).revoked_at for each in ("k1", "k9", "k10")} == {"k1": at, "k9": at, "k10": at}
    assert [desk.key(each).revoked_at for each in ("k5", "k6")] == [None, None]


def test_what_the_operator_knows_to_be_the_agents_own_is_spared_with_what_it_has_entered(desk: Any) -> None:
    entered(desk, "k1")
    desk.follows("k2", "k1")
    desk.follows("k3", "k2")

    says = revoke(desk.operator, "acme", "k1", keep=["k2"])

    assert says == f"The key k1 of the agent acme is revoked; {IN_FORCE}"
    assert [desk.key(each).revoked_at for each in ("k2", "k3")] == [None, None]


def test_a_key_to_be_kept_that_is_none_is_a_slip_and_revokes_nothing(desk: Any) -> None:
    entered(desk, "k1")

    with pytest.raises(Failure, match="no key K2 that could be kept"):
        revoke(desk.operator, "acme", "k1", keep=["K2"])

    assert desk.key("k1").revoked_at is None


def test_a_key_that_was_entered_while_its_forebear_is_revoked_is_revoked_too(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered(desk, "k1", "k5")
    desk.follows("k9", "k1")
    update, late = desk.dynamodb.update_item, ["k10"]

    def updated(**given: Any) -> Any:
        if given["Key"]["sk"]["S"] == "key#k9" and late:
            desk.follows(late.pop(), "k9")
        return update(**given)

    monkeypatch.setattr(desk.dynamodb, "update_item", updated)

    assert "what it has entered: k9, k10;" in revoke(desk.operator, "acme", "k1")
    assert desk.key("k10").revoked_at is not None


def test_the_key_before_the_revoked_one_stays_and_is_named_as_nothing(desk: Any) -> None:
    entered(desk, "k1")
    desk.follows("k2", "k1")

    says = revoke(desk.operator, "acme", "k2")

    assert says == f"The key k2 of the agent acme is revoked; {IN_FORCE}"
    assert desk.key("k1").revoked_at is None


def test_who_has_no_good_key_left_is_told_to_be_given_one(desk: Any) -> None:
    entered(desk, "k1", "k0")
    desk.changed("k0", retired_at=desk.operator.now - 1)
    desk.follows("k2", "k1")

    says = revoke(desk.operator, "acme", "k1")

    assert says.endswith("The agent has no good key left: enter a new one (`ghe-slack relay agents add`).")


def test_revoking_twice_changes_nothing(desk: Any) -> None:
    entered(desk, "k1", "k2")
    desk.follows("k9", "k1")
    revoke(desk.operator, "acme", "k1")
    first = desk.table.get(key_row("acme", "k9"))

    assert revoke(desk.operator, "acme", "k1") == f"The key k1 of the agent acme is revoked; {IN_FORCE}"
    assert desk.table.get(key_row("acme", "k9")) == first


@pytest.mark.parametrize("state", ["good", "retired", "revoked"])
def test_a_public_key_is_not_entered_under_another_id(desk: Any, pair: Pair, state: str) -> None:
    add(desk.operator, "acme", "k1", pair.public.encode())
    if state != "good":
        desk.changed("k1", **{f"{state}_at": 1})

    with pytest.raises(Failure, match="has stood there as the key k1 of the agent acme, and can't again"):
        add(desk.operator, "acme", "k3", pair.public.encode())

    assert desk.keys.find("acme", "k3") is None


def test_a_public_key_is_known_by_its_keys_row_alone(desk: Any, pair: Pair) -> None:
    entered(desk, "k0")
    key = AgentKey(agent_id="acme", key_id="k1", public=pair.raw, not_before=0)
    desk.table.put(key_row("acme", "k1"), key_columns(key))

    with pytest.raises(Failure, match="has stood there as the key k1"):
        add(desk.operator, "acme", "k3", pair.public.encode())


def test_another_agent_may_have_the_same_public_key(desk: Any, pair: Pair) -> None:
    for agent_id in ("acme", "second"):
        add(desk.operator, agent_id, "k1", pair.public.encode())

    assert [agent.id for agent in listed(desk.operator)] == ["acme", "second"]


def test_what_somebody_enters_at_the_same_time_is_not_written_over(
    desk: Any, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered(desk, "k1")
    write = desk.dynamodb.transact_write_items

    def late(**given: Any) -> Any:
        monkeypatch.undo()
        revoke(desk.operator, "acme", "")
        return write(**given)

    monkeypatch.setattr(desk.dynamodb, "transact_write_items", late)

    with pytest.raises(Failure, match="at the same time"):
        add(desk.operator, "acme", "k2", pair.public.encode())
    assert desk.table.get(key_row("acme", "k2")) is None


def test_nothing_of_an_agent_that_is_not_there_is_written(desk: Any) -> None:
    for agent_id, key_id in (("acme", ""), ("acme", "k1")):
        with pytest.raises(Failure, match="isn't known to this relay"):
            revoke(desk.operator, agent_id, key_id)

    assert desk.table.get(agent_row("acme")) is None
    assert lines(desk) == ["No agent is known to this relay yet."]


def test_the_table_is_never_read_as_a_whole(desk: Any) -> None:
    desk.calls.clear()
    entered(desk, "k1", "k2")
    revoke(desk.operator, "acme", "k1")
    listed(desk.operator)

    assert set(desk.calls) == {"GetItem", "Query", "TransactWriteItems", "UpdateItem"}


def test_each_key_is_listed_as_it_is(desk: Any) -> None:
    now = desk.operator.now
    entered(desk, "a", "b", "c", "d", "e", "f")
    desk.follows("a2", "a")
    desk.changed("b", retired_at=now - 60)
    desk.changed("c", not_after=now + 60, retired_at=now + DAY_S)
    desk.changed("d", revoked_at=now, retired_at=now - 60)
    desk.changed("e", not_before=now + 60)
    desk.changed("f", not_before=now + 60, not_after=now + 120)

    assert lines(desk) == [
        "acme",
        "  a  good until 2026-11-23 09:00 UTC",
        "  a2  good, entered by a",
        "  b  retired since 2026-11-22 08:59 UTC",
        "  c  good until 2026-11-22 09:01 UTC",
        f"  d  revoked since {NOW}",
        "  e  good from 2026-11-22 09:01 UTC",
        "  f  good from 2026-11-22 09:01 UTC until 2026-11-22 09:02 UTC",
    ]


def test_a_revoked_agents_keys_are_listed_as_revoked_with_it(desk: Any) -> None:
    entered(desk, "k1", "k2")
    entered(desk, "k1", agent_id="second")
    revoke(desk.operator, "acme", "k2")
    revoke(desk.operator, "acme", "")

    assert lines(desk) == [
        f"acme  revoked since {NOW}",
        "  k1  revoked with its agent",
        f"  k2  revoked since {NOW}",
        "second",
        "  k1  good",
    ]
    assert desk.key("k1").revoked_at is not None
