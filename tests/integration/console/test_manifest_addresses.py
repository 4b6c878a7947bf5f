"""Every address that the two apps' manifests name is one of the contract, and one that a running agent serves."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientSession

from agent.manifests import ghes_manifest, slack_manifest

GHES = ghes_manifest("https://agent.example.com")
SLACK = slack_manifest("https://agent.example.com", "https://ghes.example.com")
CONTRACT = {
    "/": "GET",
    "/_slack/oauth/callback": "GET",
    "/link/callback": "GET",
    "/setup/app-created": "GET",
    "/setup/installed": "GET",
    "/webhooks/github": "POST",
}
NOTHING_THERE = ("There is nothing at this address.", "This address doesn't take that method.")


def addresses(manifest: Any) -> set[str]:
    """Paths of all addresses of the agent's that stand anywhere in a manifest."""
    match manifest:
        case str() if manifest.startswith("https://agent.example.com"):
            return {urlsplit(manifest).path}
        case Mapping():
            return set().union(*(addresses(each) for each in manifest.values()))
        case list():
            return set().union(*(addresses(each) for each in manifest))
        case _:
            return set()


def test_the_manifests_name_the_contracts_addresses_each_in_its_place() -> None:
    root = "https://agent.example.com"

    assert GHES["url"] == f"{root}/"
    assert GHES["hook_attributes"]["url"] == f"{root}/webhooks/github"
    assert GHES["redirect_url"] == f"{root}/setup/app-created"
    assert GHES["callback_urls"] == [f"{root}/link/callback"]
    assert GHES["setup_url"] == f"{root}/setup/installed"
    assert SLACK["oauth_config"]["redirect_urls"] == [f"{root}/_slack/oauth/callback"]
    assert addresses(GHES) | addresses(SLACK) == set(CONTRACT)


def test_slack_is_given_no_way_in_but_the_sockets() -> None:
    settings = SLACK["settings"]
    commands = SLACK["features"]["slash_commands"]

    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"] == {"is_enabled": True}
    assert set(settings["event_subscriptions"]) == {"bot_events"}
    assert [each for each in commands if "url" in each] == []


async def test_the_agent_serves_every_address_of_its_manifests(rig: Any) -> None:
    said = {}

    async with ClientSession() as session:
        for path, method in {**CONTRACT, "/setup/app-made": "GET", "/setup/installed/": "POST"}.items():
            async with session.request(method, f"{rig.url}{path}", allow_redirects=False) as answer:
                said[path] = await answer.text()

    unserved = {path for path, text in said.items() if any(each in text for each in NOTHING_THERE)}
    assert unserved == {"/setup/app-made", "/setup/installed/"}
