import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.net.proxy import Proxy
from agent.net.resolver import LocalhostResolver

URL = "http://corp:p%25w@proxy.example:3128"


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        ("*", "https://slack.com/api/"),
        ("slack.com", "https://slack.com/api/"),
        ("slack.com", "wss://wss-primary.slack.com/link/"),
        (".slack.com", "https://slack.com/api/"),
        (".slack.com", "https://files.slack.com/"),
        ("*.slack.com", "https://files.slack.com/"),
        ("SLACK.COM.", "https://Slack.com./"),
        ("other.example, slack.com", "https://slack.com/"),
        ("other.example slack.com", "https://slack.com/"),
        ("slack.com:443", "https://slack.com/"),
        ("slack.com:443", "wss://slack.com/"),
        ("slack.com:8443", "https://slack.com:8443/"),
        ("10.1.2.3", "https://10.1.2.3/"),
        ("10.0.0.0/8", "https://10.9.8.7/"),
        ("10.9.8.7/8", "https://10.1.1.1/"),
        ("10.1.2.3:8443", "https://10.1.2.3:8443/"),
        ("::1", "https://[::1]/"),
        ("fd00::/8", "https://[fd12::1]:8443/"),
        ("[fd12::1]:8443", "https://[fd12::1]:8443/"),
    ],
)
def test_what_no_proxy_names_is_reached_directly(no_proxy: str, url: str) -> None:
    proxy = Proxy(url=URL, no_proxy=no_proxy)

    assert proxy.for_url(url) is None


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        ("", "https://slack.com/api/"),
        ("", "wss://wss-primary.slack.com/link/"),
        ("lack.com", "https://slack.com/"),
        ("files.slack.com", "https://slack.com/"),
        ("slack.com:8443", "https://slack.com/"),
        ("10.0.0.0/8", "https://11.0.0.1/"),
        ("10.0.0.0/8", "https://ten.example/"),
        ("10.1.2.3:443", "https://10.1.2.3:8443/"),
        ("::1", "https://127.0.0.1/"),
        (".", "https://slack.com/"),
        (",,", "https://slack.com/"),
    ],
)
def test_everything_else_goes_through_the_proxy(no_proxy: str, url: str) -> None:
    proxy = Proxy(url=URL, no_proxy=no_proxy)

    assert proxy.for_url(url) == URL


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/api/", "ws://127.0.0.1:8000/link/", "https://slack.localhost/"])
def test_loopback_never_goes_through_the_proxy(url: str) -> None:
    assert Proxy(url=URL).for_url(url) is None


def test_a_proxy_may_be_written_without_its_scheme() -> None:
    assert Proxy(url="proxy.example:3128").for_url("https://slack.com/") == "http://proxy.example:3128"


def test_without_a_proxy_everything_is_direct() -> None:
    assert Proxy().for_url("https://slack.com/") is None
    assert Proxy(url="").for_url("https://slack.com/") is None


@pytest.mark.parametrize(
    "url", ["socks5://u:secret@p:1", "http://u:secret@", "http://u:secret@p:99999", "http://[u:secret"]
)
def test_an_unusable_proxy_is_refused_without_repeating_its_credentials(url: str) -> None:
    with pytest.raises(ValueError, match="must look like") as caught:
        Proxy(url=url)

    assert "secret" not in str(caught.value)


def test_credentials_do_not_show_when_a_proxy_is_printed() -> None:
    assert "corp" not in repr(Proxy(url=URL))


@given(no_proxy=st.text(max_size=60))
def test_any_no_proxy_gives_an_answer(no_proxy: str) -> None:
    assert Proxy(url=URL, no_proxy=no_proxy).for_url("https://[fd00::1]:8443/x") in {None, URL}


@pytest.mark.parametrize("name", ["localhost", "ghes.localhost", "a.b.LOCALHOST."])
async def test_names_under_localhost_are_this_machine(name: str) -> None:
    resolver = LocalhostResolver()

    found = await resolver.resolve(name, 8000, socket.AF_UNSPEC)

    assert [(entry["host"], entry["port"]) for entry in found] == [("127.0.0.1", 8000), ("::1", 8000)]


async def test_a_family_that_was_asked_for_is_the_only_one_given() -> None:
    resolver = LocalhostResolver()

    found = await resolver.resolve("ghes.localhost", 8000, socket.AF_INET)

    assert [entry["host"] for entry in found] == ["127.0.0.1"]
