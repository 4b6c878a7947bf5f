import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPORTS = "import agent.cli, infra.sandbox, relay_lambda, shared; print(infra.sandbox.__file__)"


def run(*command: str | Path, cwd: Path, packages: str = "") -> str:
    environment = {"PYTHONPATH": packages} if packages else {}
    done = subprocess.run(  # noqa: S603 - our own commands
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a clean environment that holds the built wheel and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist", cwd=ROOT)
    (wheel,) = (folder / "dist").glob("ghe_slack-*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "clean", cwd=folder)
    python = folder / "clean" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index")
    run(*pip, wheel, cwd=folder)
    return python.parent


def test_the_wheel_holds_the_stand_ins_where_the_product_looks_for_them(installed: Path) -> None:
    # A path on PYTHONPATH brings the dependencies, but not the editable install's link to the work tree.
    found = run(installed / "python", "-c", IMPORTS, cwd=installed, packages=sysconfig.get_path("purelib"))

    assert Path(found).is_relative_to(installed.parent)


def test_the_wheel_brings_the_command(installed: Path) -> None:
    version = run(installed / "ghe-slack", "version", cwd=installed, packages=sysconfig.get_path("purelib"))

    assert version == "0.1.0"
