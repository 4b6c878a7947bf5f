"""Making a Slack app, and bringing it up to date, over HTTP; what is secret travels in bodies only."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from agent.manifests import slack_manifest
from agent.net.outbound import network
from agent.setup.slack_app import Change, Generated, SlackApps
from agent.setup.trouble import Trouble
from agent.slack.form_calls import FormCalls
from infra.sandbox.driven_clock import DrivenClock

MANIFEST = slack_manifest("https://agent.example.com", "https://ghe.example.com")
TOKEN = "xoxe.xoxp-1-made-up"
MADE = {
    "ok": True,
    "app_id": "A0NEW",
    "credentials": {"client_id": "1.2", "client_secret": "hush", "signing_secret": "s", "verification_token": "v"},
}


class Desk:
    """Slack's manifest methods: answers by method, and what was asked, with its query and token."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {"apps.manifest.validate": {"ok": True}, "apps.manifest.create": MADE}
        self.asked: list[tuple[str, str, dict[str, str], str]] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method, fields = request.match_info["method"], {name: str(it) for name, it in (await request.post()).items()}
        self.asked.append((method, request.query_string, fields, request.headers.get("Authorization", "")))
        found = self.answers[method]
        if found is None:
            assert request.transport
            request.transport.abort()
            return web.Response()
        return web.json_response(found)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def apps(desk: Desk) -> AsyncIterator[SlackApps]:
    app = web.Application()
    app.router.add_post("/api/{method}", desk.answer)
    async with TestServer(app) as server, network() as outside:
        yield SlackApps(FormCalls(outside, str(server.make_url("/api/")), DrivenClock()))


async def test_an_app_is_made_of_a_manifest_that_was_validated_first(desk: Desk, apps: SlackApps) -> None:
    made = await apps.generate(TOKEN, MANIFEST)

    assert made == Generated(app_id="A0NEW", client_id="1.2", client_secret="hush")
    assert "hush" not in repr(made)
    assert [method for method, *_ in desk.asked] == ["apps.manifest.validate", "apps.manifest.create"]
    assert all(json.loads(fields["manifest"]) == MANIFEST for _, _, fields, _ in desk.asked)


async def test_nothing_secret_is_in_an_address(desk: Desk, apps: SlackApps) -> None:
    desk.answers["tooling.tokens.rotate"] = {"ok": True, "token": TOKEN, "refresh_token": "xoxe-2"}

    await apps.generate("xoxe-1-made-up", MANIFEST)

    assert [query for _, query, _, _ in desk.asked] == ["", "", ""]
    assert desk.asked[0][2] == {"refresh_token": "xoxe-1-made-up"}
    assert desk.asked[-1][3] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("token_expired", "This token has expired; it holds 12 hours."),
        ("invalid_auth", "Slack doesn't know this token."),
        ("restricted_action", "ask one of them"),
    ],
)
async def test_a_token_that_is_refused_is_said_at_its_field(desk: Desk, apps: SlackApps, error: str, says: str) -> None:
    desk.answers["apps.manifest.validate"] = {"ok": False, "error": error}

    found = await apps.generate(TOKEN, MANIFEST)

    assert isinstance(found, Trouble)
    assert says in found.fields["configuration_token"]
    assert len(desk.asked) == 1


async def test_what_slack_finds_wrong_in_the_manifest_is_said_with_its_place(desk: Desk, apps: SlackApps) -> None:
    wrong = [{"message": "must be shorter", "pointer": "/display_information/name"}]
    desk.answers["apps.manifest.validate"] = {"ok": False, "error": "invalid_manifest", "errors": wrong}

    found = await apps.generate(TOKEN, MANIFEST)

    assert found == Trouble(says="Slack refuses it (invalid_manifest). /display_information/name: must be shorter")


async def test_a_lost_answer_may_mean_that_there_is_an_app(desk: Desk, apps: SlackApps) -> None:
    desk.answers["apps.manifest.create"] = None

    found = await apps.generate(TOKEN, MANIFEST)

    assert isinstance(found, Trouble)
    assert "may have made the app" in found.says


@pytest.mark.parametrize("token", ["", "xoxb-1", "xapp-1"])
async def test_another_kind_of_token_never_leaves(desk: Desk, apps: SlackApps, token: str) -> None:
    found = await apps.generate(token, MANIFEST)

    assert isinstance(found, Trouble)
    assert "xoxe.xoxp-" in found.fields["configuration_token"]
    assert desk.asked == []


async def test_the_difference_is_what_an_update_would_change(
    desk: Desk, apps: SlackApps, changed: Callable[..., dict[str, Any]]
) -> None:
    theirs = changed(settings={"socket_mode_enabled": False}, features={"unfurl_domains": []})
    desk.answers["apps.manifest.export"] = {"ok": True, "manifest": theirs}

    found = await apps.difference(TOKEN, "A0NEW", MANIFEST)

    assert found == [
        Change(place="features.unfurl_domains", now="", new="ghe.example.com"),
        Change(place="settings.socket_mode_enabled", now="false", new="true"),
    ]


async def test_the_order_of_names_is_no_difference(
    desk: Desk, apps: SlackApps, changed: Callable[..., dict[str, Any]]
) -> None:
    events = list(reversed(MANIFEST["settings"]["event_subscriptions"]["bot_events"]))
    theirs = changed(settings={"event_subscriptions": {"bot_events": events}})
    desk.answers["apps.manifest.export"] = {"ok": True, "manifest": theirs}

    assert await apps.difference(TOKEN, "A0NEW", MANIFEST) == []


async def test_an_update_tells_whether_the_app_must_be_installed_again(desk: Desk, apps: SlackApps) -> None:
    desk.answers["apps.manifest.update"] = {"ok": True, "app_id": "A0NEW", "permissions_updated": True}

    assert await apps.update(TOKEN, "A0NEW", MANIFEST) is True


@pytest.fixture
def changed() -> Callable[..., dict[str, Any]]:
    """Our manifest with other values in some of its parts."""

    def make(**parts: dict[str, Any]) -> dict[str, Any]:
        theirs: dict[str, Any] = json.loads(json.dumps(MANIFEST))
        for name, values in parts.items():
            theirs[name] |= values
        return theirs

    return make
