"""The console's page of workspaces: what it shows, what can be chosen there, and removing the app."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from agent import workspace_list
from agent.audit_export import export
from agent.examining.scopes import WANTED
from agent.secret_keys import load_or_make
from agent.store import installations as stored
from agent.store.open import open_store
from agent.store.secrets import Secrets
from agent.store.workspaces import Installation, choose, keep_installation, keep_workspace
from agent.workspaces import Workspace
from infra.sandbox.ghes import happen
from infra.sandbox.linking import link
from infra.sandbox.slack import people, server
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.catalogue import catalogue
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.world import messages
from shared.card import DataClass

ACME = "T00000001"


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What Slack answers to `auth.revoke`, by which an app without a client id is removed."""
    given: dict[str, Any] = {"auth.revoke": lambda _call: {"revoked": True}}

    def revoke(call: Call) -> dict[str, Any]:
        return dict(given["auth.revoke"](call))

    own = {"auth.revoke": Method(answer=revoke, per_minute=600)}
    monkeypatch.setattr(server, "catalogue", lambda: {**catalogue(), **own})
    return given


@pytest.fixture
async def at_page(rig: Any, browser: Any) -> Any:
    """A browser that is signed in to the console of an agent in the workspace Acme, by its bot token."""
    await rig.until(lambda: _installed(rig))
    await browser.signs_in()
    await browser.opens("workspaces")
    return browser


def _installed(rig: Any) -> bool:
    with closing(sqlite3.connect(rig.settings.sqlite_path)) as connection:
        return bool(connection.execute("SELECT count(*) FROM workspaces").fetchone()[0])


async def written(rig: Any, work: Any) -> None:
    store = open_store(rig.settings)
    try:
        await store.write(work)
    finally:
        await store.aclose()


async def organisation(rig: Any, *team_ids: str, **more: Any) -> None:
    """An organisation `E1` that lets the app into these workspaces."""
    seal = Secrets(load_or_make(rig.settings)).seal
    given: dict[str, Any] = {"id": "E1", "name": "Globex <b>Group</b>", "scopes": frozenset(WANTED)}
    held = Installation(token=seal("xoxb-globex"), is_organisation=True, **given | more)
    now = rig.clock.now().timestamp()
    await written(rig, lambda connection: keep_installation(connection, held, now))
    for team_id in team_ids:
        one = Workspace(
            team_id=team_id,
            installation_id="E1",
            name=f"Globex {team_id}",
            domain="globex",
            bot_user_id="U1",
            token="",
            scopes=frozenset(),
        )
        await written(rig, lambda connection, one=one: keep_workspace(connection, one, now))


async def classes(rig: Any) -> dict[str, tuple[str, str]]:
    return {each.team_id: (each.data_class, each.transport) for each in await workspace_list.listed(rig.settings)}


async def test_an_installation_is_shown_with_its_workspace(at_page: Any) -> None:
    page = await at_page.opens("workspaces")

    assert ACME in page.says
    assert "by SLACK_BOT_TOKEN" in page.says
    assert "client id and secret are missing" in page.says
    assert "Manage Distribution" in page.says


async def test_a_chosen_data_class_is_kept_under_the_name_of_who_chose_it(rig: Any, at_page: Any) -> None:
    done = await at_page.presses("Save", data_class="title", transport="direct")

    assert "has data class title and transport direct." in done.says
    assert (await classes(rig))[ACME] == ("title", "direct")
    noted = [each for each in await export(rig.settings, None) if each["action"] == "configure"]
    assert [(each["login"], each["target"]) for each in noted] == [("password", "data class title")]


async def test_a_chosen_data_class_is_in_use_at_once(rig: Any, at_page: Any) -> None:
    ghes, slack = rig.world.ghes, rig.world.slack
    await rig.until(lambda: len(open_sockets(slack)) == 2)
    await link(rig.settings, [slack.team("acme")], ghes, {"mona": "ada"}, rig.clock)
    people.slash(slack, "acme", "general", "mona", "subscribe acme/docs")
    await rig.until(lambda: messages(slack, "acme", "general"))

    await at_page.presses("Save", data_class="link", transport="direct")
    happen.open_issue(ghes, ghes.repository("acme/docs"), by=ghes.account("ada"), title="It leaks")
    await ghes.delivered()
    await rig.until(lambda: len(messages(slack, "acme", "general")) > 1)

    card = messages(slack, "acme", "general")[-1]
    assert "Issue opened" in f"{card.text} {card.attachments}"
    assert "It leaks" not in f"{card.text} {card.blocks} {card.attachments}"


async def test_a_choice_that_changes_nothing_is_not_written_down(rig: Any, at_page: Any) -> None:
    done = await at_page.presses("Save", data_class="full", transport="direct")

    assert "nothing was changed" in done.says
    assert not [each for each in await export(rig.settings, None) if each["action"] == "configure"]


async def test_the_relay_is_refused_as_long_as_there_is_none_and_nothing_is_half_saved(rig: Any, at_page: Any) -> None:
    page = await at_page.presses("Save", data_class="link", transport="relay")

    assert (page.status, "Transport relay needs a relay" in page.says) == (422, True)
    assert '<option value="link" selected>' in page.body
    assert (await classes(rig))[ACME] == ("full", "direct")


