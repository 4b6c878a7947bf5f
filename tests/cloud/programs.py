"""What the tests of the template run."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RELAY = ROOT / "infra" / "relay"
TEMPLATE = RELAY / "template.yaml"
REGION = {"AWS_DEFAULT_REGION": "us-east-1"}

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Done:
    code: int
    said: str


def run(environment: str, program: str, *arguments: object, variables: Mapping[str, str] | None = None) -> Done:
    """Run a program of one of the environments below `.venv`."""
    command = [str(ROOT / ".venv" / environment / "bin" / program), *(str(each) for each in arguments)]
    around = {"PATH": "/usr/bin:/bin"} | REGION | dict(variables or {})
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=around)  # noqa: S603
    return Done(code=done.returncode, said=done.stdout + (done.stderr if done.returncode else ""))


def translated() -> Json:
    """The template as AWS makes it of ours."""
    done = run("sam", "python", RELAY / "translate.py", TEMPLATE)
    assert done.code == 0, done.said
    found: Json = json.loads(done.said)
    return found
