"""Two apps in one workspace: each has its own command, sockets, bot and buttons, and sees nothing of the other."""

from typing import Any

import pytest

from infra.sandbox.slack import manifests
from infra.sandbox.slack.app import App
from infra.sandbox.slack.app_settings import generate_app_token, revoke_app_token
from infra.sandbox.slack.events import emit
from infra.sandbox.slack.filling import NotSent
from infra.sandbox.slack.installing import install
from infra.sandbox.slack.people import click, home_view, message_shortcut, open_home, say, slash
from infra.sandbox.slack.workspace import invite, uninstall

BUTTON = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}],
}


def token(slack: Any, app: App, team: str = "acme") -> str:
    return str(slack.world.team(team).installed[app.app_id].bot_token)


async def test_a_command_goes_to_a_socket_of_the_app_whose_it_is(slack: Any, eu: App, connect: Any) -> None:
    ours, theirs = await connect(slack), await connect(slack, eu)

    slash(slack.world, "acme", "general", "mona", "help", command="/ghe-eu")
    slash(slack.world, "acme", "general", "mona", "help")

    frames = [(await theirs.frame())["payload"], (await ours.frame())["payload"]]
    assert [it["command"] for it in frames] == ["/ghe-eu", "/ghe"]
    assert [it["api_app_id"] for it in frames] == [eu.app_id, slack.world.app.app_id]
    assert [ours.hello["num_connections"], theirs.hello["num_connections"]] == [1, 1]
    assert theirs.hello["connection_info"] == {"app_id": eu.app_id}


@pytest.mark.usefixtures("eu")
async def test_without_a_socket_of_its_own_an_app_gets_nothing_by_another_ones(slack: Any, connect: Any) -> None:
    await connect(slack)

    delivery = await slash(slack.world, "acme", "general", "mona", "help", command="/ghe-eu").finished()

    assert delivery.shown == "dispatch_failed"


async def test_an_app_acknowledges_nothing_of_another(slack: Any, eu: App, connect: Any) -> None:
    ours, theirs = await connect(slack), await connect(slack, eu)
    delivery = slash(slack.world, "acme", "general", "mona", "help", command="/ghe-eu")
    own = slash(slack.world, "acme", "general", "mona", "help")

    await ours.acknowledge(await theirs.frame())
    await ours.acknowledge(await ours.frame())
    await own.finished()

    assert not delivery.acknowledged
    assert "another app's envelope" in slack.world.complaints[0]


async def test_of_two_apps_with_one_command_the_one_installed_last_gets_it(slack: Any, eu: App, manifest: Any) -> None:
    manifests.update(slack.world, eu, manifest(command="/ghe"))
    first = slash(slack.world, "acme", "general", "mona", "help", command="/ghe")

    install(slack.world, slack.world.app, slack.world.team("acme"))
    second = slash(slack.world, "acme", "general", "mona", "help", command="/ghe")
    elsewhere = slash(slack.world, "globex", "general", "mona", "help", command="/ghe")

    ours = slack.world.app.app_id
    assert [it.app_id for it in (first, second, elsewhere)] == [eu.app_id, ours, ours]


async def test_an_app_that_is_gone_leaves_its_command_to_the_other(slack: Any, eu: App, manifest: Any) -> None:
    manifests.update(slack.world, eu, manifest(command="/ghe"))

    uninstall(slack.world, "acme", app=eu)

    assert slash(slack.world, "acme", "general", "mona", "help").app_id == slack.world.app.app_id


async def test_a_token_says_which_app_posts_and_a_click_goes_there(slack: Any, eu: App) -> None:
    channel = slack.id("general")
    theirs = await slack.call("chat.postMessage", token=token(slack, eu), channel=channel, text="x", blocks=[BUTTON])
    ours = await slack.call("chat.postMessage", channel=channel, text="x", blocks=[BUTTON])

    clicks = [click(slack.world, "acme", "general", it["ts"], "mona", "Go") for it in (theirs, ours)]

    home = slack.world.team("acme")
    assert [it["message"]["app_id"] for it in (theirs, ours)] == [eu.app_id, slack.world.app.app_id]
    assert theirs["message"]["bot_id"] == home.installed[eu.app_id].bot_id != ours["message"]["bot_id"]
    assert [it.app_id for it in clicks] == [eu.app_id, slack.world.app.app_id]


async def test_an_app_changes_no_message_and_spends_no_trigger_of_another(slack: Any, eu: App) -> None:
    ts = await slack.post("general")
    trigger = slash(slack.world, "acme", "general", "mona", "help").payload["trigger_id"]
    view = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}

    changed = await slack.call("chat.update", token=token(slack, eu), channel=slack.id("general"), ts=ts, text="y")
    opened = await slack.call("views.open", token=token(slack, eu), trigger_id=trigger, view=view)

    assert (changed["error"], opened["error"]) == ("cant_update_message", "invalid_trigger_id")
    assert (await slack.call("views.open", trigger_id=trigger, view=view))["view"]["app_id"] == "A0GHESLACK"


