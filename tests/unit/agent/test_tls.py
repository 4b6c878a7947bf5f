import ssl
from pathlib import Path

import pytest
import trustme

from agent.net.tls import tls_context
from agent.settings_errors import SettingsError


def test_a_private_authority_is_added_to_those_of_the_system(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(bundle))

    added = tls_context(bundle).cert_store_stats()["x509_ca"] - tls_context().cert_store_stats()["x509_ca"]

    assert added == 1
    assert tls_context(bundle).verify_mode is ssl.CERT_REQUIRED


def test_a_bundle_without_certificates_is_refused_in_a_sentence(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("no certificate")

    with pytest.raises(SettingsError, match="must be a bundle in PEM form"):
        tls_context(bundle)


def test_a_missing_bundle_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read: No such file"):
        tls_context(tmp_path / "absent.pem")
