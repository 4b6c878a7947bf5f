"""`ghe-slack workspaces list` and `set`, on a store that an agent uses at the same time."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent import app, audit_export, cli, settings, workspace_list
from agent.cli_errors import Failure
from agent.examining.scopes import WANTED
from agent.relay.keys import new_pair
from agent.secret_keys import load_or_make
from agent.settings import Settings
from agent.store.secrets import Secrets
from agent.store.sqlite import SqliteStore
from agent.store.workspaces import Installation, keep_installation, keep_workspace, uninstall
from agent.workspaces import Workspace
from infra.sandbox import linking
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes import happen
from infra.sandbox.new_file import new_file
from infra.sandbox.slack import people
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.state import Message
from infra.sandbox.slack.world import messages
from infra.sandbox.system import Standins, standins
from shared.card import DataClass

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
RELAY = {
    "RELAY_URL": "https://relay.example.com",
    "RELAY_ID": "relay",
    "RELAY_AGENT_ID": "agent",
    "RELAY_KEY_ID": "k1",
}


def _settings(folder: Path, **more: str) -> Settings:
    url = f"sqlite:///{folder / 'store.db'}"
    return settings.of({"GHES_URL": "https://ghes.example.com", "AGENT_DATABASE_URL": url, **more})


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    new_file(tmp_path / "store.db")
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    await opened.aclose()


@pytest.fixture
async def installed(store: SqliteStore, tmp_path: Path) -> Settings:
    """T1 for itself; T2 and T3 with an organisation, whose token Slack doesn't take any more."""
    seal = Secrets(load_or_make(_settings(tmp_path))).seal
    common: dict[str, Any] = {"bot_user_id": "B1", "token": "unused"}

    def keep(connection: Any) -> None:
        own = Installation(id="T1", name="Acme", token=seal("x"), scopes=workspace_scopes(), installed_by="U7")
        grid = Installation(id="E1", name="Globex", token=seal("x"), scopes=frozenset({"commands"}))
        for installation in (own, grid):
            keep_installation(connection, installation, AT.timestamp())
        for team, name, installation_id in (("T1", "Acme", "T1"), ("T2", "Sales\x1b[2J", "E1"), ("T3", "Lab", "E1")):
            kept = Workspace(
                team_id=team, name=name, domain=name[:4].lower(), installation_id=installation_id,
                scopes=frozenset(), **common,
            )  # fmt: skip
            keep_workspace(connection, kept, AT.timestamp())

    await store.write(keep)
    return _settings(tmp_path)


def workspace_scopes() -> frozenset[str]:
    return frozenset(WANTED) - {"im:history"}


async def test_the_list_says_who_installed_what_where_and_what_is_missing(installed: Settings) -> None:
    first, second, _ = await workspace_list.listed(installed)

    assert workspace_list.as_json(first) == {
        "team_id": "T1",
        "name": "Acme",
        "domain": "acme",
        "data_class": "full",
        "transport": "direct",
        "next_transport": None,
        "parked_reason": None,
        "installation_id": "T1",
        "installed_by": "U7",
        "installed_at": "2026-11-22T09:00:00+00:00",
        "missing_scopes": ["im:history"],
        "token_trouble": None,
    }
    assert workspace_list.as_text(first).splitlines() == [
        "Acme (T1), acme.slack.com",
        "  installed       2026-11-22 09:00 UTC by U7",
        "  data class      full",
        "  transport       direct",
        "  missing scopes  im:history",
        "  token           nothing known against it",
        "  parked          no",
    ]
    assert "with the organisation Globex (E1)" in workspace_list.as_text(second)
    assert "\x1b" not in workspace_list.as_text(second)


async def test_a_workspace_that_was_left_is_still_listed(store: SqliteStore, installed: Settings) -> None:
    await store.write(lambda connection: uninstall(connection, "T1"))

    [gone] = [each for each in await workspace_list.listed(installed) if each.team_id == "T1"]

    assert "installed       not any more" in workspace_list.as_text(gone)
    assert workspace_list.as_json(gone)["installed_at"] is None


async def test_what_is_set_is_kept_and_written_down(installed: Settings) -> None:
    said = await workspace_list.chosen(installed, "T2", data_class=DataClass.LINK, transport="direct")

    classes = {each.team_id: each.data_class for each in await workspace_list.listed(installed)}
    [entry] = await audit_export.export(installed, None)
    assert classes == {"T1": "full", "T2": "link", "T3": "full"}
    assert said.startswith("Sales [2J (T2) has data class link and transport direct.")
    assert (entry["login"], entry["action"], entry["team_id"]) == ("setup", "configure", "T2")
    assert entry["target"] == "data class link, transport direct"


async def test_an_unknown_workspace_is_told_with_those_that_are_known(installed: Settings) -> None:
    with pytest.raises(Failure, match=r"There is no workspace T9\. Those known are Acme \(T1\), Sales"):
        await workspace_list.chosen(installed, "T9", data_class=DataClass.LINK)

    assert await audit_export.export(installed, None) == []


