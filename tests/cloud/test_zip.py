"""The zip for Lambda."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from infra.relay import build

pytestmark = pytest.mark.cloud


def test_the_zip_for_lambda_is_small_for_its_processor_and_the_same_each_time(tmp_path: Path) -> None:
    files = [tmp_path / "first.zip", tmp_path / "second.zip"]
    sizes = [build.build(file, target="lambda") for file in files]

    assert files[0].read_bytes() == files[1].read_bytes()
    assert sizes[0] <= build.MOST_BYTES
    with ZipFile(files[0]) as packed:
        names = packed.namelist()
    assert {"relay_lambda/front.py", "relay_lambda/deliver.py", "shared/signing.py"} <= set(names)
    natives = [name for name in names if name.endswith(".so")]
    assert "_cffi_backend.cpython-313-aarch64-linux-gnu.so" in natives
    assert not any("x86_64" in name for name in natives)
    services = {name.split("/")[2] for name in names if name.startswith("botocore/data/") and name.count("/") > 2}
    assert services == set(build.SERVICES)
    assert not [name for name in names if name.startswith(("agent", "infra", "boto3")) or name.endswith(".pyc")]


def test_a_zip_that_outgrows_its_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MOST_BYTES", 1000)

    with pytest.raises(build.TooLargeError, match="1000 are allowed"):
        build.build(tmp_path / "relay.zip", target="host")
