"""Enterprise Grid: one installation for an organisation, at work in the workspaces that it is let into."""

from typing import Any

import pytest

from infra.sandbox.slack.app import App
from infra.sandbox.slack.consent import consent
from infra.sandbox.slack.installing import end, let_in, take_out
from infra.sandbox.slack.people import click, say, slash
from infra.sandbox.slack.population import add_organisation
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Organisation
from infra.sandbox.slack.workspace import invite


@pytest.fixture
def whole(slack: Any) -> Organisation:
    """The organisation of acme and globex."""
    return add_organisation(slack.world, "hooli", teams=["acme", "globex"])


async def installed(slack: Any, whole: Organisation, app: App | None = None) -> dict[str, Any]:
    app = app or slack.world.app
    code = consent(slack.world, app, whole, "mona", scopes=app.bot_scopes)
    whose = {"client_id": app.client_id, "client_secret": app.client_secret}
    body: dict[str, Any] = await slack.call("oauth.v2.access", token="", code=code, **whose)
    return body


async def test_an_organisations_installation_has_one_token_and_no_workspace_yet(
    slack: Any, whole: Organisation
) -> None:
    body = await installed(slack, whole)

    teams = await slack.call("auth.teams.list", token=body["access_token"])
    whose = await slack.call("auth.test", token=body["access_token"])

    assert (body["team"], body["enterprise"]) == (None, {"id": whole.organisation_id, "name": "Hooli Group"})
    assert (body["is_enterprise_install"], teams["teams"]) == (True, [])
    assert (whose["team_id"], whose["enterprise_id"]) == (whole.organisation_id, whole.organisation_id)
    assert (whose["url"], whose["is_enterprise_install"]) == ("https://hooli.enterprise.slack.com/", True)


async def test_letting_in_and_taking_out_is_told_and_is_so(slack: Any, whole: Organisation) -> None:
    token = (await installed(slack, whole))["access_token"]
    acme, globex = slack.world.team("acme"), slack.world.team("globex")

    granted = let_in(slack.world, whole, acme)
    let_in(slack.world, whole, globex)
    both = await slack.call("auth.teams.list", token=token)
    revoked = take_out(slack.world, whole, acme)
    one = await slack.call("auth.teams.list", token=token)

    assert granted is not None
    assert revoked is not None
    events = [it.payload["event"] for it in (granted, revoked)]
    assert [(it["type"], it["team_ids"]) for it in events] == [
        ("team_access_granted", [acme.team_id]),
        ("team_access_revoked", [acme.team_id]),
    ]
    assert [it["id"] for it in both["teams"]] == [acme.team_id, globex.team_id]
    assert one["teams"] == [{"id": globex.team_id, "name": "Globex"}]
    authorization = granted.payload["authorizations"][0]
    assert (authorization["team_id"], authorization["enterprise_id"]) == (None, whole.organisation_id)
    assert authorization["is_enterprise_install"]


async def test_one_token_works_in_each_workspace_that_it_is_let_into(slack: Any, whole: Organisation) -> None:
    token = (await installed(slack, whole))["access_token"]
    let_in(slack.world, whole, slack.world.team("acme"))

    asked = {
        "lists without saying where": ("conversations.list", {}),
        "lists": ("conversations.list", {"team_id": slack.world.team("acme").team_id}),
        "lists where it isn't": ("conversations.list", {"team_id": slack.world.team("globex").team_id}),
        "posts": ("chat.postMessage", {"channel": slack.id("general"), "text": "x"}),
        "posts where it isn't": ("chat.postMessage", {"channel": slack.id("general", "globex"), "text": "x"}),
        "posts nowhere": ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}),
        "tells of one": ("team.info", {"team": slack.world.team("acme").team_id}),
        "tells of another": ("team.info", {"team": slack.world.team("globex").team_id}),
    }
    said = {name: await slack.call(method, token=token, **args) for name, (method, args) in asked.items()}

    assert {name: it.get("error", "") for name, it in said.items()} == {
        "lists without saying where": "missing_argument",
        "lists": "",
        "lists where it isn't": "team_access_not_granted",
        "posts": "",
        "posts where it isn't": "team_access_not_granted",
        "posts nowhere": "channel_not_found",
        "tells of one": "",
        "tells of another": "team_not_found",
    }
    assert said["tells of one"]["team"]["enterprise_id"] == whole.organisation_id


