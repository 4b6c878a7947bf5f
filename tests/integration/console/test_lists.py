"""The pages that list something, and what can be decided on them."""

import re
import sqlite3
from contextlib import closing
from html import unescape
from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.linking import link
from infra.sandbox.slack import people
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.faults import Says
from infra.sandbox.slack.world import messages


@pytest.fixture
async def subscribed(rig: Any, browser: Any) -> Any:
    """Signed in to the console of an agent whose channel `#general` is subscribed to `acme/docs`, by Mona."""
    await rig.until(lambda: len(open_sockets(rig.world.slack)) == 2)
    await link(rig.settings, [rig.world.slack.team("acme")], rig.world.ghes, {"mona": "ada"}, rig.clock)
    people.slash(rig.world.slack, "acme", "general", "mona", "subscribe acme/docs")
    await rig.until(lambda: messages(rig.world.slack, "acme", "general"))
    await browser.signs_in()
    return rig


async def opens_issue(rig: Any, title: str) -> str:
    """Ada opens one; its delivery id."""
    ghes = rig.world.ghes
    happen.open_issue(ghes, ghes.repository("acme/docs"), by=ghes.account("ada"), title=title)
    await ghes.delivered()
    delivery_id = str(ghes.app.deliveries[-1].guid)
    await rig.until(lambda: rig.tried(delivery_id))
    return delivery_id


async def test_what_became_of_a_webhook_is_found_by_its_delivery_id(subscribed: Any, browser: Any) -> None:
    delivery_id = await opens_issue(subscribed, "It leaks")

    listed = await browser.opens("events")
    found = await browser.opens(f"events?delivery={delivery_id}")

    assert delivery_id in listed.says
    assert "What became of it" in found.says
    assert "delivered" in found.says


async def test_a_refused_card_is_in_the_outbox_with_its_reason_and_can_be_retried(
    subscribed: Any, browser: Any
) -> None:
    subscribed.world.slack.faults.add(Says(error="invalid_blocks"), method="chat.postMessage")
    delivery_id = await opens_issue(subscribed, "It leaks")
    page = await browser.opens("outbox")

    done = await browser.presses("Retry", **dict.fromkeys(_boxes(page), "on"))
    await subscribed.until(lambda: _cards(subscribed))

    assert delivery_id in page.says
    assert "invalid_blocks" in page.says
    assert "1 notification will be tried again now." in done.says
    assert "It leaks" in str(_cards(subscribed)[0].attachments)


async def test_what_is_discarded_is_gone_from_the_outbox_and_in_the_audit(subscribed: Any, browser: Any) -> None:
    subscribed.world.slack.faults.add(Says(error="invalid_blocks"), method="chat.postMessage")
    delivery_id = await opens_issue(subscribed, "It leaks")
    page = await browser.opens("outbox")

    done = await browser.presses("Discard", **dict.fromkeys(_boxes(page), "on"))
    audit = await browser.opens("audit?action=discard")

    assert "Nothing is parked." in done.says
    assert delivery_id in audit.says


async def test_who_chooses_nothing_is_told_so(subscribed: Any, browser: Any) -> None:
    subscribed.world.slack.faults.add(Says(error="invalid_blocks"), method="chat.postMessage")
    await opens_issue(subscribed, "It leaks")
    await browser.opens("outbox")

    page = await browser.presses("Retry")

    assert (page.status, "Choose at least one of them first." in page.says) == (422, True)


async def test_a_parked_channel_can_be_tried_again(subscribed: Any, browser: Any) -> None:
    subscribed.world.slack.faults.add(Says(error="is_archived"), method="chat.postMessage")
    await opens_issue(subscribed, "It leaks")
    page = await browser.opens("outbox")

    done = await browser.presses("Try again")
    await subscribed.until(lambda: _cards(subscribed))

    assert "is_archived" in page.says
    assert "The channel is tried again now." in done.says
    assert len(_cards(subscribed)) == 1


