"""The chart, rendered by Helm: what it makes of which values, and whether Kubernetes takes it."""

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from agent import settings
from tests.packaging.programs import CHART, Rendered, Rendering, Values, run

pytestmark = pytest.mark.packaging

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
POSTGRESQL: dict[str, Any] = {
    "secret": {"values": {"AGENT_DATABASE_URL": "postgresql://a:b@db/ghe", "AGENT_SECRET_KEYS": KEY}},
    "networkPolicy": {"postgresql": {"to": [{"podSelector": {"matchLabels": {"app": "db"}}}]}},
}
EVERYTHING: dict[str, Any] = POSTGRESQL | {
    "replicas": 2,
    "tls": {"secretName": "tls"},
    "authorities": {"configMap": "authorities", "ghes": "ghes.pem", "outside": "outside.pem"},
    "imagePullSecrets": [{"name": "pull"}],
    "ingress": {"enabled": True, "className": "nginx", "host": "ghe-slack.example.com", "tlsSecretName": "web"},
    "podLabels": {"team": "tools"},
    "podAnnotations": {"prometheus.io/scrape": "true"},
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "tools", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "priorityClassName": "high",
    "service": {"type": "LoadBalancer", "port": 443, "annotations": {"a": "b"}},
    "serviceAccount": {"name": "agent", "annotations": {"a": "b"}},
}
ONE_VOLUME = {"persistence": {"storageClass": "fast"}}


