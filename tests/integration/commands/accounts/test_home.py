"""Linking from Home, without leaving it."""

import re
from typing import Any

from infra.sandbox.slack import people


async def pressed(mona: Any, button: str) -> None:
    view = people.home_view(mona.rig.slack, "acme", "mona")
    assert view is not None
    people.click_in_view(mona.rig.slack, view.view_id, button)
    await mona.rig.answered()


def shown(mona: Any) -> str:
    view = people.home_view(mona.rig.slack, "acme", "mona")
    return str(view.body["blocks"]) if view else ""


async def test_home_leads_to_a_link_and_says_who_one_is_once_it_is_done(mona: Any) -> None:
    people.open_home(mona.rig.slack, "acme", "mona")
    await mona.rig.answered()

    await pressed(mona, "Connect GitHub account")
    link = re.search(r"'url': '([^']+/link/[^']+)'", shown(mona))
    assert link
    page = await mona.browser.submit(await mona.browser.open(link[1]))
    page = await mona.browser.submit(page, person="ada", decision="authorize")
    await pressed(mona, "Enter code")
    form = mona.shown()
    people.submit(mona.rig.slack, form.view_id, {"Verification code": page.code})
    await mona.rig.answered()
    await mona.rig.passes(3)

    [success] = mona.seen("dm-mona")
    assert success.text.startswith("Success! ")
    assert "You're connected as " in shown(mona)
    assert "ada" in shown(mona)
    assert mona.shown() is None
