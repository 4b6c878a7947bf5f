from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request

from agent.web.client_address import client_address, told

TRUSTED = (ip_network("10.0.0.7/32"), ip_network("10.1.0.0/16"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.7", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.7", ["192.0.2.1, 10.1.4.4"], "192.0.2.1"),
        ("10.0.0.7", ["192.0.2.1", "10.1.4.4"], "192.0.2.1"),
        ("10.0.0.7", ["198.51.100.9, 192.0.2.1"], "192.0.2.1"),
        ("::ffff:10.0.0.7", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.7", ["192.0.2.1:50001"], "192.0.2.1"),
        ("fd00::7", ["[2001:db8::1]:50001"], "2001:db8::1"),
        ("10.0.0.7", ["10.1.0.1"], "10.1.0.1"),
    ],
    ids=[
        "one proxy",
        "two proxies",
        "two headers",
        "what the browser itself had sent",
        "IPv4 over IPv6",
        "with a port",
        "IPv6 with a port",
        "a proxy that asks for itself",
    ],
)
def test_a_trusted_proxy_says_who_is_behind_it(peer: str, forwarded: list[str], address: str) -> None:
    assert told(peer, forwarded, TRUSTED) == address


@pytest.mark.parametrize(
    ("peer", "forwarded"),
    [
        ("192.0.2.5", ["198.51.100.9"]),
        ("10.0.0.7", []),
        ("10.0.0.7", ["unknown"]),
        ("10.0.0.7", [""]),
        ("10.0.0.7", ["198.51.100.9, <script>"]),
    ],
    ids=["a stranger says it", "nothing is said", "no address", "empty", "no address at its end"],
)
def test_without_a_word_that_counts_it_is_who_has_connected(peer: str, forwarded: list[str]) -> None:
    assert told(peer, forwarded, TRUSTED) == peer


def test_without_trusted_proxies_nobody_is_believed() -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": "198.51.100.9"})

    address = client_address(())(request)

    assert address != "198.51.100.9"
