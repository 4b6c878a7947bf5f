import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("agent", "infra", "relay_lambda", "shared")
LINES = 300
VAGUE = {"common", "helper", "helpers", "misc", "tools", "util", "utils"}

IMPORT_ALL = """
import importlib, socket, sys, threading

class Closed(socket.socket):
    def __init__(self, *args, **kwargs):
        raise AssertionError("a socket was opened at import")

socket.socket = Closed
for name in sys.stdin.read().split():
    importlib.import_module(name)
running = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
assert not running, running
"""


def python_files() -> list[Path]:
    return [
        path
        for folder in (*PACKAGES, "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "node_modules" not in path.parts
    ]


def modules() -> list[str]:
    names = []
    for path in python_files():
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[0] != "tests" and parts[-2:] != ("migrations", "env"):  # Alembic runs that one, nobody imports it
            names.append(".".join(parts).removesuffix(".__init__"))
    return names


def test_no_file_grows_over_its_limit() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in python_files()}

    assert {name: length for name, length in lengths.items() if length > LINES} == {}


def test_test_folders_are_no_packages() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_every_helper_is_named_for_its_noun() -> None:
    assert [path for path in python_files() if path.stem in VAGUE or path.parent.name in VAGUE] == []


def test_importing_starts_nothing_and_needs_no_environment() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", IMPORT_ALL],
        input="\n".join(modules()),
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