@pytest.mark.parametrize("fields", [{"data_class": "secret", "transport": "direct"}, {"data_class": "full"}])
async def test_what_cannot_be_chosen_is_refused(rig: Any, at_page: Any, fields: dict[str, str]) -> None:
    page = await at_page.presses("Save", **fields)

    assert (page.status, "Choose one of them." in page.says) == (422, True)
    assert (await classes(rig))[ACME] == ("full", "direct")


async def test_of_two_administrators_at_once_the_second_is_told(rig: Any, at_page: Any) -> None:
    await written(rig, lambda connection: choose(connection, ACME, data_class=DataClass.LINK))

    page = await at_page.presses("Save", data_class="title", transport="direct")

    assert (page.status, "Somebody else has changed" in page.says) == (422, True)
    assert (await classes(rig))[ACME] == ("link", "direct")


async def test_a_workspace_that_nobody_knows_is_said_to_be_gone(at_page: Any) -> None:
    page = await at_page.presses("Save", team="T404", data_class="title", transport="direct")

    assert (page.status, "There is no workspace T404 any more." in page.says) == (422, True)


async def test_an_organisation_is_shown_with_its_workspaces_and_what_it_left_out(rig: Any, at_page: Any) -> None:
    lacking = frozenset(WANTED) - {"channels:history", "chat:write"}
    await organisation(rig, "T8", "T9", scopes=lacking, installed_by="U7")

    page = await at_page.opens("workspaces")

    assert "Globex T8" in page.says
    assert "Globex T9" in page.says
    assert "U7" in page.says
    assert "2 not granted" in page.says
    assert "nobody can look whether a post arrived after its answer was lost" in page.says
    assert "nothing can be posted (it is needed: install the app again)" in page.says


async def test_an_organisation_without_workspaces_is_shown_too_and_its_name_as_text(rig: Any, at_page: Any) -> None:
    await organisation(rig)

    page = await at_page.opens("workspaces")

    assert "lets it into no workspace yet" in page.says
    assert "Globex <b>Group</b>" in page.says
    assert "<b>" not in page.body


async def test_a_token_that_is_renewed_says_until_when_it_holds_and_what_is_wrong_with_it(
    rig: Any, at_page: Any
) -> None:
    ends_at = rig.clock.now() + timedelta(hours=12)
    rotating = {"refresh": Secrets(load_or_make(rig.settings)).seal("xoxe-1"), "token_ends_at": ends_at.timestamp()}
    await organisation(rig, "T8", **rotating)
    well = await at_page.opens("workspaces")

    def refuse(connection: Any) -> None:
        token = stored.held(connection, "E1").token  # type: ignore[union-attr]
        refused: dict[str, Any] = {"trouble": "invalid_refresh_token", "again_at": 0.0, "ended": True}
        stored.not_renewed(connection, "E1", token, **refused, now=rig.clock.now().timestamp())

    await written(rig, refuse)
    ill = await at_page.opens("workspaces")

    assert f"It holds until {ends_at:%Y-%m-%d %H:%M} UTC, and is renewed before that" in well.says
    assert "Not well." not in well.says
    assert "(invalid_refresh_token): install the Slack app there again" in ill.says
    assert "its token has ended and isn't renewed" in ill.says


async def test_slack_can_be_asked_about_a_token(rig: Any, at_page: Any) -> None:
    taken = await at_page.presses("Ask Slack about the token")
    await organisation(rig, "T8")
    await at_page.opens("workspaces")

    page = await at_page.presses("Ask Slack about the token", place="E1")

    assert "Slack takes the token of" in taken.says
    assert (page.status, "(invalid_auth): install the app there again." in page.says) == (422, True)


async def test_removing_is_asked_once_more_and_then_done(rig: Any, at_page: Any) -> None:
    asked = await at_page.presses("Remove")
    still = await classes(rig)

    done = await at_page.presses("Remove the app")

    assert "kept for 30 days" in asked.says
    assert "SLACK_BOT_TOKEN" in asked.says
    assert ACME in still
    assert "The app is removed from" in done.says
    assert "Take SLACK_BOT_TOKEN out of the environment too." in done.says
    assert "The app is installed nowhere yet." in done.says
    assert "an administrator has removed the app here" in done.says


async def test_where_slack_refuses_the_removal_nothing_is_changed(
    rig: Any, at_page: Any, answers: dict[str, Any]
) -> None:
    def refuse(_call: Any) -> dict[str, Any]:
        raise Refused("not_allowed_token_type")

    answers["auth.revoke"] = refuse
    await at_page.presses("Remove")

    page = await at_page.presses("Remove the app")

    assert (page.status, "Slack refuses to remove the app" in page.says) == (422, True)
    assert next(each for each in await workspace_list.listed(rig.settings) if each.team_id == ACME).installed


async def test_nobody_sees_it_without_signing_in(browser: Any) -> None:
    page = await browser.opens("workspaces")

    assert "/setup/sign-in" in page.url
