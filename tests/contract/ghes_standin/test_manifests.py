"""What GHES takes and refuses in the manifest of an App. ghes.md §2, §14 (Manifest, Switches)."""

import json
from typing import Any

import pytest

from agent.manifests import ghes_manifest
from infra.sandbox.concessions import STRICT
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import manifests
from infra.sandbox.ghes.manifests import ManifestError
from infra.sandbox.ghes.population import Keys, populated
from infra.sandbox.ghes.world import Switches, World

URL = "https://agent.example.com/"
HOOK = {"url": "https://agent.example.com/hook"}


@pytest.fixture
def world(clock: DrivenClock) -> World:
    return populated(clock, concessions=STRICT, app=False)


def errors(world: World, manifest: Any) -> list[str]:
    with pytest.raises(ManifestError) as refused:
        manifests.read(world, json.dumps(manifest))
    return list(refused.value.errors)


def test_the_products_manifest_is_taken_as_it_is(world: World) -> None:
    manifest = manifests.read(world, json.dumps(ghes_manifest("https://agent.example.com")))

    assert manifest.name == "GHES Slack"
    assert manifest.hook_url == "https://agent.example.com/webhooks/github"
    assert manifest.permissions["issues"] == "write"
    assert len(manifest.events) == 36


def test_an_address_is_enough_and_the_rest_has_a_usual_value(world: World) -> None:
    manifest = manifests.read(world, json.dumps({"url": URL}))

    assert (manifest.hook_url, manifest.hook_active, manifest.public) == ("", False, True)
    assert (manifest.permissions, manifest.events, manifest.setup_on_update) == ({}, (), False)


def test_metadata_comes_with_any_other_permission(world: World) -> None:
    manifest = manifests.read(world, json.dumps({"url": URL, "default_permissions": {"issues": "read"}}))

    assert manifest.permissions == {"metadata": "read", "issues": "read"}


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"url": ""}, '"url" wasn\'t supplied.'),
        ({"hook_attributes": {"active": False}}, '"url" wasn\'t supplied.'),
        ({"hook_attributes": {**HOOK, "secret": "s"}}, '"secret" is not a permitted key.'),
        ({"device_flow": True}, '"device_flow" is not a permitted key.'),
        ({"name": 5}, "For 'properties/name', 5 is not a string."),
        ({"public": "yes"}, "For 'properties/public', \"yes\" is not a boolean."),
        ({"setup_on_update": None}, "For 'properties/setup_on_update', null is not a boolean."),
        ({"hook_attributes": []}, "For 'properties/hook_attributes', [] is not an object."),
        ({"callback_urls": [1]}, "For 'properties/callback_urls', not all items are strings."),
        ({"default_permissions": {"issues": 1}}, "For 'properties/default_permissions', not all values are strings."),
    ],
)
def test_its_shape_is_checked(world: World, more: dict[str, Any], error: str) -> None:
    assert errors(world, {"url": URL, **more}) == [error]


@pytest.mark.parametrize("text", ["", "{", "[]", '"url"', "5"])
def test_what_is_no_object_in_json_is_refused(world: World, text: str) -> None:
    with pytest.raises(ManifestError, match="The manifest is not"):
        manifests.read(world, text)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"url": "agent.example.com"}, "Url is not a valid URL"),
        ({"redirect_url": "javascript:alert(1)"}, "Redirect url is not a valid URL"),
        ({"setup_url": "http://["}, "Setup url is not a valid URL"),
        ({"callback_urls": ["https://a.example.com", "/back"]}, "Callback urls must be valid URLs"),
        ({"callback_urls": [f"{URL}{n}" for n in range(11)]}, "Callback urls are too many (maximum is 10)"),
        ({"hook_attributes": {"url": "http://["}}, "Hook url is not a valid URL"),
        (
            {"hook_attributes": {"url": "http://127.0.0.1:8080/webhooks/github"}},
            "Hook url is not supported because it isn't reachable over the network (localhost)",
        ),
    ],
)
def test_every_address_must_be_one_that_can_be_reached(world: World, more: dict[str, Any], error: str) -> None:
    assert errors(world, {"url": URL, **more}) == [error]


def test_ten_callback_addresses_are_not_too_many(world: World) -> None:
    manifest = manifests.read(world, json.dumps({"url": URL, "callback_urls": [f"{URL}{n}" for n in range(10)]}))

    assert len(manifest.callback_urls) == 10


