"""What `front` loads before it answers the first dispatch: little."""

import subprocess
import sys

START = """
import sys
import relay_lambda.front
print("\\n".join(sys.modules))
"""
HEAVY = {"aiohttp", "asyncio", "aws_lambda_powertools", "boto3", "pydantic", "s3transfer", "slack_sdk"}
RARE = {
    "cryptography.hazmat.primitives.ciphers.aead",
    "relay_lambda.confirming",
    "relay_lambda.deliver",
    "relay_lambda.routes.keys",
    "relay_lambda.routes.receipts",
    "relay_lambda.routes.workspaces",
    "relay_lambda.slack",
    "relay_lambda.state.tokens",
}


def loaded() -> set[str]:
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    return set(done.stdout.split())


def test_front_starts_without_what_a_dispatch_has_no_use_for() -> None:
    modules = loaded()

    assert "relay_lambda.routes.dispatches" in modules
    assert {name.partition(".")[0] for name in modules} & HEAVY == set()
    assert modules & RARE == set()
