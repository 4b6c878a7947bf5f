"""Apps made of manifests with a configuration token: what Slack refuses, and that the app follows what it took."""

import json
from typing import Any

import pytest

from infra.sandbox.slack.app_settings import generate_configuration_token
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.installing import install
from infra.sandbox.slack.people import compose, open_home, slash
from infra.sandbox.slack.workspace import invite

TWELVE_HOURS_S = 43200


@pytest.fixture
def token(slack: Any) -> str:
    """Mona's configuration token for acme."""
    return generate_configuration_token(slack.world, "acme", "mona").token


async def made(slack: Any, token: str, whole: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = await slack.call("apps.manifest.create", token=token, manifest=json.dumps(whole))
    assert body["ok"], body
    return body


async def test_the_agents_own_manifest_makes_an_app_that_is_what_it_says(slack: Any, token: str, manifest: Any) -> None:
    valid = await slack.call("apps.manifest.validate", token=token, manifest=json.dumps(manifest()))
    body = await made(slack, token, manifest())

    app = slack.world.apps[body["app_id"]]
    given = manifest()
    assert valid["ok"]
    assert set(body["credentials"]) == {"client_id", "client_secret", "verification_token", "signing_secret"}
    assert f"client_id={body['credentials']['client_id']}" in body["oauth_authorize_url"]
    assert app.commands == {"/ghe-eu": True}
    assert app.events == set(given["settings"]["event_subscriptions"]["bot_events"])
    assert app.bot_scopes == set(given["oauth_config"]["scopes"]["bot"])
    assert [it.callback_id for it in app.shortcuts] == [it["callback_id"] for it in given["features"]["shortcuts"]]
    assert (app.unfurl_domains, app.name, app.bot_name) == (("ghe.example.com",), "GHE EU", "ghe-eu")
    assert (app.org_deploy, app.token_rotation, app.is_distributed) == (True, False, False)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"display_information": None}, "/"),
    ({"display_information.name": "x" * 36}, "/display_information/name"),
    ({"display_information.name": None}, "/display_information"),
    ({"display_information.long_description": "short"}, "/display_information/long_description"),
    ({"display_information.icon": "x"}, "/display_information"),
    ({"display_information.background_color": "blue"}, "/display_information/background_color"),
    ({"features.slash_commands": []}, "/features/slash_commands"),
    ({"features.slash_commands": [{"command": "ghe", "description": "x"}]}, "/features/slash_commands/0/command"),
    ({"features.slash_commands": [{"command": "/ghe"}]}, "/features/slash_commands/0"),
    ({"features.slash_commands": [{"command": "/ghe", "description": "x"}] * 2}, "/features/slash_commands"),
    ({"features.unfurl_domains": ["ghe"]}, "/features/unfurl_domains/0"),
    ({"features.unfurl_domains": ["10.0.0.1"]}, "/features/unfurl_domains/0"),
    ({"features.unfurl_domains": [f"ghe{it}.example.com" for it in range(6)]}, "/features/unfurl_domains"),
    ({"features.bot_user": None}, "/features/bot_user"),
    ({"features.bot_user.always_online": "yes"}, "/features/bot_user/always_online"),
    ({"oauth_config.scopes.bot": ["commands", "chat:shout", "links:read"]}, "/oauth_config/scopes/bot/1"),
    ({"oauth_config.scopes.bot_optional": ["pins:read"]}, "/oauth_config/scopes/bot_optional/0"),
    ({"oauth_config.redirect_urls": ["http://agent.example.com/x"]}, "/oauth_config/redirect_urls/0"),
    ({"settings.event_subscriptions.bot_events": ["link_sharing"]}, "/settings/event_subscriptions/bot_events/0"),
    ({"settings.event_subscriptions.bot_events": ["app_mention"]}, "/settings/event_subscriptions/bot_events/0"),
    ({"settings.event_subscriptions.bot_events": ["app_uninstalled"] * 2}, "/settings/event_subscriptions/bot_events"),
    ({"settings.interactivity": {}}, "/settings/interactivity"),
    ({"settings.socket_mode_enabled": False}, "/settings/event_subscriptions"),
    ({"settings.socket_mode_enabled": False}, "/settings/interactivity"),
    ({"settings.socket_mode_enabled": False}, "/features/slash_commands/0"),
]


@pytest.mark.parametrize(("changes", "pointer"), WRONG)
async def test_what_is_wrong_in_a_manifest_is_said_with_its_place(
    slack: Any, token: str, manifest: Any, changes: dict[str, Any], pointer: str
) -> None:
    asked = {"token": token, "manifest": json.dumps(manifest(changes))}
    answers = [await slack.call(f"apps.manifest.{method}", **asked) for method in ("validate", "create")]

    assert [it["error"] for it in answers] == ["invalid_manifest"] * 2
    assert pointer in [it["pointer"] for it in answers[0]["errors"]]
    assert all(it["message"] for it in answers[0]["errors"])
    assert len(slack.world.apps) == 1


