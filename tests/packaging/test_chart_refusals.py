"""Values that the chart refuses, each in a sentence."""

from typing import Any

import pytest

from tests.packaging.programs import CHART, Rendering, run

pytestmark = pytest.mark.packaging

DATABASE = {"AGENT_DATABASE_URL": "postgresql://a:b@db/ghe"}
KEYS = {"AGENT_SECRET_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}
PROXY = "http://proxy:3128"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"replicas": 2}, "replicas is 2, but an SQLite store is held by one agent: give AGENT_DATABASE_URL"),
        (
            {"replicas": 2, "secret": {"existing": "mine", "keys": ["AGENT_SECRET_KEYS"]}},
            "replicas is 2, but an SQLite store is held by one agent",
        ),
        ({"secret": {"values": DATABASE}}, "AGENT_DATABASE_URL needs AGENT_SECRET_KEYS beside it"),
        ({"secret": {"existing": "mine", "values": KEYS}}, "secret.existing and secret.values are both set"),
        ({"secret": {"existing": "mine"}}, "secret.keys is empty: name the settings that the Secret mine holds"),
        ({"secret": {"keys": ["SLACK_APP_TOKEN"]}}, "secret.existing doesn't name the Secret"),
        (
            {"settings": {"HTTPS_PROXY": PROXY}, "secret": {"values": {"HTTPS_PROXY": PROXY}}},
            "HTTPS_PROXY stands in settings and in the secret: keep one of them.",
        ),
        ({"authorities": {"configMap": "ca"}}, "authorities.configMap is set: say which of its keys"),
        ({"authorities": {"ghes": "ca.pem"}}, "authorities.configMap doesn't name the ConfigMap"),
        ({"ingress": {"enabled": True}}, "ingress.host is empty: name the host of AGENT_URL."),
        ({"networkPolicy": {"from": []}}, "networkPolicy.from is empty, so nobody could reach the agent"),
        ({"networkPolicy": {"ghes": {"to": []}}}, "networkPolicy.ghes.to is empty, so the agent couldn't reach GHES"),
        ({"secret": {"values": DATABASE | KEYS}}, "networkPolicy.postgresql.to is empty"),
        ({"settings": {"HTTPS_PROXY": PROXY}}, "HTTPS_PROXY is set, so networkPolicy.outside.to and .port"),
        ({"secret": {"values": {"HTTPS_PROXY": PROXY}}}, "HTTPS_PROXY is set, so networkPolicy.outside.to and .port"),
        ({"settings": {"GHES_PROXY": PROXY}}, "GHES_PROXY is set, so networkPolicy.ghes.to and .port"),
    ],
)
def test_values_that_do_not_fit_together_are_refused(rendering: Rendering, values: dict[str, Any], said: str) -> None:
    done = rendering(values)

    assert done.code != 0
    assert said in done.said


@pytest.mark.parametrize(
    ("values", "where", "said"),
    [
        ({"settings": {"SLACK_COMAND": "/ghe"}}, "/settings", "additional properties 'SLACK_COMAND' not allowed"),
        ({"settings": {"SLACK_APP_TOKEN": "xapp-1"}}, "/settings", "'SLACK_APP_TOKEN' not allowed"),
        ({"settings": {"GHES_APP_ID": 12}}, "/settings/GHES_APP_ID", "got number, want string"),
        ({"settings": {"AGENT_UNKNOWN": "ask"}}, "/settings/AGENT_UNKNOWN", "value must be one of 'resend', 'park'"),
        ({"settings": {"HTTPS_PROXY": "http://a:b@proxy:3128"}}, "/settings/HTTPS_PROXY", "does not match pattern"),
        ({"secret": {"values": {"PASSWORD": "x"}}}, "/secret/values", "'PASSWORD' not allowed"),
        (
            {"secret": {"values": {"AGENT_DATABASE_URL": "sqlite:///x"}}},
            "/secret/values/AGENT_DATABASE_URL",
            "does not match pattern '^postgres",
        ),
        ({"replicas": 0}, "/replicas", "minimum: got 0, want 1"),
        ({"replicaCount": 2}, "", "additional properties 'replicaCount' not allowed"),
        ({"networkPolicy": {"from": ["10.0.0.0/8"]}}, "/networkPolicy/from/0", "got string, want object"),
        ({"service": {"port": 99999}}, "/service/port", "maximum: got 99,999, want 65,535"),
    ],
)
def test_a_value_that_is_none_is_pointed_at(
    rendering: Rendering, values: dict[str, Any], where: str, said: str
) -> None:
    done = rendering(values)

    assert done.code != 0
    assert f"at '{where}'" in done.said
    assert said in done.said


def test_a_chart_without_values_says_what_it_needs() -> None:
    done = run("helm", "template", "release", CHART)

    assert done.code != 0
    assert "at '/settings': missing properties 'GHES_URL', 'AGENT_URL'" in done.said
