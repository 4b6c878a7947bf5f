"""The commands that deploy the relay, from a checkout."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from agent.cli_errors import Failure

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "infra" / "relay" / "template.yaml"
LOCK = ROOT / "requirements-relay.lock"
RELAY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""As the template has it (`AllowedPattern`)."""
_PARAMETER = re.compile(r"[A-Za-z0-9]+=.*")
_NAMED = ("RelayId", "Architecture", "AlarmTopicArn")

Command = Sequence[str]


def commands(*, stack: str, relay_id: str, arch: str, topic: str, parameters: Sequence[str] = ()) -> Sequence[Command]:
    """To be run one after the other. Raises `Failure` for what can't be given.

    Whatever isn't said stays as it was when the stack was last deployed.
    """
    if not RELAY_ID.fullmatch(relay_id):
        raise Failure(f"{relay_id!r} is no id of a relay: letters, digits, `_` and `-` only, 64 at most.")
    if arch not in {"arm64", "x86_64"}:
        raise Failure(f"Lambda has no {arch}: say arm64 or x86_64.")
    for each in parameters:
        if not _PARAMETER.fullmatch(each):
            raise Failure(f"--parameter {each!r} isn't NAME=VALUE, as in EventSourceEnabled=false.")
        if each.partition("=")[0] in _NAMED:
            raise Failure(f"--parameter {each!r}: say it with --relay-id, --arch or --topic.")
    given = [f"RelayId={relay_id}", f"Architecture={arch}", *([f"AlarmTopicArn={topic}"] if topic else []), *parameters]
    return [
        [sys.executable, "-m", "infra.relay.build", "--target", "lambda", "--arch", arch],
        [
            *("sam", "deploy", "--template-file", str(TEMPLATE), "--stack-name", stack),
            *("--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset"),
            *("--parameter-overrides", *given),
        ],
    ]


def as_text(found: Sequence[Command]) -> Sequence[str]:
    """As a person types them."""
    return [shlex.join(command) for command in found]


def run(found: Sequence[Command]) -> None:
    """Run them. Raises `Failure` for the first that fails."""
    if not LOCK.exists():
        raise Failure("The relay is deployed from a checkout of ghe-slack: this installation has no wheels to pack.")
    for command in found:
        if shutil.which(command[0]) is None:
            raise Failure(f"There is no {command[0]} here: install aws-sam-cli, or print the commands without --run.")
        done = subprocess.run(list(command), check=False, cwd=ROOT)  # noqa: S603
        if done.returncode:
            raise Failure(f"`{shlex.join(command)}` failed.")
