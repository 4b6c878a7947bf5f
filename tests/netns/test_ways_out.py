"""Proxies that refuse, that open TLS, that aren't for everything, and one that leads to GHES."""

from typing import Any

import pytest

from tests.netns.conftest import GHES, GHES_AT, SLACK
from tests.netns.nets import plug

pytestmark = pytest.mark.netns
PARTNER, PARTNER_AT = "slack.partner.example.com", "10.77.5.2"


async def test_wrong_credentials_are_named_in_the_status_and_tried_once(companies: Any) -> None:
    async with companies(password="wr0ng-word") as company:
        line = await company.agent.says("socket not opened")
        sockets, ghes = await company.part("sockets"), await company.part("ghes")

    assert line["reason"] == "proxy_credentials"
    assert not sockets["ok"]
    assert "The proxy refuses our credentials (407): correct the user and password in HTTPS_PROXY." in sockets["says"]
    assert ghes["ok"], ghes
    assert company.proxy.refused == ["407 Proxy Authentication Required"]
    assert "wr0ng-word" not in company.agent.log


async def test_a_proxy_that_opens_tls_is_trusted_by_its_own_authority(companies: Any) -> None:
    async with companies(interception=True) as company:
        await company.connected()
        card = await company.card("It leaks")

    assert "It leaks" in card.text
    assert set(company.proxy.opened) == {f"{SLACK}:443"}


async def test_without_the_authority_the_status_says_what_to_set(companies: Any) -> None:
    async with companies(interception=True, OUTBOUND_CA_FILE="") as company:
        await company.agent.says("socket not opened")
        sockets = await company.part("sockets")

    assert not sockets["ok"]
    assert "put its authority's certificate into OUTBOUND_CA_FILE" in sockets["says"]
    assert not company.proxy.opened


@pytest.mark.parametrize(
    ("slack_name", "no_proxy"),
    [(PARTNER, ".partner.example.com"), (PARTNER_AT, PARTNER_AT), (PARTNER_AT, "192.0.2.1, 10.77.0.0/16")],
    ids=["a domain", "an address", "a range"],
)
async def test_what_no_proxy_names_is_reached_by_its_own_cable(
    companies: Any, nets: Any, slack_name: str, no_proxy: str
) -> None:
    plug("partner", nets.agent, "10.77.5.1/24", nets.outside, f"{PARTNER_AT}/24")
    hosts = f"{GHES_AT} {GHES}\n{PARTNER_AT} {PARTNER}\n"

    async with companies(slack_name=slack_name, hosts=hosts, NO_PROXY=no_proxy) as company:
        await company.connected()
        card = await company.card("It leaks")

    assert "It leaks" in card.text
    assert not company.proxy.tunnels
    assert not company.proxy.refused


async def test_ghes_is_reached_by_a_proxy_of_its_own_where_there_is_no_other_way(companies: Any) -> None:
    async with companies(hosts="127.0.0.1 localhost\n", ghes_by_proxy=True) as company:
        await company.connected()
        card = await company.card("It leaks")
        ghes = await company.part("ghes")

    assert "It leaks" in card.text
    assert ghes["ok"], ghes
    assert set(company.proxy.tunnels) == {f"{SLACK}:443", f"{GHES}:443"}
