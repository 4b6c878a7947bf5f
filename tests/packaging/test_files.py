"""The files of infra/agent as their own tools see them."""

from pathlib import Path

import pytest

from tests.packaging.programs import CHART, PACKAGING, ROOT, run

pytestmark = pytest.mark.packaging

YAML_RULES = "{extends: default, rules: {document-start: disable, line-length: {max: 120}}}"
EXPOSED = 15
"""Tenths of systemd's own measure of exposure: 0 is sealed, 100 is none at all."""


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is there, since systemd looks."""
    file = tmp_path / "ghe-slack.service"
    text = (PACKAGING / "ghe-slack.service").read_text(encoding="utf-8")
    assert "/opt/ghe-slack/bin/" in text
    file.write_text(text.replace("/opt/ghe-slack/bin/", f"{ROOT}/.venv/bin/"), encoding="utf-8")
    return file


def test_the_containerfile_breaks_no_rule() -> None:
    done = run("hadolint", PACKAGING / "Containerfile")

    assert (done.code, done.said) == (0, "")


@pytest.mark.parametrize("name", ["compose.yaml", "compose.postgres.yaml"])
def test_the_compose_files_are_what_the_specification_says(name: str) -> None:
    done = run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", PACKAGING / name)

    assert done.code == 0, done.said


def test_yaml_is_written_tidily() -> None:
    files = [ROOT / ".pre-commit-config.yaml", *PACKAGING.glob("*.yaml"), *CHART.glob("*.yaml")]

    done = run("yamllint", "--strict", "--config-data", YAML_RULES, *files)

    assert (done.code, done.said) == (0, "")


def test_systemd_understands_the_unit(unit: Path) -> None:
    done = run("systemd-analyze", "verify", unit)

    assert (done.code, done.said) == (0, "")


def test_the_unit_is_sealed_as_far_as_a_server_can_be(unit: Path) -> None:
    done = run("systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={EXPOSED}", unit)

    assert done.code == 0, done.said


def test_pre_commit_understands_the_hooks() -> None:
    done = run("pre-commit", "validate-config", ROOT / ".pre-commit-config.yaml")

    assert done.code == 0, done.said
