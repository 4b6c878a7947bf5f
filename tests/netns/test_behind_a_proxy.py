"""The agent where only a proxy reaches Slack: what goes out, and that nothing comes in."""

import errno
from typing import Any

import pytest

from tests.netns.conftest import AGENT_AT, GHES_AT, LISTENS, PROXY_AT, SLACK, SLACK_AT
from tests.netns.nets import knock, sockets_of

pytestmark = pytest.mark.netns


async def test_a_webhook_becomes_a_card_where_only_the_proxy_reaches_slack(companies: Any) -> None:
    async with companies() as company:
        await company.connected()
        card = await company.card("It leaks")
        with pytest.raises(OSError, match="unreachable") as no_way:
            knock(company.nets.agent, (SLACK_AT, 443))
        ghes = await company.part("ghes")

    assert "It leaks" in card.text
    assert set(company.proxy.tunnels) == {f"{SLACK}:443"}
    assert not company.proxy.refused
    assert no_way.value.errno == errno.ENETUNREACH
    assert ghes["ok"], ghes


async def test_nobody_outside_can_connect_to_the_agent(companies: Any) -> None:
    async with companies() as company:
        await company.connected()
        knock(company.nets.company, LISTENS)
        with pytest.raises(OSError, match="unreachable") as to_the_agent:
            knock(company.nets.outside, LISTENS)
        with pytest.raises(ConnectionRefusedError):
            knock(company.nets.outside, ("10.77.2.1", LISTENS[1]))

    assert to_the_agent.value.errno == errno.ENETUNREACH


async def test_it_listens_at_one_place_and_takes_connections_from_its_own_network_only(companies: Any) -> None:
    async with companies() as company:
        await company.connected()
        await company.card("It leaks")
        used = sockets_of(company.agent.pid)

    proxy = (PROXY_AT, int(company.proxy.address.rpartition(":")[2]))
    taken = {theirs[0] for ours, theirs in used.connected if ours == LISTENS}
    opened = {theirs for ours, theirs in used.connected if ours != LISTENS}
    assert used.listening == {LISTENS}
    assert taken <= {PROXY_AT, GHES_AT, AGENT_AT}
    assert proxy in opened
    assert opened <= {proxy, (GHES_AT, 443)}
