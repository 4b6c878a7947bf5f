"""`ghe-slack relay status`, asked where an agent runs and its operator's credentials are."""

import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent.cli import run
from agent.store.migrate import migrate_sqlite
from infra.sandbox.cloud.deploying import STACK
from tests.cloud.conftest import Rig, until

pytestmark = pytest.mark.cloud


@pytest.mark.usefixtures("operator")
async def test_the_status_names_what_could_not_be_said_beside_how_the_relay_is(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    general = next(each for each in rig.world.slack.team("acme").channels.values() if each.name == "general")
    general.archived = True
    await rig.dispatch(["unsaid"])
    async with rig.cloud.polling():
        await until(rig.dead_letters)
    (tmp_path / "agent").mkdir()
    key = rig.caller.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    speaker = rig.caller.speaker
    relay = {"RELAY_URL": rig.cloud.url, "RELAY_ID": speaker.audience, "RELAY_SIGNING_KEY": key}
    names = {"RELAY_AGENT_ID": speaker.agent_id, "RELAY_KEY_ID": speaker.key_id}
    migrate_sqlite(tmp_path / "agent" / "ghe-slack.db")
    for name, value in rig.world.variables(tmp_path / "agent", **relay, **names).items():
        monkeypatch.setenv(name, value)
    capsys.readouterr()

    code = await asyncio.to_thread(run, ["relay", "status", "--stack", STACK])

    said, wrong = capsys.readouterr()
    assert (code, wrong) == (0, "")
    group = f"{speaker.agent_id}#{rig.team_id}#{general.channel_id}"
    assert said.splitlines()[-1] == f"delivery-unsaid  is_archived  {group}"
    assert f"agent         {speaker.agent_id}" in said
