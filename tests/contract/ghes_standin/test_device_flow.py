"""People sign in to the App from a device. ghes.md §4."""

from typing import Any

import aiohttp
import pytest

from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes.device import GRANT
from infra.sandbox.ghes.server import Running
from infra.sandbox.ghes.world import World


@pytest.fixture
async def begun(world: World, server: Running, session: aiohttp.ClientSession) -> Any:
    """What the device was told."""
    world.app.device_flow = True
    return await begin(world, server, session)


async def begin(world: World, server: Running, session: aiohttp.ClientSession) -> Any:
    url, accept = f"{server.url}/login/device/code", {"Accept": "application/json"}
    async with session.post(url, data={"client_id": world.app.client_id}, headers=accept) as response:
        return {"status": response.status, **await response.json()}


@pytest.fixture
def poll(token_endpoint: Any, begun: Any) -> Any:
    """Polls as the device does, without the App's secret."""

    async def poll(**fields: str) -> Any:
        own = {"grant_type": GRANT, "device_code": begun["device_code"], "client_secret": None}
        return await token_endpoint(**(own | fields))

    return poll


async def test_a_code_is_shown_entered_and_exchanged_without_a_secret(
    begun: Any, poll: Any, browse: Any, token_endpoint: Any, clock: DrivenClock, server: Running
) -> None:
    page = await browse("GET", f"/login/device?user_code={begun['user_code']}")
    waiting = await poll()
    entered = begun["user_code"].replace("-", "").lower()
    await browse("POST", "/login/device", {"user_code": entered, "person": "linus", "decision": "authorize"})
    await clock.advance(5, step_s=5)
    tokens = await poll()
    again = await poll()
    refreshed = await token_endpoint(
        grant_type="refresh_token", refresh_token=tokens.body["refresh_token"], client_secret=None
    )

    assert (len(begun["device_code"]), begun["expires_in"], begun["interval"]) == (40, 900, 5)
    assert begun["verification_uri"] == f"{server.url}/login/device"
    assert [len(it) for it in begun["user_code"].split("-")] == [4, 4]
    assert f'value="{begun["user_code"]}"' in page.body
    assert (waiting.status, waiting.body["error"]) == (200, "authorization_pending")
    assert tokens.body["access_token"].startswith("ghu_")
    assert again.body["error"] == "incorrect_device_code"
    assert refreshed.body["access_token"].startswith("ghu_")


async def test_polling_too_soon_makes_the_interval_five_seconds_longer(poll: Any, clock: DrivenClock) -> None:
    # §4: "slow_down (+5 s, new interval in the body)"
    await poll()
    await clock.advance(4, step_s=4)
    soon = await poll()
    await clock.advance(9, step_s=9)
    still = await poll()
    await clock.advance(15, step_s=15)
    late = await poll()

    assert (soon.status, soon.body["error"], soon.body["interval"]) == (200, "slow_down", 10)
    assert (still.body["error"], still.body["interval"]) == ("slow_down", 15)
    assert late.body["error"] == "authorization_pending"


async def test_cancelling_is_access_denied(begun: Any, poll: Any, browse: Any) -> None:
    await browse("POST", "/login/device", {"user_code": begun["user_code"], "person": "ada", "decision": "cancel"})

    assert (await poll()).body["error"] == "access_denied"


async def test_a_code_is_good_for_a_quarter_of_an_hour(begun: Any, poll: Any, browse: Any, clock: DrivenClock) -> None:
    fields = {"user_code": begun["user_code"], "person": "ada", "decision": "authorize"}

    await clock.advance(900, step_s=900)
    entered = await browse("POST", "/login/device", fields)

    assert entered.status == 404
    assert (await poll()).body["error"] == "expired_token"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"device_code": "unknown"}, "incorrect_device_code"),
        ({"client_id": "Iv23nobody"}, "incorrect_client_credentials"),
        ({"grant_type": "device_code"}, "unsupported_grant_type"),
    ],
)
async def test_errors_come_with_status_200(poll: Any, fields: dict[str, str], error: str) -> None:
    answer = await poll(**fields)

    assert (answer.status, answer.body["error"]) == (200, error)


async def test_without_the_checkbox_the_device_flow_is_400(
    world: World, server: Running, session: aiohttp.ClientSession, poll: Any
) -> None:
    # §4: "device_flow_disabled comes as 400"
    world.app.device_flow = False

    begun, polled = await begin(world, server, session), await poll()

    assert (begun["status"], begun["error"]) == (400, "device_flow_disabled")
    assert (polled.status, polled.body["error"]) == (400, "device_flow_disabled")


async def test_nobody_waits_with_a_made_up_code(begun: Any, browse: Any) -> None:
    del begun

    answer = await browse("POST", "/login/device", {"user_code": "AAAA-AAAA", "person": "ada", "decision": "authorize"})

    assert answer.status == 404