async def test_a_switched_off_socket_mode_is_refused_in_slacks_words(slack: Any, token: str, manifest: Any) -> None:
    whole = json.dumps(manifest({"settings.socket_mode_enabled": False}))

    errors = (await slack.call("apps.manifest.validate", token=token, manifest=whole))["errors"]

    assert errors[0]["message"] == "Event Subscription requires either Request URL or Socket Mode Enabled"


async def test_names_under_localhost_have_previews_only_while_that_is_conceded(
    slack: Any, token: str, manifest: Any
) -> None:
    whole = json.dumps(manifest({"features.unfurl_domains": ["ghes.localhost"]}))

    conceded = await slack.call("apps.manifest.validate", token=token, manifest=whole)
    slack.world.localhost_domains = False
    strict = await slack.call("apps.manifest.validate", token=token, manifest=whole)

    assert (conceded["ok"], strict["errors"][0]["pointer"]) == (True, "/features/unfurl_domains/0")


@pytest.mark.parametrize("whole", ["{", "[]", None])
async def test_what_is_no_manifest_at_all_is_refused(slack: Any, token: str, whole: Any) -> None:
    answer = await slack.call("apps.manifest.validate", token=token, manifest=whole)

    assert (answer["error"], answer["errors"][0]["pointer"]) == ("invalid_manifest", "/")


async def test_only_a_living_configuration_token_may_touch_manifests(slack: Any, token: str, manifest: Any) -> None:
    whole = json.dumps(manifest())
    others = [slack.world.app.token, slack.world.team("acme").bot_token, "xoxe.xoxp-1-made-up"]

    errors = [(await slack.call("apps.manifest.validate", token=it, manifest=whole))["error"] for it in others]
    backwards = (await slack.call("auth.test", token=token))["error"]
    await slack.clock.advance(TWELVE_HOURS_S, step_s=TWELVE_HOURS_S)
    late = (await slack.call("apps.manifest.validate", token=token, manifest=whole))["error"]

    assert errors == ["not_allowed_token_type", "not_allowed_token_type", "invalid_auth"]
    assert (backwards, late) == ("not_allowed_token_type", "token_expired")


async def test_a_refresh_token_is_worth_a_new_pair_once(slack: Any, manifest: Any) -> None:
    first = generate_configuration_token(slack.world, "acme", "mona")
    spent = first.refresh_token

    second = await slack.call("tooling.tokens.rotate", token="", refresh_token=spent)
    again = await slack.call("tooling.tokens.rotate", token="", refresh_token=spent)

    valid = await slack.call("apps.manifest.validate", token=second["token"], manifest=json.dumps(manifest()))
    assert second["token"].startswith("xoxe.xoxp-")
    assert second["exp"] - second["iat"] == TWELVE_HOURS_S
    assert (valid["ok"], again["error"]) == (True, "invalid_refresh_token")
    assert spent not in repr(first)


async def test_a_revoked_configuration_token_does_nothing_more(slack: Any, manifest: Any) -> None:
    made = generate_configuration_token(slack.world, "acme", "mona")
    made.revoked = True

    valid = await slack.call("apps.manifest.validate", token=made.token, manifest=json.dumps(manifest()))
    rotated = await slack.call("tooling.tokens.rotate", token="", refresh_token=made.refresh_token)

    assert (valid["error"], rotated["error"]) == ("token_revoked", "invalid_refresh_token")


async def test_an_app_is_changed_exported_and_deleted_only_by_who_may(slack: Any, token: str, manifest: Any) -> None:
    app_id = (await made(slack, token, manifest()))["app_id"]
    adas = generate_configuration_token(slack.world, "acme", "ada").token

    refused = await slack.call("apps.manifest.export", token=adas, app_id=app_id)
    unknown = await slack.call("apps.manifest.export", token=token, app_id="A0NOBODY")
    exported = await slack.call("apps.manifest.export", token=token, app_id=app_id)

    assert (refused["error"], unknown["error"]) == ("no_permission", "invalid_app_id")
    assert exported["manifest"] == manifest()


async def test_an_update_replaces_everything_and_says_whether_to_install_again(
    slack: Any, token: str, manifest: Any
) -> None:
    app_id = (await made(slack, token, manifest()))["app_id"]
    renamed = json.dumps(manifest({"display_information.name": "GHE 2"}))
    fewer = json.dumps(manifest({"settings.event_subscriptions.bot_events": ["app_uninstalled"]}))

    first = await slack.call("apps.manifest.update", token=token, app_id=app_id, manifest=renamed)
    await slack.clock.advance(60, step_s=60)
    second = await slack.call("apps.manifest.update", token=token, app_id=app_id, manifest=fewer)

    assert [first["permissions_updated"], second["permissions_updated"]] == [False, True]
    assert slack.world.apps[app_id].events == {"app_uninstalled"}