def pod(manifests: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = manifests["Deployment"]["spec"]["template"]["spec"]
    return found


def environment(manifests: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in pod(manifests)["containers"][0]["env"]}


def ways_out(manifests: dict[str, Any]) -> list[tuple[Any, list[int]]]:
    """Where the agent may go: the first peer of each rule, and its ports."""
    rules = manifests["NetworkPolicy"]["spec"]["egress"]
    return [(rule["to"][0], [port["port"] for port in rule["ports"]]) for rule in rules]


def test_helm_has_nothing_to_say_about_the_chart(needed: Values, tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text(yaml.safe_dump(dict(needed)), encoding="utf-8")

    done = run("helm", "lint", "--strict", "--quiet", CHART, "--values", values)

    assert done.code == 0, done.said
    assert "WARNING" not in done.said


@pytest.mark.parametrize("version", ["1.27.0", "1.32.0", "1.37.0"])
@pytest.mark.parametrize("values", [{}, ONE_VOLUME, POSTGRESQL, EVERYTHING])
def test_kubernetes_takes_what_is_rendered(rendering: Rendering, tmp_path: Path, values: Values, version: str) -> None:
    manifests = tmp_path / "manifests.yaml"
    manifests.write_text(rendering(values).said, encoding="utf-8")

    done = run("kubernetes-validate", "--strict", "-k", version, manifests)

    assert done.code == 0, done.said
    assert "deployment/release-ghe-slack" in done.said


def test_one_agent_holds_its_store(rendered: Rendered) -> None:
    made = rendered({})

    assert made["Deployment"]["spec"]["strategy"] == {"type": "Recreate"}
    assert pod(made)["volumes"][0]["persistentVolumeClaim"]["claimName"] == "release-ghe-slack"
    assert set(made) == {"Deployment", "NetworkPolicy", "PersistentVolumeClaim", "Service", "ServiceAccount"}


def test_two_replicas_stand_on_postgresql(rendered: Rendered) -> None:
    made = rendered(POSTGRESQL | {"replicas": 2})

    assert made["Deployment"]["spec"]["replicas"] == 2
    assert made["Deployment"]["spec"]["strategy"] == {"type": "Recreate"}
    assert made["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1
    assert "PersistentVolumeClaim" not in made
    assert environment(made)["AGENT_DATABASE_URL"] == ""
    assert environment(made)["AGENT_DATABASE_URL_FILE"] == "/run/secrets/ghe-slack/AGENT_DATABASE_URL"


def test_nothing_runs_as_root_or_writes_to_the_image(rendered: Rendered) -> None:
    found = pod(rendered({}))

    assert found["automountServiceAccountToken"] is False
    assert found["securityContext"]["runAsNonRoot"] is True
    assert found["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert found["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }


def test_secrets_are_files_and_stand_in_no_environment(rendered: Rendered) -> None:
    made = rendered({"secret": {"values": {"SLACK_APP_TOKEN": "xapp-1-secret"}}})

    assert made["Secret"]["stringData"] == {"SLACK_APP_TOKEN": "xapp-1-secret"}
    assert environment(made)["SLACK_APP_TOKEN_FILE"] == "/run/secrets/ghe-slack/SLACK_APP_TOKEN"
    assert "xapp-1-secret" not in str(made["Deployment"])


def test_the_agent_understands_what_its_pod_is_given(
    rendered: Rendered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = rendered(POSTGRESQL | {"replicas": 2, "settings": {"SLACK_COMMAND": "/ghe-eu", "AGENT_RETENTION_DAYS": "7"}})
    for name, secret in made["Secret"]["stringData"].items():
        (tmp_path / name).write_text(secret, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGENT_DATABASE_URL", "sqlite:////data/ghe-slack.db")  # the image's
    for name, value in environment(made).items():
        monkeypatch.setenv(name, value.replace("/run/secrets/ghe-slack", str(tmp_path)))

    chosen = settings.load()

    assert chosen.database_url == "postgresql://a:b@db/ghe"
    assert (chosen.slack_command, chosen.agent_retention_days) == ("/ghe-eu", 7)


def test_a_secret_of_ones_own_is_mounted_and_none_is_made(rendered: Rendered) -> None:
    made = rendered({"secret": {"existing": "mine", "keys": ["SLACK_APP_TOKEN"]}})

    (secrets,) = (each["secret"] for each in pod(made)["volumes"] if each["name"] == "secrets")
    assert secrets["secretName"] == "mine"
    assert secrets["items"] == [{"key": "SLACK_APP_TOKEN", "path": "SLACK_APP_TOKEN"}]
    assert "Secret" not in made


def test_another_secret_starts_the_pods_anew(rendered: Rendered) -> None:
    made = [rendered({"secret": {"values": {"SLACK_APP_TOKEN": f"xapp-{number}"}}}) for number in range(2)]

    first, second = (each["Deployment"]["spec"]["template"]["metadata"]["annotations"] for each in made)

    assert first != second


@pytest.mark.parametrize(("values", "scheme"), [({}, "HTTP"), ({"tls": {"secretName": "tls"}}, "HTTPS")])
def test_the_probes_speak_as_the_agent_does(rendered: Rendered, values: Values, scheme: str) -> None:
    made = rendered(values)

    (container,) = pod(made)["containers"]
    probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startup": "/healthz",
        "liveness": "/healthz",
        "readiness": "/readyz",
    }
    assert {probe["scheme"] for probe in probes.values()} == {scheme}
    assert made["Service"]["spec"]["ports"][0]["name"] == scheme.lower()


def test_the_agent_goes_to_dns_ghes_and_slack_only(rendered: Rendered, needed: dict[str, Any]) -> None:
    needed["settings"]["GHES_URL"] = "https://github.example.com:8443"

    (dns, dns_ports), (ghes, ghes_ports), (slack, slack_ports) = ways_out(rendered({}))

    assert (dns_ports, ghes_ports, slack_ports) == ([53, 53], [8443], [443])
    assert dns == {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
    assert ghes == {"ipBlock": {"cidr": "10.1.2.3/32"}}
    assert "10.0.0.0/8" in slack["ipBlock"]["except"]


def test_with_a_proxy_the_agent_goes_to_the_proxy_instead_of_slack(rendered: Rendered) -> None:
    proxy = {"ipBlock": {"cidr": "10.0.0.9/32"}}
    made = rendered(
        {
            "settings": {"HTTPS_PROXY": "http://proxy:3128"},
            "networkPolicy": {"outside": {"to": [proxy], "port": 3128}},
        }
    )

    assert ways_out(made)[2:] == [(proxy, [3128])]


def test_two_ghes_make_two_of_everything(needed: dict[str, Any], tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text(yaml.safe_dump(needed), encoding="utf-8")

    done = [run("helm", "template", name, CHART, "--values", values) for name in ("ghe-slack-eu", "ghe-slack-us")]

    names = [{(doc["kind"], doc["metadata"]["name"]) for doc in yaml.safe_load_all(each.said) if doc} for each in done]
    assert names[0] & names[1] == set()
    assert ("Deployment", "ghe-slack-eu") in names[0]