async def test_each_app_has_its_home_and_its_direct_messages(slack: Any, eu: App) -> None:
    world = slack.world
    user_id = world.user("acme", "mona").user_id
    await slack.call("views.publish", token=token(slack, eu), user_id=user_id, view={"type": "home", "blocks": []})
    theirs = await slack.call("chat.postMessage", token=token(slack, eu), channel=user_id, text="hello")
    ours = await slack.call("chat.postMessage", channel=user_id, text="hello")

    opened = open_home(world, "acme", "mona", app=eu)

    assert (home_view(world, "acme", "mona"), bool(home_view(world, "acme", "mona", app=eu))) == (None, True)
    assert opened is not None
    assert opened.payload["event"]["channel"] == theirs["channel"] != ours["channel"]
    assert opened.payload["event"]["view"]["app_id"] == eu.app_id


async def test_channel_events_go_to_the_apps_that_are_in_the_channel(slack: Any, eu: App) -> None:
    invite(slack.world, "acme", "secret", "ghe-eu")
    invite(slack.world, "acme", "secret", "ada")
    invite(slack.world, "acme", "secret", "ghe")

    told = [(it.app_id, it.payload["event"]["user"]) for it in slack.world.line.deliveries]
    bots = [slack.world.user("acme", name).user_id for name in ("ghe-eu", "ada", "ghe")]
    ours = slack.world.app.app_id
    assert told == [(eu.app_id, bots[0]), (eu.app_id, bots[1]), (ours, bots[2]), (eu.app_id, bots[2])]


async def test_a_domain_of_links_is_the_first_ones_until_it_is_gone(linked: Any, manifest: Any) -> None:
    world = linked.world
    other = manifests.create(world, manifest(), team="acme", user="mona")
    install(world, other, world.team("acme"))
    say(world, "acme", "general", "mona", "https://ghe.example.com/acme/api")
    uninstall(world, "acme")

    say(world, "acme", "general", "mona", "https://ghe.example.com/acme/api")

    shared = [it for it in world.line.deliveries if it.payload["event"]["type"] == "link_shared"]
    assert [it.app_id for it in shared] == ["A0GHESLACK", other.app_id]


async def test_uninstalling_one_app_leaves_the_other(slack: Any, eu: App) -> None:
    gone = uninstall(slack.world, "acme", app=eu)

    assert {it.app_id for it in gone} == {eu.app_id}
    assert (await slack.call("auth.test", token=token(slack, eu)))["error"] == "account_inactive"
    assert (await slack.call("auth.test"))["ok"]


async def test_app_level_tokens_are_several_and_each_can_be_revoked(slack: Any, eu: App) -> None:
    narrow = generate_app_token(slack.world, eu, "narrow", ["authorizations:read"])
    revoke_app_token(eu, eu.token)

    answers = [await slack.call("apps.connections.open", token=it.token) for it in eu.tokens]

    assert [it["error"] for it in answers] == ["token_revoked", "missing_scope"]
    assert narrow.token not in repr(narrow)
    with pytest.raises(ValueError, match="connections:write"):
        generate_app_token(slack.world, eu, "odd", ["chat:write"])


async def test_an_app_level_token_asks_only_about_its_own_events(slack: Any, eu: App) -> None:
    told = emit(slack.world, slack.world.team("acme"), {"type": "app_uninstalled"})
    assert told is not None
    asked = {"event_context": told.payload["event_context"]}

    ours = await slack.call("apps.event.authorizations.list", token=slack.world.app.token, **asked)
    theirs = await slack.call("apps.event.authorizations.list", token=eu.token, **asked)

    assert (len(ours["authorizations"]), theirs["error"]) == (1, "invalid_arguments")


async def test_limits_are_counted_for_each_app(slack: Any, eu: App) -> None:
    for _ in range(4):
        await slack.post("general")

    ours = await slack.request("chat.postMessage", channel=slack.id("general"), text="x")
    theirs = await slack.call("chat.postMessage", token=token(slack, eu), channel=slack.id("general"), text="x")

    assert (ours.status, theirs["ok"]) == (429, True)


async def test_without_interactivity_a_button_says_so(slack: Any, eu: App, manifest: Any) -> None:
    at = {"token": token(slack, eu), "channel": slack.id("general"), "text": "x", "blocks": [BUTTON]}
    ts = (await slack.call("chat.postMessage", **at))["ts"]
    manifests.update(slack.world, eu, manifest({"settings.interactivity": {"is_enabled": False}}))

    with pytest.raises(NotSent, match="not configured to handle interactive responses"):
        click(slack.world, "acme", "general", ts, "mona", "Go")


async def test_a_shortcut_goes_to_the_app_that_has_it(slack: Any, eu: App, manifest: Any) -> None:
    own = [{"name": "File it", "type": "message", "callback_id": "eu_file", "description": "Files it"}]
    manifests.update(slack.world, eu, manifest({"features.shortcuts": own}))
    ts = say(slack.world, "acme", "general", "ada", "It leaks").ts

    used = [
        message_shortcut(slack.world, "acme", "general", ts, "mona", it) for it in ("eu_file", "ghe_issue_from_message")
    ]

    assert [it.app_id for it in used] == [eu.app_id, slack.world.app.app_id]


async def test_a_world_may_begin_without_any_app(start: Any, manifest: Any) -> None:
    fresh = await start(app=False)

    app = manifests.create(fresh.world, manifest(command="/ghe"), team="acme", user="mona")
    install(fresh.world, app, fresh.world.team("acme"))

    assert fresh.world.app is app
    assert fresh.world.user("acme", "ghe").is_bot
    assert (await fresh.call("auth.test"))["user"] == "ghe"
    assert slash(fresh.world, "acme", "general", "mona", "help").app_id == app.app_id
