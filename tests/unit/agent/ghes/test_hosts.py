import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ghes.hosts import Hosts


def test_every_address_follows_from_the_root() -> None:
    hosts = Hosts.of("https://ghes.example.com/")

    assert hosts.rest == "https://ghes.example.com/api/v3"
    assert hosts.graphql == "https://ghes.example.com/api/graphql"
    assert hosts.install_page("ghes-slack") == "https://ghes.example.com/github-apps/ghes-slack/installations/new"


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://ghes.example.com/api/v3/user", True),
        ("https://GHES.example.com:443/", True),
        ("http://ghes.example.com/", False),
        ("https://ghes.example.com:8443/", False),
        ("https://ghes.example.com.evil.example/", False),
        ("https://ghes.example.com@evil.example/", False),
        ("https://ghes.example.com:port/", False),
        ("//ghes.example.com/", False),
        ("", False),
    ],
)
def test_a_token_may_only_go_to_the_same_scheme_host_and_port(url: str, same: bool) -> None:  # noqa: FBT001
    assert Hosts.of("https://ghes.example.com").same_host(url) is same


@pytest.mark.parametrize(
    "named", ["ghes.example.com", "GHES.Example.com", "ghes.example.com:8443", " ghes.example.com"]
)
def test_the_enterprise_host_header_is_compared_without_port_and_case(named: str) -> None:
    assert Hosts.of("https://ghes.example.com:8443").is_named(named)


@pytest.mark.parametrize("named", ["", "github.com", "ghes.example.com.evil", "[::1"])
def test_another_enterprise_host_is_told_apart(named: str) -> None:
    assert not Hosts.of("https://ghes.example.com").is_named(named)


@given(st.text())
def test_no_text_makes_the_comparison_fail(url: str) -> None:
    hosts = Hosts.of("https://ghes.example.com")

    assert hosts.same_host(url) in {True, False}
    assert hosts.is_named(url) in {True, False}
