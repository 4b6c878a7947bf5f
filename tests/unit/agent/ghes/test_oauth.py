from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from agent.ghes.answers import Unreachable
from agent.ghes.hosts import Hosts
from agent.ghes.oauth import TIMEOUT_S, GhesOAuth
from agent.net.outbound import Network
from agent.people.ports import Account, Denied, DeviceGrant, Granted, Pending
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import device, oauth
from infra.sandbox.ghes.population import Keys, new_keys, populated
from infra.sandbox.ghes.server import running
from infra.sandbox.ghes.things import Account as GhesAccount
from infra.sandbox.ghes.world import Switches, World

CALLBACK = "http://127.0.0.1:8080/link/callback"
Serve = Callable[[web.Application], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The agent's OAuth and the server that it asks."""

    world: World
    oauth: GhesOAuth

    @property
    def ada(self) -> GhesAccount:
        return self.world.account("ada")

    async def signed_in(self) -> Granted:
        """The tokens at the end of the web flow."""
        code = oauth.authorize(self.world, self.world.app, self.ada, redirect_uri=CALLBACK)
        granted = await self.oauth.exchange(code, CALLBACK)
        assert isinstance(granted, Granted)
        return granted


@pytest.fixture(scope="session")
def keys() -> Keys:
    return new_keys()


@pytest.fixture
async def side(keys: Keys, connections: Network, clock: DrivenClock) -> AsyncIterator[Side]:
    world = populated(clock, keys=keys)
    world.app.callback_urls = [CALLBACK]
    world.app.device_flow = True
    async with running(world) as far:
        yield Side(world=world, oauth=made(connections, far.url, clock, world.app.client_id, world.app.client_secret))


def made(
    connections: Network, url: str, clock: DrivenClock, client_id: str = "Iv1.1", client_secret: str = "s3cret"
) -> GhesOAuth:
    return GhesOAuth(
        network=connections, hosts=Hosts.of(url), client_id=client_id, client_secret=client_secret, clock=clock
    )


def answering(status: int, text: str, content_type: str = "application/json") -> web.Application:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type=content_type)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    return application


def test_the_browser_is_sent_to_the_server_with_state_and_callback(connections: Network, clock: DrivenClock) -> None:
    parts = urlsplit(made(connections, "https://ghe.example.com", clock).authorize_url("st&te", CALLBACK))

    assert (parts.scheme, parts.netloc, parts.path) == ("https", "ghe.example.com", "/login/oauth/authorize")
    assert parse_qs(parts.query) == {
        "client_id": ["Iv1.1"], "redirect_uri": [CALLBACK], "state": ["st&te"], "allow_signup": ["false"],
    }  # fmt: skip


async def test_a_code_becomes_tokens_that_end_and_belong_to_the_person(side: Side, clock: DrivenClock) -> None:
    granted = await side.signed_in()

    assert granted.tokens.access_ends_at == clock.now() + timedelta(hours=8)
    assert granted.tokens.refresh.startswith("ghr_")
    assert granted.tokens.refresh_ends_at == clock.now() + timedelta(days=184)
    assert await side.oauth.account(granted.tokens.access) == Account(id=side.ada.id, login="ada")


async def test_a_server_whose_tokens_do_not_end_gives_no_refresh_token(side: Side) -> None:
    side.world.switches = Switches(user_tokens_expire=False)

    granted = await side.signed_in()

    assert (granted.tokens.access_ends_at, granted.tokens.refresh, granted.tokens.refresh_ends_at) == (None, "", None)


async def test_a_code_is_good_once(side: Side) -> None:
    code = oauth.authorize(side.world, side.world.app, side.ada, redirect_uri=CALLBACK)
    await side.oauth.exchange(code, CALLBACK)

    assert await side.oauth.exchange(code, CALLBACK) == Denied("bad_verification_code")


async def test_a_wrong_client_secret_is_told_apart_from_a_wrong_person(side: Side) -> None:
    granted = await side.signed_in()
    side.world.app.client_secret = "another"

    denied = await side.oauth.refresh(granted.tokens.refresh)

    assert denied == Denied("incorrect_client_credentials")
    assert denied.is_about_us
    assert not Denied("bad_refresh_token").is_about_us


async def test_refreshing_gives_both_tokens_anew_and_ends_the_old_ones(side: Side) -> None:
    before = (await side.signed_in()).tokens

    after = await side.oauth.refresh(before.refresh)

    assert isinstance(after, Granted)
    assert (after.tokens.access != before.access, after.tokens.refresh != before.refresh) == (True, True)
    assert isinstance(await side.oauth.account(before.access), Denied)
    assert await side.oauth.refresh(before.refresh) == Denied("bad_refresh_token")


async def test_a_device_flow_waits_for_the_person(side: Side, clock: DrivenClock) -> None:
    begun = await side.oauth.begin_device()
    assert isinstance(begun, DeviceGrant)
    pending = await side.oauth.poll_device(begun.device_code)
    slower = await side.oauth.poll_device(begun.device_code)
    await clock.advance(60, step_s=60)
    code = device.entered(side.world, begun.user_code)
    assert code is not None
    device.decide(code, side.ada)

    granted = await side.oauth.poll_device(begun.device_code)

    assert begun.verification_url == f"{side.world.web_url}/login/device"
    assert (begun.interval_s, pending, slower) == (5, Pending(interval_s=5), Pending(interval_s=10))
    assert isinstance(granted, Granted)
    assert isinstance(await side.oauth.refresh(granted.tokens.refresh), Granted)


