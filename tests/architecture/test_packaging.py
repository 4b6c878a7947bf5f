"""What infra/agent says is what the code does: names, versions, times, files. What needs helm is in tests/packaging."""

import json
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from agent import generations, settings
from agent.settings import Settings
from agent.web import server

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "infra" / "agent"
CHART = PACKAGING / "helm" / "ghe-slack"
COMPOSE = ("compose.yaml", "compose.postgres.yaml")
SECRETS = {name.upper() for name, field in Settings.model_fields.items() if "SecretStr" in repr(field.annotation)}
SETTINGS = {name.upper() for name in Settings.model_fields}
KNOWN = SETTINGS | {f"{name}_FILE" for name in SECRETS}
OF_THE_CHART = {"AGENT_LISTEN", "AGENT_TLS_CERT_FILE", "AGENT_TLS_KEY_FILE", "GHES_CA_FILE", "OUTBOUND_CA_FILE"}
"""Settings that follow from other values of the chart."""
PERHAPS_SECRET = {"GHES_PROXY", "HTTPS_PROXY"}
"""They may hold credentials, and may not."""
VARIABLE = re.compile(r"\b(?:AGENT|GHES|SLACK|RELAY|OUTBOUND)_[A-Z_]*[A-Z]\b|\b(?:HTTPS|NO)_PROXY\b")


def text(path: str) -> str:
    return (PACKAGING / path).read_text(encoding="utf-8")


def loaded(path: str) -> Any:
    return yaml.safe_load(text(path))


def schema() -> Any:
    return json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))["properties"]


def project() -> Any:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def example(lines: list[str]) -> dict[str, str]:
    """The settings of an example of `.env`, without the variables of compose itself."""
    pairs = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))
    return {name: value for name, value in pairs.items() if not name.startswith("GHE_SLACK_")}


@pytest.mark.parametrize(
    "path",
    [
        *COMPOSE,
        ".env.example",
        "Containerfile",
        "ghe-slack.service",
        "ghe-slack-verb",
        "helm/ghe-slack/README.md",
        "helm/ghe-slack/values.yaml",
        *(f"helm/ghe-slack/templates/{path.name}" for path in sorted((CHART / "templates").iterdir())),
        "../../docs/install.md",
    ],
)
def test_every_variable_that_is_named_is_a_setting(path: str) -> None:
    named = set(VARIABLE.findall(text(path)))

    assert named <= KNOWN


def test_the_example_of_settings_can_be_started_with(tmp_path: Path) -> None:
    key = tmp_path / "secret-keys"
    key.write_text("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n", encoding="utf-8")
    given = example(text(".env.example").replace("/run/secrets/secret-keys", str(key)).splitlines())

    chosen = settings.of(given)

    assert chosen.ghes_url == "https://github.example.com"


def test_what_is_commented_out_in_the_example_is_a_setting_too() -> None:
    lines = [line.removeprefix("#") for line in text(".env.example").splitlines()]

    assert set(example(lines)) <= KNOWN


def test_the_chart_takes_exactly_the_settings_of_the_code() -> None:
    properties = schema()

    assert set(properties["settings"]["properties"]) == SETTINGS - SECRETS - OF_THE_CHART | PERHAPS_SECRET
    assert set(properties["secret"]["properties"]["values"]["properties"]) == SECRETS
    assert set(properties["secret"]["properties"]["keys"]["items"]["enum"]) == SECRETS


def test_the_chart_says_of_each_setting_what_the_code_says() -> None:
    properties = schema()
    described = properties["settings"]["properties"] | properties["secret"]["properties"]["values"]["properties"]
    expected = {name: meaning.replace("`", "") for name, meaning, _ in settings.reference()}
    expected["AGENT_DATABASE_URL"] = "postgresql://…; without it the agent keeps an SQLite store on its volume"

    wrong = {name for name, value in described.items() if not value["description"].startswith(expected[name])}

    assert wrong == set()


def test_the_chart_s_values_are_those_of_its_schema() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))

    assert set(values) | {"global"} == set(schema())


