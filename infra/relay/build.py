"""Makes the zip of the relay's functions: `python -m infra.relay.build --target lambda`.

It holds `relay_lambda`, `shared` and the wheels of requirements-relay.lock, each with its hash proved: for Lambda those
of its Python and processor, for `host` this machine's, which the local cloud runs. botocore is packed, though Lambda
has one: theirs changes without us, ours is what was tested. Of the services it describes only ours are packed, which
makes 17 MB one. The same sources make the same bytes.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-relay.lock"
ZIP = Path(__file__).parent / "build" / "relay.zip"
MOST_BYTES = 7_500_000
"""A zip that outgrows this has got something that the functions don't need."""
PACKAGES = ("relay_lambda", "shared")
SERVICES = ("dynamodb", "kms", "sqs")
LAMBDA_PYTHON = "3.13"
ARCHITECTURES: Mapping[str, str] = {"arm64": "aarch64", "x86_64": "x86_64"}
GLIBCS = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
"""Those that Amazon Linux 2023 runs."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE = 0o100644 << 16
_UNNEEDED = re.compile(r"(boto3|s3transfer)[/-]|.*/__pycache__/|[^/]+\.data/|[^/]+\.dist-info/(RECORD|INSTALLER)$")
_SERVICE = re.compile(r"botocore/data/([^/]+)/")

Files = Mapping[str, bytes]


class TooLargeError(Exception):
    """The zip has outgrown its bound."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Make the zip of the relay's functions.")
    parser.add_argument("--target", choices=("lambda", "host"), default="lambda", help="what it is to run on")
    parser.add_argument("--arch", choices=tuple(ARCHITECTURES), default="arm64", help="Lambda's processor")
    parser.add_argument("--output", type=Path, default=ZIP, metavar="FILE")
    asked = parser.parse_args()
    try:
        size = build(asked.output, target=asked.target, arch=asked.arch)
    except TooLargeError as error:
        sys.exit(str(error))
    sys.stdout.write(f"{asked.output}: {size / 1e6:.2f} MB of at most {MOST_BYTES / 1e6:.2f} MB\n")


def build(output: Path, *, target: str, arch: str = "arm64") -> int:
    """Make the zip; its size. Raises `TooLargeError`, and `CalledProcessError` when the wheels can't be had."""
    with TemporaryDirectory(prefix="ghe-slack-zip-") as folder:
        _download(Path(folder), _platform(arch) if target == "lambda" else ())
        files = _sources() | _unpacked(Path(folder))
    output.parent.mkdir(parents=True, exist_ok=True)
    _write(output, files)
    size = output.stat().st_size
    if size > MOST_BYTES:
        raise TooLargeError(f"{output} has {size} bytes; {MOST_BYTES} are allowed (infra/relay/build.py).")
    return size


def _platform(arch: str) -> tuple[str, ...]:
    tags = [argument for glibc in GLIBCS for argument in ("--platform", f"{glibc}_{ARCHITECTURES[arch]}")]
    return (*tags, "--implementation", "cp", "--python-version", LAMBDA_PYTHON)


def _download(folder: Path, platform: tuple[str, ...]) -> None:
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*pip, *platform, "--dest", str(folder), "--requirement", str(LOCK)], check=True)  # noqa: S603


def _sources() -> dict[str, bytes]:
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.suffix != ".pyc")
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in found if path.is_file()}


def _unpacked(folder: Path) -> dict[str, bytes]:
    return dict(file for wheel in sorted(folder.glob("*.whl")) for file in _of_wheel(wheel))


def _of_wheel(wheel: Path) -> Iterator[tuple[str, bytes]]:
    with ZipFile(wheel) as packed:
        for name in packed.namelist():
            if not name.endswith("/") and _is_needed(name):
                yield name, packed.read(name)


def _is_needed(name: str) -> bool:
    service = _SERVICE.match(name)
    return not _UNNEEDED.match(name) and (service is None or service[1] in SERVICES)


def _write(output: Path, files: Files) -> None:
    """In order of name, without times and owners."""
    with ZipFile(output, "w", ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in sorted(files.items()):
            info = ZipInfo(name, _EPOCH)
            info.external_attr, info.compress_type, info.create_system = _FILE, ZIP_DEFLATED, 3
            packed.writestr(info, content)


if __name__ == "__main__":
    main()