async def test_a_device_flow_that_is_declined_or_too_late_has_no_tokens(side: Side, clock: DrivenClock) -> None:
    declined, late = await side.oauth.begin_device(), await side.oauth.begin_device()
    assert isinstance(declined, DeviceGrant)
    assert isinstance(late, DeviceGrant)
    code = device.entered(side.world, declined.user_code)
    assert code is not None
    device.decide(code, None)

    assert await side.oauth.poll_device(declined.device_code) == Denied("access_denied")
    await clock.advance(901, step_s=901)
    assert await side.oauth.poll_device(late.device_code) == Denied("expired_token")


async def test_the_other_name_of_an_expired_device_code_is_the_same(side: Side, clock: DrivenClock) -> None:
    side.world.switches = Switches(oauth_errors={"expired_token": "token_expired"})
    begun = await side.oauth.begin_device()
    assert isinstance(begun, DeviceGrant)
    await clock.advance(901, step_s=901)

    assert await side.oauth.poll_device(begun.device_code) == Denied("expired_token")


async def test_a_server_without_device_flow_says_so(side: Side) -> None:
    side.world.app.device_flow = False

    assert await side.oauth.begin_device() == Denied("device_flow_disabled")


async def test_revoking_everything_ends_the_persons_other_tokens_too(side: Side) -> None:
    here, elsewhere = (await side.signed_in()).tokens, (await side.signed_in()).tokens

    assert await side.oauth.revoke(here.access)

    assert [type(await side.oauth.account(it.access)) for it in (here, elsewhere)] == [Denied, Denied]


async def test_revoking_one_token_leaves_the_others(side: Side) -> None:
    here, elsewhere = (await side.signed_in()).tokens, (await side.signed_in()).tokens

    assert await side.oauth.revoke(here.access, everything=False)

    assert [type(await side.oauth.account(it.access)) for it in (here, elsewhere)] == [Denied, Account]


async def test_a_token_that_nobody_knows_any_more_counts_as_revoked(side: Side) -> None:
    assert await side.oauth.revoke("ghu_long_gone")


async def test_a_revocation_that_the_server_does_not_confirm_is_none(side: Side) -> None:
    tokens = (await side.signed_in()).tokens
    side.world.app.client_secret = "another"

    assert not await side.oauth.revoke(tokens.access)


async def test_a_suspended_person_has_no_account(side: Side) -> None:
    tokens = (await side.signed_in()).tokens
    side.ada.suspended = True

    assert isinstance(await side.oauth.account(tokens.access), Denied)


async def test_a_limit_says_nothing_about_the_person(serve: Serve, connections: Network, clock: DrivenClock) -> None:
    url = await serve(answering(403, '{"message": "You have exceeded a secondary rate limit."}'))

    assert isinstance(await made(connections, url, clock).account("ghu_1"), Unreachable)


@pytest.mark.parametrize(
    ("status", "text", "content_type"),
    [(502, "{}", "application/json"), (200, "<html>", "text/html"), (200, "[1]", "application/json")],
)
async def test_an_answer_that_is_none_is_no_refusal(
    serve: Serve, connections: Network, clock: DrivenClock, status: int, text: str, content_type: str
) -> None:
    asked = made(connections, await serve(answering(status, text, content_type)), clock)

    answers = [await asked.exchange("c", CALLBACK), await asked.refresh("r"), await asked.poll_device("d")]

    assert [type(answer) for answer in answers] == [Unreachable] * 3
    assert not await asked.revoke("a")


async def test_a_redirect_is_not_followed_with_the_secret(
    serve: Serve, connections: Network, clock: DrivenClock
) -> None:
    got: list[str] = []

    async def stolen(request: web.Request) -> web.Response:
        got.append(await request.text())
        return web.json_response({"access_token": "evil"})

    async def away(_request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(elsewhere)

    evil, honest = web.Application(), web.Application()
    evil.router.add_route("*", "/{path:.*}", stolen)
    honest.router.add_route("*", "/{path:.*}", away)
    elsewhere = await serve(evil)

    answer = await made(connections, await serve(honest), clock).exchange("c0de", CALLBACK)

    assert (isinstance(answer, Unreachable), got) == (True, [])


async def test_a_server_that_says_nothing_is_given_up_by_the_clock(
    serve: Serve, connections: Network, clock: DrivenClock
) -> None:
    async def silent(_request: web.Request) -> web.Response:
        await clock.advance(TIMEOUT_S + 1, step_s=TIMEOUT_S + 1)
        await DrivenClock.sleep(clock, 60)
        raise AssertionError

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", silent)

    answer = await made(connections, await serve(application), clock).refresh("r")

    assert isinstance(answer, Unreachable)
    assert answer.reason.endswith("can't be reached (no_answer_in_time).")


async def test_no_secret_is_logged_or_shown(side: Side) -> None:
    with capture_logs() as logs:
        granted = await side.signed_in()
        denied = await side.oauth.exchange("c0de", CALLBACK)
        side.world.app.client_secret, secret = "another", side.world.app.client_secret
        await side.oauth.revoke(granted.tokens.access)
        begun = await side.oauth.begin_device()

    assert isinstance(begun, DeviceGrant)
    shown = f"{logs} {granted} {denied} {begun}"
    hidden = [granted.tokens.access, granted.tokens.refresh, "c0de", secret, begun.device_code]
    assert [each for each in hidden if each in shown] == []