def test_versions_agree() -> None:
    version = project()["project"]["version"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))

    assert (chart["version"], chart["appVersion"]) == (version, version)
    assert f":-ghe-slack:{version}}}" in loaded("compose.yaml")["services"]["agent"]["image"]
    assert f'org.opencontainers.image.version="{version}"' in text("Containerfile")


def test_the_container_is_made_of_what_the_wheel_needs() -> None:
    described = project()
    needed = {
        "pyproject.toml",
        "requirements-agent.lock",
        described["project"]["readme"],
        *described["project"]["license-files"],
        *described["tool"]["hatch"]["build"]["only-include"],
    }
    copies = [line.split()[1:-1] for line in text("Containerfile").splitlines() if line.startswith("COPY ")]
    let_through = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert {source for sources in copies for source in sources if not source.startswith(("--", "/"))} == needed
    assert {line.removeprefix("!") for line in let_through if line.startswith("!")} == needed


@pytest.mark.parametrize("path", ["infra/agent/.env", "infra/agent/secrets"])
def test_what_is_secret_beside_the_compose_file_stays_out_of_the_image_and_of_the_history(path: str) -> None:
    for ignoring in (".dockerignore", ".gitignore"):
        lines = (ROOT / ignoring).read_text(encoding="utf-8").splitlines()

        patterns = [line.removeprefix("**/").strip("/") for line in lines if line != "*"]  # which `!infra` undoes

        assert any(fnmatch(path, pattern) or fnmatch(Path(path).name, pattern) for pattern in patterns), ignoring


def test_nobody_kills_the_agent_before_it_has_drained() -> None:
    drained_s = generations.DRAIN_S + server.FINISH_S
    deployment = text("helm/ghe-slack/templates/deployment.yaml")
    graces = [
        loaded("compose.yaml")["services"]["agent"]["stop_grace_period"].removesuffix("s"),
        *re.findall(r"terminationGracePeriodSeconds: (\d+)", deployment),
        *re.findall(r"TimeoutStopSec=(\d+)", text("ghe-slack.service")),
        *re.findall(r"--stop-timeout (\d+)", text("Containerfile") + text("../../docs/install.md")),
    ]

    assert len(graces) == 5
    assert all(float(grace) >= drained_s + 5 for grace in graces)


def test_the_hooks_before_a_commit_are_the_gate() -> None:
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    gate = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    commands = [hook["entry"].removesuffix(" --force-exclude") for hook in local["hooks"]]

    assert local["repo"] == "local"
    assert gate is not None
    assert commands == [line.strip().replace("$(BIN)", ".venv/bin").removesuffix(" .") for line in gate[1].splitlines()]


def test_a_verb_under_systemd_has_what_the_unit_has() -> None:
    unit, verb = text("ghe-slack.service").replace("%S", "/var/lib").replace("%N", "$unit"), text("ghe-slack-verb")
    given = dict(re.findall(r"^(\w+)=(.+)$", unit, re.MULTILINE))
    taken = dict(re.findall(r'--property=(\w+)="?([^\s"]+)"?', verb.replace('secrets:"', '"secrets:')))

    assert {name: taken[name] for name in ("DynamicUser", "StateDirectory", "StateDirectoryMode", "UMask")} == {
        name: given[name] for name in ("DynamicUser", "StateDirectory", "StateDirectoryMode", "UMask")
    }
    assert taken["LoadCredential"] == given["LoadCredential"]
    assert taken["Environment"] in given["Environment"]
    assert given["EnvironmentFile"] in verb
    assert given["ExecStart"].split()[0] in verb


def test_compose_shows_the_agent_its_own_secrets_only_and_publishes_plain_http_on_this_machine() -> None:
    agent, database = (
        loaded("compose.yaml")["services"]["agent"],
        loaded("compose.postgres.yaml")["services"]["database"],
    )
    sources = [each["source"] for each in agent["volumes"] if each["type"] == "bind"]
    of_the_database = [each["source"] for each in database["volumes"] if each["type"] == "bind"]

    assert sources == ["./secrets"]
    assert not any(each.startswith("./secrets/") for each in of_the_database)
    assert agent["ports"] == ["${GHE_SLACK_PORTS:-127.0.0.1:8080}:8080"]
    assert "GHE_SLACK_PORTS=127.0.0.1:8080" in text(".env.example").splitlines()
