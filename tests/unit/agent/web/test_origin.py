from collections.abc import Sequence
from ipaddress import ip_network
from unittest.mock import Mock

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from agent.web.origin import origin

TRUSTED = (ip_network("10.0.0.7/32"), ip_network("10.1.0.0/16"))
Lines = Sequence[tuple[str, str]]


def read(peer: str, *lines: tuple[str, str], trusted: Sequence[object] = TRUSTED) -> str:
    """What is made of a plain request for `agent.internal:8080` with these `X-Forwarded-` lines."""
    headers = CIMultiDict([("Host", "Agent.internal:8080"), *((f"X-Forwarded-{name}", word) for name, word in lines)])
    transport = Mock()
    transport.get_extra_info = lambda name, default=None: (peer, 50001) if name == "peername" else default
    request = make_mocked_request("GET", "/", headers=headers, transport=transport)
    return origin(trusted)(request)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([("Proto", "https")], "https://agent.internal:8080"),
        ([("Proto", "HTTPS"), ("Host", "Slack.example.com")], "https://slack.example.com"),
        ([("For", "192.0.2.1"), ("Host", "slack.example.com:8443")], "http://slack.example.com:8443"),
        ([("For", "192.0.2.1, 10.1.4.4"), ("Proto", "https, http")], "https://agent.internal:8080"),
        ([("For", "192.0.2.1, 10.1.4.4"), ("Proto", "https"), ("Proto", "http")], "https://agent.internal:8080"),
        ([("For", "192.0.2.1, 10.1.4.4"), ("Proto", "https")], "https://agent.internal:8080"),
        ([("For", "198.51.100.9, 192.0.2.1"), ("Host", "evil.example, slack.example.com")], "http://slack.example.com"),
        ([("Host", "[2001:db8::1]:8443")], "http://[2001:db8::1]:8443"),
    ],
    ids=[
        "scheme",
        "scheme and host",
        "a port",
        "two proxies",
        "two proxies in two lines",
        "two proxies, one word",
        "what the browser itself had sent",
        "an IPv6 address",
    ],
)
def test_a_trusted_proxy_says_what_the_browser_sees(lines: Lines, found: str) -> None:
    assert read("10.0.0.7", *lines) == found


@pytest.mark.parametrize("word", ["", "ftp", "https:", "https http", "javascript", "https;"])
def test_a_scheme_that_is_none_is_read_past(word: str) -> None:
    assert read("10.0.0.7", ("Proto", word)) == "http://agent.internal:8080"


@pytest.mark.parametrize(
    "word", ["", "a b", "evil.example/path", "evil.example?", "a@b", "x" * 300, "[bad", "host:port"]
)
def test_a_host_that_is_none_is_read_past(word: str) -> None:
    assert read("10.0.0.7", ("Host", word)) == "http://agent.internal:8080"


def test_a_stranger_is_not_believed() -> None:
    assert read("192.0.2.5", ("Proto", "https"), ("Host", "evil.example")) == "http://agent.internal:8080"


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert read("10.0.0.7", ("Proto", "https"), ("Host", "evil.example"), trusted=()) == "http://agent.internal:8080"