async def test_its_payloads_name_the_organisation(slack: Any, whole: Organisation) -> None:
    token = (await installed(slack, whole))["access_token"]
    let_in(slack.world, whole, slack.world.team("acme"))
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "elements": [button]}]
    at = {"channel": slack.id("general"), "text": "x", "blocks": blocks}
    ts = (await slack.call("chat.postMessage", token=token, **at))["ts"]

    command = slash(slack.world, "acme", "general", "mona", "help").payload
    pressed = click(slack.world, "acme", "general", ts, "mona", "Go").payload
    joined = invite(slack.world, "acme", "secret")

    assert (command["is_enterprise_install"], command["enterprise_id"]) == ("true", whole.organisation_id)
    assert (command["enterprise_name"], command["team_id"]) == ("Hooli Group", slack.world.team("acme").team_id)
    assert (pressed["is_enterprise_install"], pressed["enterprise"]["id"]) == (True, whole.organisation_id)
    assert joined is not None
    assert joined.payload["context_enterprise_id"] == whole.organisation_id
    assert joined.payload["context_team_id"] == slack.world.team("acme").team_id


async def test_a_workspace_that_it_was_taken_out_of_tells_it_nothing(slack: Any, whole: Organisation) -> None:
    await installed(slack, whole)
    let_in(slack.world, whole, slack.world.team("acme"))
    slack.world.app.events |= {"message.channels"}
    say(slack.world, "acme", "general", "mona", "hello")
    before = len(slack.world.line.deliveries)

    take_out(slack.world, whole, slack.world.team("acme"))
    say(slack.world, "acme", "general", "mona", "hello")

    assert [it.payload["event"]["type"] for it in slack.world.line.deliveries[1:]] == ["message", "team_access_revoked"]
    assert before == 2


async def test_the_organisations_bot_takes_the_place_of_the_workspaces_own(slack: Any, whole: Organisation) -> None:
    own = slack.world.team("acme").installation
    before = slack.world.channel("acme", "general").members

    await installed(slack, whole)
    let_in(slack.world, whole, slack.world.team("acme"))

    held = slack.world.team("acme").installation
    assert (own.token_error, held.is_organisations) == ("token_revoked", True)
    assert slack.world.user("acme", "ghe").user_id == held.bot_user_id
    assert held.bot_user_id in before
    assert own.bot_user_id not in before


async def test_a_workspace_cant_install_what_its_organisation_has(slack: Any, whole: Organisation) -> None:
    await installed(slack, whole)
    let_in(slack.world, whole, slack.world.team("acme"))
    app = slack.world.app
    whose = {"client_id": app.client_id, "client_secret": app.client_secret}
    code = consent(slack.world, app, slack.world.team("acme"), "mona", scopes=["commands"])

    body = await slack.call("oauth.v2.access", token="", code=code, **whose)

    assert body["error"] == "cannot_install_an_org_installed_app"


async def test_a_workspaces_own_installation_names_its_organisation(slack: Any, whole: Organisation) -> None:
    app = slack.world.app
    code = consent(slack.world, app, slack.world.team("acme"), "mona", scopes=["commands"])

    whose = {"client_id": app.client_id, "client_secret": app.client_secret}
    body = await slack.call("oauth.v2.access", token="", code=code, **whose)

    assert body["enterprise"] == {"id": whole.organisation_id, "name": "Hooli Group"}
    assert (body["is_enterprise_install"], body["team"]["name"]) == (False, "Acme")
    assert slash(slack.world, "acme", "general", "mona", "help").payload["is_enterprise_install"] == "false"


async def test_the_end_of_an_organisations_installation_is_one_in_all_its_workspaces(
    slack: Any, whole: Organisation
) -> None:
    token = (await installed(slack, whole))["access_token"]
    for name in ("acme", "globex"):
        let_in(slack.world, whole, slack.world.team(name))

    told = end(slack.world, whole.installed[slack.world.app.app_id])

    assert {it.payload["event"]["type"] for it in told} == {"app_uninstalled", "tokens_revoked"}
    assert (await slack.call("auth.test", token=token))["error"] == "account_inactive"
    assert [slack.world.team(name).token_error for name in ("acme", "globex")] == ["account_inactive"] * 2


async def test_only_an_app_that_may_is_installed_in_an_organisation(slack: Any, whole: Organisation) -> None:
    slack.world.app.org_deploy = False

    with pytest.raises(Refused, match="org_deploy_not_enabled"):
        await installed(slack, whole)
    with pytest.raises(LookupError, match="hasn't installed"):
        let_in(slack.world, whole, slack.world.team("acme"))