async def test_the_relay_is_refused_while_there_is_none_and_nothing_is_changed(installed: Settings) -> None:
    with pytest.raises(Failure, match=r"set RELAY_URL, RELAY_ID, RELAY_AGENT_ID, RELAY_SIGNING_KEY and RELAY_KEY_ID"):
        await workspace_list.chosen(installed, "T1", transport="relay", data_class=DataClass.LINK)

    assert {each.data_class for each in await workspace_list.listed(installed)} == {DataClass.FULL}


async def test_a_workspace_is_to_go_over_to_the_relay_and_shows_less_at_once(
    installed: Settings, tmp_path: Path
) -> None:
    relayed = _settings(tmp_path, **RELAY, RELAY_SIGNING_KEY=new_pair().private)

    said = await workspace_list.chosen(relayed, "T1", transport="relay")
    await workspace_list.chosen(relayed, "T2", transport="relay", data_class=DataClass.FULL)
    found = {each.team_id: each for each in await workspace_list.listed(installed)}

    assert "has data class title and transport direct: a running agent lets it go over to relay" in said
    assert "transport       direct, going over to relay" in workspace_list.as_text(found["T1"])
    assert workspace_list.as_json(found["T1"])["next_transport"] == "relay"
    assert [found[each].data_class for each in ("T1", "T2", "T3")] == ["title", "full", "full"]


@pytest.mark.usefixtures("installed")
async def test_a_workspace_that_was_to_go_over_may_stay(tmp_path: Path) -> None:
    relayed = _settings(tmp_path, **RELAY, RELAY_SIGNING_KEY=new_pair().private)
    await workspace_list.chosen(relayed, "T1", transport="relay")

    said = await workspace_list.chosen(relayed, "T1", transport="direct")

    assert "has data class full and transport direct." in said


@pytest.fixture
def typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs the command; its exit code and what it wrote."""
    monkeypatch.setattr(settings, "load", lambda: _settings(tmp_path))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(["workspaces", *arguments])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


def test_the_command_line_sets_and_lists(tmp_path: Path, typed: Callable[..., tuple[int, str, str]]) -> None:
    new_file(tmp_path / "store.db")

    empty, as_json = typed("list"), typed("list", "--json")
    wrong = [typed("set", "T1"), typed("set", "T1", "--data-class", "all"), typed("set", "T1", "--data-class", "link")]

    assert empty == (0, f"{workspace_list.NONE_KNOWN}\n", "")
    assert as_json == (0, "", "")
    assert [code for code, _, _ in wrong] == [2, 2, 1]
    assert "Say what to set" in wrong[0][2]
    assert wrong[2][2] == f"{workspace_list.NONE_KNOWN}\n"


class Rig:
    """An agent with a workspace that is subscribed to acme/docs."""

    def __init__(self, clock: DrivenClock, world: Standins, settings: Settings) -> None:
        self.clock, self.world, self.settings = clock, world, settings

    def cards(self) -> list[Message]:
        return [each for each in messages(self.world.slack, "acme", "general") if each.metadata]

    async def until(self, found: Callable[[], object]) -> None:
        for _ in range(400):
            await settle()
            if found():
                return
            await self.clock.advance(0.25)
        raise AssertionError("it never came to be")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    clock = DrivenClock()
    async with standins(clock, workspaces=1) as world:
        given = world.settings(tmp_path)
        await linking.link(given, world.slack.teams.values(), world.ghes, {"mona": "grace"}, clock)
        async with app.running(given, clock) as agent:
            made = Rig(clock, world, given)
            world.point_hooks_at(agent.url)
            await made.until(lambda: len(open_sockets(world.slack)) == 2)
            people.slash(world.slack, "acme", "general", "mona", "subscribe acme/docs")
            await made.until(lambda: messages(world.slack, "acme", "general"))
            yield made


async def test_a_running_agent_takes_a_data_class_over_for_new_cards_and_for_rewrites_of_old_ones(rig: Rig) -> None:
    ghes = rig.world.ghes
    docs, ada = ghes.repository("acme/docs"), ghes.account("ada")
    old = happen.open_issue(ghes, docs, by=ada, title="It leaks", body="A secret")
    await rig.until(rig.cards)
    before = json.dumps(rig.cards()[0].attachments, default=list)

    await workspace_list.chosen(rig.settings, rig.world.slack.team("acme").team_id, data_class=DataClass.TITLE)
    await rig.clock.advance(12)
    happen.open_issue(ghes, docs, by=ada, title="It drips", body="A secret too")
    happen.edit(ghes, docs, old, by=ada, title="It still leaks", body="A secret, still")
    await rig.until(lambda: len(rig.cards()) == 2 and "still leaks" in rig.cards()[0].text)

    assert "A secret" in before
    shown = [json.dumps([each.text, each.blocks, each.attachments], default=list) for each in rig.cards()]
    assert ["It still leaks" in shown[0], "It drips" in shown[1]] == [True, True]
    assert [each for each in shown if "secret" in each] == []