async def test_new_events_and_domains_wait_for_a_new_installation(
    slack: Any, eu: Any, token: str, manifest: Any
) -> None:
    scopes = [*manifest()["oauth_config"]["scopes"]["bot"], "app_mentions:read"]
    more = manifest(
        {
            "features.unfurl_domains": ["ghe.example.com", "ghe.example.org"],
            "oauth_config.scopes.bot": scopes,
        }
    )
    answer = await slack.call("apps.manifest.update", token=token, app_id=eu.app_id, manifest=json.dumps(more))
    link = "https://ghe.example.org/acme/api"
    before = compose(slack.world, "acme", "general", "mona", link)
    installation = slack.world.team("acme").installed[eu.app_id]
    scoped = "app_mentions:read" in installation.scopes

    install(slack.world, eu, slack.world.team("acme"))

    assert answer["permissions_updated"]
    assert (before, scoped) == (None, False)
    assert compose(slack.world, "acme", "general", "mona", link) is not None
    assert "app_mentions:read" in installation.scopes


async def test_new_events_wait_for_a_new_installation_and_old_ones_end_at_once(
    slack: Any, eu: Any, token: str, manifest: Any
) -> None:
    events = ["member_joined_channel", "link_shared"]
    world, fewer, more = slack.world, events[1:], [*events, "app_home_opened"]
    for at, each in enumerate((fewer, more)):
        await slack.clock.advance(60 * at, step_s=60)
        whole = json.dumps(manifest({"settings.event_subscriptions.bot_events": each}))
        await slack.call("apps.manifest.update", token=token, app_id=eu.app_id, manifest=whole)

    joined = invite(world, "acme", "secret", "ghe-eu")
    opened = open_home(world, "acme", "mona", app=eu)
    install(world, eu, world.team("acme"))

    assert (joined, bool(opened)) == (None, False)
    assert open_home(world, "acme", "mona", app=eu) is not None


async def test_switching_socket_mode_off_closes_the_sockets(
    slack: Any, eu: Any, token: str, manifest: Any, connect: Any
) -> None:
    peer, ours = await connect(slack, eu), await connect(slack)
    without = manifest({"settings": {}, "features.slash_commands": None})

    await slack.call("apps.manifest.update", token=token, app_id=eu.app_id, manifest=json.dumps(without))

    assert (await peer.frame())["reason"] == "link_disabled"
    assert await peer.ended()
    assert (await slack.call("apps.connections.open", token=eu.token))["error"] == "forbidden_team"
    assert len(open_sockets(slack.world)) == 1
    assert ours.hello["num_connections"] == 1


async def test_a_deleted_app_is_dead_everywhere(slack: Any, eu: Any, token: str, connect: Any) -> None:
    peer, bot = await connect(slack, eu), slack.world.team("acme").installed[eu.app_id].bot_token

    deleted = await slack.call("apps.manifest.delete", token=token, app_id=eu.app_id)

    errors = [(await slack.call("auth.test", token=it))["error"] for it in (bot, eu.token)]
    await slack.clock.advance(60, step_s=60)
    again = await slack.call("apps.manifest.delete", token=token, app_id=eu.app_id)
    assert deleted["ok"]
    assert (await peer.frame())["reason"] == "link_disabled"
    assert errors == ["account_inactive"] * 2
    assert again["error"] == "invalid_app_id"
    assert slash(slack.world, "acme", "general", "mona", "help", command="/ghe-eu").app_id != eu.app_id


async def test_what_the_manifest_switches_off_the_app_hasnt(slack: Any, eu: Any, token: str, manifest: Any) -> None:
    off = manifest({"features.app_home": {}})
    await slack.call("apps.manifest.update", token=token, app_id=eu.app_id, manifest=json.dumps(off))
    bot, user_id = slack.world.team("acme").installed[eu.app_id].bot_token, slack.world.user("acme", "mona").user_id

    home = await slack.call("views.publish", token=bot, user_id=user_id, view={"type": "home", "blocks": []})
    message = await slack.call("chat.postMessage", token=bot, channel=user_id, text="x")

    assert (home["error"], message["error"]) == ("not_enabled", "messages_tab_disabled")


async def test_token_rotation_is_never_switched_off_again(slack: Any, token: str, manifest: Any) -> None:
    app_id = (await made(slack, token, manifest({"settings.token_rotation_enabled": True})))["app_id"]

    answer = await slack.call("apps.manifest.update", token=token, app_id=app_id, manifest=json.dumps(manifest()))

    assert [it["pointer"] for it in answer["errors"]] == ["/settings/token_rotation_enabled"]
