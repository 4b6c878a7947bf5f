"""`POST /v1/workspaces`: a token is stored when Slack says whose it is, sealed, for its agent alone."""

import asyncio
from typing import Any

import pytest

from infra.sandbox.relay.caller import Caller
from infra.sandbox.slack.installing import install, kill_token, let_in, take_out
from infra.sandbox.slack.population import add_organisation, add_team
from infra.sandbox.slack.state import Organisation, Team
from infra.sandbox.slack.world import World
from shared.relay_requests import Place, WorkspacePut, workspace_put_fields
from shared.relay_table import enterprise_row


async def asked(rig: Any, event: dict[str, Any]) -> Any:
    """The answer, while Slack is served beside it."""
    return await asyncio.to_thread(rig.ask, event)


def put(agent: Caller, place: Place, token: str, *, id_: str = "", expires_at: int | None = None) -> dict[str, Any]:
    fields = workspace_put_fields(WorkspacePut(place=place, token=token, token_expires_at=expires_at))
    return agent.request("workspace.put", fields, id_=id_)


def token_of(world: World, place: Team | Organisation) -> str:
    return place.installed[world.app.app_id].bot_token


def workspace(world: World, number: int = 0) -> Team:
    return list(world.teams.values())[number]


def organisation(world: World, *domains: str) -> tuple[Organisation, list[Team]]:
    """One that has installed the app and let it into these new workspaces."""
    whole = add_organisation(world, "acme-group")
    install(world, world.app, whole)
    teams = [add_team(world, domain, organisation=whole) for domain in domains]
    for team in teams:
        let_in(world, whole, team)
    return whole, teams


async def test_a_token_that_slack_confirms_is_stored_and_opens_again(online: Any, slack: World) -> None:
    agent, team = online.agent(), workspace(slack)

    answer = await asked(online, put(agent, Place(id=team.team_id), token_of(slack, team), expires_at=agent.now + 9))

    row = online.row(agent, team.team_id)
    assert (answer.status, answer.body["team"], answer.body["name"]) == (200, team.team_id, team.name)
    assert online.token("agent-1", team.team_id) == token_of(slack, team)
    assert (row["expires"], row["bot_user_id"]) == (agent.now + 9, answer.body["bot_user_id"])
    assert "chat:write" in row["scopes"]
    assert "expires_at" not in row


async def test_another_workspaces_token_is_refused(online: Any, slack: World) -> None:
    agent, ours, other = online.agent(), workspace(slack), workspace(slack, 1)

    answer = await asked(online, put(agent, Place(id=ours.team_id), token_of(slack, other)))

    assert (answer.status, answer.body) == (403, {"error": "token_not_confirmed", "reason": "other_workspace"})
    assert online.row(agent, ours.team_id) == {}


async def test_a_dead_token_is_refused_with_slacks_reason(online: Any, slack: World) -> None:
    agent, team = online.agent(), workspace(slack)
    token = token_of(slack, team)
    kill_token(slack, team.installed[slack.app.app_id])

    answer = await asked(online, put(agent, Place(id=team.team_id), token))

    assert answer.status == 403
    assert answer.body["reason"] in {"token_revoked", "account_inactive", "invalid_auth"}


async def test_what_was_refused_is_asked_again_and_then_taken_once(online: Any, slack: World) -> None:
    agent, team = online.agent(), workspace(slack)
    token = token_of(slack, team)
    installation = team.installed[slack.app.app_id]
    installation.bot_token = "xoxb-other"
    event = put(agent, Place(id=team.team_id), token)
    refused = await asked(online, event)
    installation.bot_token = token

    taken, again = await asked(online, event), await asked(online, event)

    assert [refused.status, taken.status, again.status] == [403, 200, 200]
    assert again.body == {"team": team.team_id, "duplicate": True}


async def test_slack_out_of_reach_is_later(online: Any, slack: World) -> None:
    agent, team = online.agent(), workspace(slack)
    online.slack_is_gone()

    answer = await asked(online, put(agent, Place(id=team.team_id), token_of(slack, team)))

    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert online.row(agent, team.team_id) == {}


async def test_a_new_token_takes_the_place_of_the_old_one(online: Any, slack: World) -> None:
    agent, team = online.agent(), workspace(slack)
    online.registered(agent, team.team_id, token="xoxb-old")
    online.clock.wait(1)

    await asked(online, put(agent, Place(id=team.team_id), token_of(slack, team)))

    assert online.token("agent-1", team.team_id) == token_of(slack, team)


async def test_an_older_request_changes_nothing_any_more(online: Any, slack: World) -> None:
    """Somebody who kept it sends it again; or it was on its way for long."""
    agent, team = online.agent(), workspace(slack)
    old = put(agent, Place(id=team.team_id), token_of(slack, team))
    online.clock.wait(10)
    online.registered(agent, team.team_id, token="xoxb-new")

    answer = await asked(online, old)

    assert (answer.status, answer.body) == (409, {"error": "newer_request"})
    assert online.token("agent-1", team.team_id) == "xoxb-new"