async def test_a_linked_person_is_listed_and_can_be_forgotten(subscribed: Any, browser: Any) -> None:
    ghes, slack = subscribed.world.ghes, subscribed.world.slack
    user = slack.user("acme", "mona")
    page = await browser.opens("people?who=AD")

    done = await browser.presses("Forget")

    assert user.user_id in page.says
    assert "ada is no longer linked there" in done.says
    assert not ghes.user_tokens
    assert "Nobody fits." in (await browser.opens("people?who=ada")).says


@pytest.mark.usefixtures("subscribed")
async def test_people_and_parked_channels_beyond_a_page_are_reached_and_the_first_ones_again(
    rig: Any, browser: Any
) -> None:
    await _crowd(rig)

    first = await browser.opens("people?workspace=T00000001")
    second = await browser.opens("people" + _link_of(first, "Next"))
    back = await browser.opens(_link_of(second, "First page"))
    channels = await browser.opens("outbox")
    more = await browser.opens("outbox" + _link_of(channels, "More channels"))

    assert ("user059" in first.says, "user000" in first.says) == (True, False)
    assert ("user059" in second.says, "user000" in second.says) == (False, True)
    assert "workspace=T00000001" in _link_of(second, "First page")
    assert "user059" in back.says
    assert ("C059" in channels.says, "C000" in channels.says) == (True, False)
    assert ("C059" in more.says, "C000" in more.says, "First channels" in more.says) == (False, True, True)


async def test_the_status_page_tells_of_every_part_socket_and_the_last_day(subscribed: Any, browser: Any) -> None:
    await opens_issue(subscribed, "It leaks")

    page = await browser.opens("status")

    assert "2 of 2 sockets to Slack are open." in page.says
    assert "Delivery latency" in page.says
    assert "events: 1 an hour at most" in page.body


@pytest.mark.parametrize("path", ["events", "outbox", "people", "audit", "status", "settings"])
async def test_nobody_sees_a_page_without_signing_in(browser: Any, path: str) -> None:
    page = await browser.opens(path)

    assert "/setup/sign-in" in page.url


@pytest.mark.usefixtures("subscribed")
@pytest.mark.parametrize("path", ["events", "outbox", "people", "audit"])
async def test_what_people_have_written_is_shown_as_text(browser: Any, path: str) -> None:
    query = "delivery=%3Cb%3E&who=%3Cb%3E&state=%3Cb%3E&event=%3Cb%3E&action=%3Cb%3E&before=%3Cb%3E"

    page = await browser.opens(f"{path}?{query}")

    assert page.status == 200
    assert "<b>" not in page.body


def _link_of(page: Any, text: str) -> str:
    """Where a link with this text leads."""
    [target] = re.findall(rf'<a class="button" href="([^"]*)">{text}</a>', page.body)
    return unescape(target)


async def _crowd(rig: Any) -> None:
    """60 people who are linked, and as many channels that are parked."""
    linked = [("T00000001", f"U{n:03}", 7, f"user{n:03}", b"", float(n)) for n in range(60)]
    parked = [("T00000001", f"C{n:03}", "is_archived", float(n)) for n in range(60)]
    with closing(sqlite3.connect(rig.settings.sqlite_path)) as store:
        store.executemany(
            "INSERT INTO people (team_id, user_id, ghes_id, login, access, linked_at) VALUES (?, ?, ?, ?, ?, ?)", linked
        )
        store.executemany(
            "INSERT INTO addresses (team_id, channel_id, parked_reason, parked_at) VALUES (?, ?, ?, ?)", parked
        )
        store.commit()


def _cards(rig: Any) -> list[Any]:
    """What was posted about events."""
    return [each for each in messages(rig.world.slack, "acme", "general") if each.metadata]


def _boxes(page: Any) -> list[str]:
    """The boxes that can be ticked."""
    return [each.split('"')[0] for each in page.body.split('type="checkbox" name="')[1:]]