@pytest.mark.parametrize(
    ("permissions", "error"),
    [
        ({"issue": "read"}, "Default permissions unsupported: issue"),
        ({"codespaces": "read", "issue": "read"}, "Default permissions unsupported: codespaces and issue"),
        ({"issues": "admin"}, "Default permissions have no such level: issues (admin)"),
        ({"workflows": "read"}, "Default permissions have no such level: workflows (read)"),
    ],
)
def test_permissions_must_exist_on_this_server(world: World, permissions: dict[str, str], error: str) -> None:
    assert errors(world, {"url": URL, "default_permissions": permissions}) == [error]


@pytest.mark.parametrize(
    "event", ["installation", "installation_repositories", "ping", "meta", "github_app_authorization", "issue"]
)
def test_an_event_that_nobody_can_subscribe_to_spoils_all(world: World, event: str) -> None:
    # §2: "Rejections: `Default events unsupported: installation`"
    manifest = {"url": URL, "default_permissions": {"issues": "read"}, "default_events": ["issues", event]}

    assert errors(world, manifest) == [
        f"Default events unsupported: {event}",
        f"Default events are not supported by permissions: {event}",
    ]


@pytest.mark.parametrize(
    ("event", "without", "with_"),
    [
        ("issue_comment", "pull_requests", "issues"),
        ("check_run", "statuses", "checks"),
        ("push", "issues", "contents"),
        ("organization", "contents", "members"),
        ("milestone", "contents", "pull_requests"),
        ("deployment_review", "actions", "deployments"),
    ],
)
def test_an_event_needs_its_permission(world: World, event: str, without: str, with_: str) -> None:
    manifest = {"url": URL, "default_events": [event]}

    refused = errors(world, manifest | {"default_permissions": {without: "read"}})
    taken = manifests.read(world, json.dumps(manifest | {"default_permissions": {with_: "read"}}))

    assert refused == [f"Default events are not supported by permissions: {event}"]
    assert taken.events == (event,)


def test_all_that_lacks_its_permission_is_named_at_once(world: World) -> None:
    assert errors(world, {"url": URL, "default_events": ["push", "issues", "status"]}) == [
        "Default events are not supported by permissions: push, issues, and status"
    ]


def test_a_switch_takes_the_events_of_which_nobody_is_sure(world: World) -> None:
    manifest = {"url": URL, "default_permissions": {"merge_queues": "read"}, "default_events": ["merge_group"]}

    refused = errors(world, manifest)
    world.switches = Switches(uncertain_events=True)
    taken = manifests.read(world, json.dumps(manifest))

    assert refused[0] == "Default events unsupported: merge_group"
    assert taken.events == ("merge_group",)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "Name can't be blank"),
        ("x" * 35, "Name is too long (maximum is 34 characters)"),
        ("→", "Name must have a letter or a digit"),
        ("New", "Name is already taken"),
        ("Grace", "Name is already taken"),
        ("ghes SLACK", "Name is already taken"),
    ],
)
def test_the_name_must_be_free_and_short(world: World, keys: Keys, name: str, error: str) -> None:
    acme, text = world.account("acme"), json.dumps({"name": name, "url": URL})
    manifests.registered(world, json.dumps({"name": "GHES Slack", "url": URL}), owner=acme, keys=keys)

    with pytest.raises(ManifestError, match=r"^Name ") as refused:
        manifests.registered(world, text, owner=acme, keys=keys)

    assert refused.value.errors == (error,)
    assert len(world.apps) == 1


@pytest.mark.parametrize(("name", "slug"), [("My APp Näme", "my-app-name"), (" GHE (EU) ", "ghe-eu"), ("acme", "acme")])
def test_a_slug_comes_of_the_name_and_ones_own_login_is_free(world: World, keys: Keys, name: str, slug: str) -> None:
    text = json.dumps({"name": name, "url": URL})

    app = manifests.registered(world, text, owner=world.account("acme"), keys=keys).app

    assert (app.slug, app.name, app.bot.login) == (slug, name.strip(), f"{slug}[bot]")


def test_several_apps_live_in_one_world(world: World, keys: Keys) -> None:
    acme, globex = world.account("acme"), world.account("globex")

    first = manifests.registered(world, json.dumps({"name": "GHE", "url": URL}), owner=acme, keys=keys).app
    second = manifests.registered(world, json.dumps({"name": "GHE EU", "url": URL}), owner=globex, keys=keys).app

    assert list(world.apps.values()) == [first, second]
    assert world.app is first
    assert len({first.client_id, second.client_id}) == 2


def test_a_world_without_an_app_says_so(world: World) -> None:
    with pytest.raises(LookupError, match="This GHES has no App yet"):
        _ = world.app

    assert not world.installations
    assert world.repository("acme/api").visibility == "private"