async def test_an_older_request_does_not_bring_back_what_was_removed(online: Any, slack: World) -> None:
    agent, team = online.agent(), workspace(slack)
    old = put(agent, Place(id=team.team_id), token_of(slack, team))
    online.clock.wait(10)
    online.registered(agent, team.team_id)
    removed = online.ask(agent.request("workspace.remove", {"team": team.team_id}))

    answer = await asked(online, old)

    assert (removed.status, answer.status) == (200, 409)
    assert online.parts.workspaces.serving("agent-1", team.team_id) is None
    assert "token_cipher" not in online.row(agent, team.team_id)


async def test_an_organisations_token_serves_the_workspaces_that_let_it_in(online: Any, slack: World) -> None:
    whole, teams = organisation(slack, "one", "two")
    outside = add_team(slack, "three", organisation=whole)
    agent = online.agent()

    answer = await asked(
        online, put(agent, Place(id=whole.organisation_id, is_organisation=True), token_of(slack, whole))
    )

    ids = [team.team_id for team in teams]
    assert (answer.status, sorted(answer.body["teams"])) == (200, sorted(ids))
    assert {online.token("agent-1", id_) for id_ in ids} == {token_of(slack, whole)}
    assert not online.parts.workspaces.is_registered("agent-1", outside.team_id)
    assert not online.parts.workspaces.is_registered("agent-2", ids[0])


async def test_a_workspace_that_lets_it_out_is_served_no_more(online: Any, slack: World) -> None:
    whole, teams = organisation(slack, "one", "two")
    agent, place = online.agent(), Place(id=whole.organisation_id, is_organisation=True)
    await asked(online, put(agent, place, token_of(slack, whole)))
    take_out(slack, whole, teams[0])
    online.clock.wait(1)

    await asked(online, put(agent, place, token_of(slack, whole)))

    online.fresh()
    served = [online.parts.workspaces.is_registered("agent-1", team.team_id) for team in teams]
    assert served == [False, True]


async def test_a_workspace_with_a_token_of_its_own_keeps_it(online: Any, slack: World) -> None:
    whole, teams = organisation(slack, "one", "two")
    agent = online.agent()
    online.registered(agent, teams[0].team_id, token="xoxb-own")

    await asked(online, put(agent, Place(id=whole.organisation_id, is_organisation=True), token_of(slack, whole)))

    assert [online.token("agent-1", team.team_id) for team in teams] == ["xoxb-own", token_of(slack, whole)]


async def test_removing_an_organisation_ends_all_that_its_token_served(online: Any, slack: World) -> None:
    whole, teams = organisation(slack, "one", "two")
    agent = online.agent()
    await asked(online, put(agent, Place(id=whole.organisation_id, is_organisation=True), token_of(slack, whole)))

    answer = online.ask(agent.request("workspace.remove", {"enterprise": whole.organisation_id}))

    assert answer.status == 200
    assert not any(online.parts.workspaces.is_registered("agent-1", team.team_id) for team in teams)
    assert "token_cipher" not in (online.table.get(enterprise_row("agent-1", whole.organisation_id)) or {})


async def test_an_organisations_token_is_no_workspaces_and_the_other_way_round(online: Any, slack: World) -> None:
    whole, teams = organisation(slack, "one")
    agent, alone = online.agent(), workspace(slack)
    events = [
        put(agent, Place(id=teams[0].team_id), token_of(slack, whole)),
        put(agent, Place(id=whole.organisation_id, is_organisation=True), token_of(slack, alone)),
    ]

    reasons = [(await asked(online, event)).body["reason"] for event in events]

    assert reasons == ["organisation_token", "workspace_token"]


@pytest.mark.parametrize(
    "fields",
    [
        {"team": "T1"},
        {"team": "T1", "enterprise": "E1", "token": "xoxb-1"},
        {"token": "xoxb-1"},
        {"team": "T#1", "token": "xoxb-1"},
        {"team": ["T1"], "token": "xoxb-1"},
        {"team": "T1", "token": "xoxb-1\r\nhost: evil"},
        {"team": "T1", "token": "é"},
        {"team": "T1", "token": "x" * 5000},
        {"team": "T1", "token": "xoxb-1", "token_expires_at": "soon"},
    ],
)
def test_what_is_no_workspace_with_its_token_is_refused_without_asking_slack(rig: Any, fields: dict[str, Any]) -> None:
    answer = rig.ask(rig.agent().request("workspace.put", fields))

    assert (answer.status, answer.body) == (400, {"error": "no_workspace"})


def test_the_data_key_is_bound_to_agent_and_workspace(rig: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for = list[dict[str, Any]]()
    generate = rig.kms.generate_data_key

    def noted(**given: Any) -> Any:
        asked_for.append(given)
        return generate(**given)

    monkeypatch.setattr(rig.kms, "generate_data_key", noted)
    monkeypatch.setattr(rig.kms, "decrypt", None)

    rig.registered(rig.agent())

    assert asked_for == [
        {"KeyId": rig.kms_key, "KeySpec": "AES_256", "EncryptionContext": {"agent": "agent-1", "team_id": "T1"}}
    ]
