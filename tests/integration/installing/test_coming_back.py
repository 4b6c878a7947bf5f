"""Coming back from Slack in a way that no browser of ours does: a sentence, and nothing is kept."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from aiohttp import ClientSession

from agent.store.setup_tables import installations
from infra.sandbox.slack.consent import consent, requested, way_back


async def agreed(rig: Any) -> str:
    """Press *Add to Slack* and agree; the address that Slack sends the browser back to."""
    slack = rig.world.slack
    async with rig.session.post(f"{rig.url}/_slack/install", allow_redirects=False) as away:
        wanted = requested(slack, dict(parse_qsl(urlsplit(away.headers["Location"]).query)))
    code = consent(
        slack, wanted.app, slack.team("acme"), "mona", scopes=wanted.scopes, redirect_uri=wanted.redirect_uri
    )
    return way_back(wanted.redirect_uri, code=code, state=wanted.state)


async def without_a_cookie(rig: Any) -> str:
    back = await agreed(rig)
    rig.session.cookie_jar.clear()
    return back


async def in_another_browser(rig: Any) -> str:
    back = await agreed(rig)
    rig.session.cookie_jar.clear()
    await agreed(rig)
    return back


async def after_ten_minutes(rig: Any) -> str:
    back = await agreed(rig)
    await rig.leap(601)
    return back


async def with_a_made_up_state(rig: Any) -> str:
    back = await agreed(rig)
    return back.replace(parse_qs(urlsplit(back).query)["state"][0], "made-up")


@pytest.mark.parametrize(
    ("way", "why"),
    [
        (without_a_cookie, "other_browser"),
        (in_another_browser, "other_browser"),
        (after_ten_minutes, "too_old"),
        (with_a_made_up_state, "unknown"),
    ],
)
async def test_who_comes_back_wrongly_reads_why_and_installs_nothing(
    rig: Any, way: Callable[[Any], Awaitable[str]], why: str
) -> None:
    back = await way(rig)

    async with rig.session.get(back) as answer:
        page = await answer.text()

    assert (answer.status >= 400, f'data-why="{why}"' in page, "Begin again" in page) == (True, True, True)
    assert await rig.rows(installations) == []
    assert ("oauth.v2.access", None) not in rig.world.slack.calls


async def test_a_state_is_good_for_one_installation(rig: Any) -> None:
    back = await agreed(rig)

    async with rig.session.get(back) as answer:
        first = await answer.text()
    async with rig.session.get(back) as answer:
        replayed = await answer.text()

    assert 'id="place">Acme<' in first
    assert 'data-why="unknown"' in replayed
    assert len(await rig.rows(installations)) == 1
    assert rig.world.slack.calls.count(("oauth.v2.access", None)) == 1


async def test_another_browser_spends_nothing(rig: Any) -> None:
    back = await agreed(rig)

    async with ClientSession() as other, other.get(back) as answer:
        refused = await answer.text()
    async with rig.session.get(back) as answer:
        page = await answer.text()

    assert 'data-why="other_browser"' in refused
    assert 'id="place">Acme<' in page
