"""The chart as Helm renders it."""

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.packaging.programs import CHART, Done, Rendered, Rendering, Values, run


@pytest.fixture
def needed() -> dict[str, Any]:
    """The fewest values that the chart takes."""
    return {
        "settings": {"GHES_URL": "https://github.example.com", "AGENT_URL": "https://ghe-slack.example.com"},
        "networkPolicy": {
            "from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}],
            "ghes": {"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}]},
        },
    }


@pytest.fixture
def rendering(needed: Values, tmp_path: Path) -> Rendering:
    """Renders the chart with these values over the needed ones; what it says is the manifests, or why not."""

    def rendering(values: Values) -> Done:
        files = [tmp_path / "needed.yaml", tmp_path / "values.yaml"]
        for file, content in zip(files, (needed, values), strict=True):
            file.write_text(yaml.safe_dump(dict(content)), encoding="utf-8")
        given = [argument for file in files for argument in ("--values", file)]
        return run("helm", "template", "release", CHART, "--namespace", "somewhere", *given)

    return rendering


@pytest.fixture
def rendered(rendering: Rendering) -> Rendered:
    """The manifests that these values make, by their kind."""

    def by_kind(values: Values) -> dict[str, Any]:
        done = rendering(values)
        assert done.code == 0, done.said
        found = [each for each in yaml.safe_load_all(done.said) if each]
        kinds = {each["kind"]: each for each in found}
        assert len(kinds) == len(found)
        return kinds

    return by_kind
