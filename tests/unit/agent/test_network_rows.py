from typing import Any

import pytest
from cryptography.fernet import Fernet

from agent import settings
from agent.examining.network_team import for_webhooks, letter, slack_hosts
from agent.network_rows import AGENT, BROWSERS, GHES, Row, rows

GIVEN = {"GHES_URL": "https://github.example.com", "AGENT_URL": "https://ghe-slack.example.com"}
PROXY = {"HTTPS_PROXY": "http://corp:s3cret-w0rd@proxy.example.com:3128"}
POSTGRES = {"AGENT_SECRET_KEYS": Fernet.generate_key().decode()}


def given(**variables: str) -> settings.Settings:
    return settings.of(GIVEN | variables)


def table(**variables: str) -> list[Row]:
    return rows(given(**variables))


def ways(found: list[Row], source: str) -> list[tuple[str, int, str]]:
    return [(row.target, row.port, row.proxy) for row in found if row.source == source]


def test_the_agent_opens_what_goes_out_and_nothing_outside_opens_anything() -> None:
    found = table()

    assert {row.source for row in found} == {AGENT, GHES, BROWSERS}
    assert [row.target for row in found if row.source == AGENT and row.leaves] == [
        "slack.com",
        "wss-primary.slack.com",
        "wss-backup.slack.com",
        "wss-mobile.slack.com",
        "hooks.slack.com",
    ]
    assert ways(found, GHES) == [("ghe-slack.example.com", 443, "")]


def test_ports_are_those_of_the_addresses() -> None:
    found = table(GHES_URL="https://github.example.com:8443", AGENT_URL="http://ghe-slack.example.com:8080")

    assert ways(found, GHES) == [("ghe-slack.example.com", 8080, "")]
    assert ("github.example.com", 8443, "") in ways(found, AGENT)
    assert [row.protocol for row in found if row.source == GHES] == ["HTTP"]


def test_with_a_proxy_all_of_slack_goes_through_it_and_it_has_to_be_reached_itself() -> None:
    found = table(**PROXY)

    out = [row for row in found if row.source == AGENT and row.leaves]
    assert {row.proxy for row in out} == {"proxy.example.com:3128"}
    assert ("proxy.example.com", 3128, "") in ways(found, AGENT)
    assert ("github.example.com", 443, "") in ways(found, AGENT)


def test_what_no_proxy_names_is_shown_as_the_direct_way() -> None:
    found = table(**PROXY, NO_PROXY="hooks.slack.com")

    assert ("hooks.slack.com", 443, "") in ways(found, AGENT)
    assert ("slack.com", 443, "proxy.example.com:3128") in ways(found, AGENT)


def test_a_proxy_that_nothing_takes_is_left_out() -> None:
    found = table(**PROXY, NO_PROXY="*")

    assert not [row for row in found if row.target == "proxy.example.com"]


def test_ghes_may_have_a_proxy_of_its_own() -> None:
    found = table(GHES_PROXY="inner.example.com:8080")

    assert ("github.example.com", 443, "inner.example.com:8080") in ways(found, AGENT)
    assert ("inner.example.com", 8080, "") in ways(found, AGENT)


def test_govslack_has_hosts_of_its_own() -> None:
    found = given(SLACK_API_URL="https://slack-gov.com/api/")

    assert slack_hosts(found) == ("wss-primary.slack-gov.com", "wss-backup.slack-gov.com", "hooks.slack-gov.com")
    assert "slack.com" not in [row.target for row in rows(found) if row.source == AGENT]


def test_what_stands_in_for_slack_names_its_other_hosts_itself() -> None:
    found = given(SLACK_API_URL="http://127.0.0.1:9000/api/")

    assert slack_hosts(found) == ()
    assert [row.is_here for row in rows(found) if row.target == "127.0.0.1"] == [True]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://u:pass-w0rd@db.example.com/x", [("db.example.com", 5432, "")]),
        ("postgresql://u:pass-w0rd@db.example.com:6432/x", [("db.example.com", 6432, "")]),
        ("postgresql:///x?host=/run/postgresql", []),
        (
            "postgresql:///x?host=a.example.com:5433&host=b.example.com",
            [("a.example.com", 5433, ""), ("b.example.com", 5432, "")],
        ),
    ],
)
def test_a_database_of_its_own_is_a_way_too(url: str, told: list[Any]) -> None:
    found = rows(given(**POSTGRES, AGENT_DATABASE_URL=url))

    assert [(row.target, row.port, row.proxy) for row in found if row.protocol == "PostgreSQL"] == told


def test_a_proxy_in_front_leads_on_to_where_the_agent_listens() -> None:
    found = table(AGENT_TRUSTED_PROXIES="10.0.0.7,10.1.0.0/16", AGENT_LISTEN="0.0.0.0:8080")

    assert ways(found, "10.0.0.7") == [("the agent's machine", 8080, "")]
    assert ways(found, "10.1.0.0/16") == [("the agent's machine", 8080, "")]


def test_the_relay_is_a_way_out() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    named = {"RELAY_URL": "https://relay.example.net", "RELAY_ID": "r", "RELAY_AGENT_ID": "a", "RELAY_KEY_ID": "k"}

    found = table(**named, RELAY_SIGNING_KEY=key, **PROXY)

    assert ("relay.example.net", 443, "proxy.example.com:3128") in ways(found, AGENT)


def test_the_text_for_the_network_team_has_every_way_and_no_secret() -> None:
    found = given(**PROXY, **POSTGRES, AGENT_DATABASE_URL="postgresql://u:pass-w0rd@db.example.com/x")

    text = letter(found)

    assert all(row.target in text for row in rows(found))
    assert "as tunnels (CONNECT) of the agent's machine on proxy.example.com:3128" in text
    assert "s3cret-w0rd" not in text
    assert "pass-w0rd" not in text


def test_what_stays_on_this_machine_is_nothing_for_the_network_team() -> None:
    text = letter(given(GHES_URL="http://ghes.localhost:3000", SLACK_API_URL="http://127.0.0.1:9000/api/"))

    assert "port 9000" not in text
    assert "port 3000" not in text


def test_ghes_is_to_leave_the_agent_out_of_its_own_proxy() -> None:
    sentence = for_webhooks(given())

    assert "from github.example.com to ghe-slack.example.com, port 443" in sentence
    assert "exclude ghe-slack.example.com from GHES's own outbound proxy" in sentence
