"""The verbs of the relay, as far as they need none."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from agent import cli, settings


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings without a relay."""
    monkeypatch.setattr(settings, "load", lambda: settings.of({"GHES_URL": "https://ghes.example.com"}))


def test_keygen_prints_a_pair(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["keygen"]) == 0

    private, _, public = capsys.readouterr().out.partition("-----BEGIN PUBLIC")
    made = load_pem_private_key(private.encode(), None)
    assert made.public_key() == load_pem_public_key(f"-----BEGIN PUBLIC{public}".encode())


def test_keygen_writes_a_pair_and_never_over_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = cli.run(["keygen", "--folder", str(tmp_path)])
    kept = (tmp_path / "relay-private.pem").read_text()
    again = cli.run(["keygen", "--folder", str(tmp_path)])

    written = capsys.readouterr()
    assert (first, again) == (0, 1)
    assert (tmp_path / "relay-private.pem").read_text() == kept
    assert (tmp_path / "relay-private.pem").stat().st_mode & 0o777 == 0o600
    assert "RELAY_SIGNING_KEY_FILE=" in written.out
    assert "PRIVATE" not in written.out
    assert written.err.endswith("relay-private.pem is there already: name another place, or take it away first.\n")


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("verb", [["status"], ["sync"], ["keys", "rotate"]])
def test_without_a_relay_the_verbs_say_what_to_set(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.run(["relay", *verb])

    written = capsys.readouterr()
    assert (code, written.out) == (1, "")
    assert written.err == (
        "There is no relay: set RELAY_URL, RELAY_ID, RELAY_AGENT_ID, RELAY_SIGNING_KEY and RELAY_KEY_ID.\n"
    )


@pytest.mark.parametrize("key_id", ["k1", "a.b", "x" * 65])
def test_a_new_key_needs_a_new_plain_name(
    monkeypatch: pytest.MonkeyPatch, relay_settings: Any, capsys: pytest.CaptureFixture[str], key_id: str
) -> None:
    monkeypatch.setattr(settings, "load", relay_settings)

    assert cli.run(["relay", "keys", "rotate", "--key-id", key_id]) == 1

    written = capsys.readouterr()
    assert written.out == ""
    assert "must be another one than RELAY_KEY_ID" in written.err


def test_a_key_that_the_relay_did_not_get_is_said_to_be_worth_nothing(
    monkeypatch: pytest.MonkeyPatch, relay_settings: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "load", relay_settings)

    assert cli.run(["relay", "keys", "rotate", "--file", str(tmp_path / "next.pem")]) == 1

    assert "The relay has not taken the new key (unreachable); try again." in capsys.readouterr().err
    assert not (tmp_path / "next.pem").exists()
