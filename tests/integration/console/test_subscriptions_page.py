"""The page *Subscriptions*: looking through them, taking one away, and all of them as a file."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from agent.store.open import open_store
from agent.store.people_tables import sponsors
from agent.store.tables import addresses, subscriptions
from agent.subscription_file import run
from agent.subscriptions.subscription import PLAIN, Wants, encode
from infra.sandbox.linking import link
from infra.sandbox.slack import people
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.world import messages

Stored = Callable[..., Awaitable[None]]
WANTS = encode(Wants(features={"issues": PLAIN}))


def _address(id_: int, **more: Any) -> Any:
    return insert(addresses).values(id=id_, team_id="T9", channel_id=f"C{id_}", **more)


def _subscription(address_id: int, number: int, **more: Any) -> Any:
    row = {"address_id": address_id, "scope": "repo", "target_id": number, "target": f"globex/repo-{number:03}"}
    return insert(subscriptions).values(**row | {"wants": WANTS, "created_by": "U7", "created_at": 0.0} | more)


def _sponsor(address_id: int, number: int, user_id: str) -> Any:
    row = {"address_id": address_id, "scope": "repo", "target_id": number, "user_id": user_id, "checked_at": 0.0}
    return insert(sponsors).values(row)


@pytest.fixture
def stored(rig: Any) -> Stored:
    """Runs statements in the agent's store."""

    async def carried_out(*statements: Any) -> None:
        store = open_store(rig.settings)
        for each in statements:
            await store.write(partial(Connection.execute, statement=each))
        await store.aclose()

    return carried_out


@pytest.fixture
async def subscribed(rig: Any, browser: Any) -> Any:
    """Signed in to the console of an agent whose channel `#general` is subscribed to `acme/docs`."""
    await rig.until(lambda: len(open_sockets(rig.world.slack)) == 2)
    await link(rig.settings, [rig.world.slack.team("acme")], rig.world.ghes, {"mona": "ada"}, rig.clock)
    people.slash(rig.world.slack, "acme", "general", "mona", 'subscribe acme/docs issues commits:"release/*"')
    await rig.until(lambda: messages(rig.world.slack, "acme", "general"))
    await browser.signs_in()
    return rig


def _channel_id(rig: Any) -> str:
    return str(rig.world.slack.channel("acme", "general").channel_id)


async def test_a_subscription_is_listed_in_the_words_that_were_typed(subscribed: Any, browser: Any) -> None:
    page = await browser.opens("subscriptions")

    assert f"Acme / {_channel_id(subscribed)}" in page.says
    assert "acme/docs" in page.says
    assert 'issues commits:"release/*"' in page.says
    assert subscribed.world.slack.user("acme", "mona").user_id in page.says
    assert "\narrives\n" in page.says


async def test_what_does_not_arrive_is_told_with_its_reason(browser: Any, stored: Stored) -> None:
    newer = update(subscriptions).where(subscriptions.c.target_id == 4).values(wants='{"v": 99}')
    await stored(_address(1), _address(2, parked_reason="is_archived"), _subscription(1, 1, paused_at=5.0))
    await stored(_subscription(2, 2), _subscription(1, 3, paused_at=5.0), _sponsor(1, 3, "U8"), _subscription(2, 4))
    await stored(newer)
    await browser.signs_in()

    page = await browser.opens("subscriptions")

    assert "paused\nnobody there sponsors it\n" in page.says
    assert "paused\nthe channel is shared, and no administrator has allowed it\n" in page.says
    assert page.says.count("parked\nis_archived\n") == 2
    assert "Stored by a newer version of the agent: nothing arrives." in page.says
    assert "U8" in page.says
    assert "\narrives\n" not in page.says


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("workspace=T9", ["globex/repo-001", "globex/repo-002"]),
        ("workspace=T8", []),
        ("channel=C2", ["globex/repo-002"]),
        ("repository=GLOBEX", ["globex/repo-001", "globex/repo-002"]),
        ("repository=globex/repo-001", ["globex/repo-001"]),
        ("sponsor=U8", ["globex/repo-001"]),
        ("sponsor=%00", []),
    ],
)
async def test_the_list_is_filtered(browser: Any, stored: Stored, query: str, names: list[str]) -> None:
    await stored(_address(1), _address(2), _subscription(1, 1), _subscription(2, 2), _sponsor(1, 1, "U8"))
    await browser.signs_in()

    page = await browser.opens(f"subscriptions?{query}")

    assert page.status == 200
    assert [line for line in page.says.split("\n") if line.startswith("globex/")] == names
    assert ("No subscription fits." in page.says) is (not names)


async def test_a_long_list_is_turned_page_by_page_with_its_filters(browser: Any, stored: Stored) -> None:
    await stored(_address(1), _address(2), *(_subscription(1, number) for number in range(101)), _subscription(2, 999))
    await browser.signs_in()

    pages = [await browser.opens("subscriptions?channel=C1")]
    while following := _link(pages[-1], "Next"):
        pages.append(await browser.opens(f"subscriptions{following}"))

    shown = [line for each in pages for line in each.says.split("\n") if line.startswith("globex/")]
    assert shown == [f"globex/repo-{number:03}" for number in range(101)]
    assert [_link(each, "First page") for each in pages] == ["", *["subscriptions?channel=C1"] * 2]


async def test_an_empty_list_says_so(browser: Any) -> None:
    await browser.signs_in()

    page = await browser.opens("subscriptions")

    assert "No channel is subscribed to anything yet." in page.says


async def test_one_is_removed_once_it_is_confirmed(subscribed: Any, browser: Any) -> None:
    await browser.opens("subscriptions?repository=acme")

    asked = await browser.presses("Remove")
    still = await subscribed_names(subscribed)
    done = await browser.presses("Remove")
    audit = await browser.opens("audit?action=unsubscribe")

    assert "Remove this subscription?" in asked.says
    assert 'issues commits:"release/*"' in asked.says
    assert (still, await subscribed_names(subscribed)) == (["acme/docs"], [])
    assert f"The channel {_channel_id(subscribed)} is no longer subscribed to acme/docs." in done.says
    assert done.url.endswith("/setup/subscriptions?repository=acme")
    assert "password\n" in audit.says
    assert "acme/docs" in audit.says


async def subscribed_names(rig: Any) -> list[str]:
    return [each.target.name for each in await run.listed(rig.settings, {})]


async def test_what_somebody_changed_meanwhile_is_not_removed(subscribed: Any, browser: Any, stored: Stored) -> None:
    await browser.opens("subscriptions")
    await browser.presses("Remove")
    await stored(update(subscriptions).values(wants=WANTS))

    page = await browser.presses("Remove")

    assert page.status == 422
    assert "Somebody has changed or removed this subscription since you looked at it" in page.says
    assert await subscribed_names(subscribed) == ["acme/docs"]


@pytest.mark.parametrize("number", ["1", "", "-1", "x", "9" * 18, "9" * 40, "²"])
async def test_what_is_gone_cannot_be_removed(browser: Any, number: str) -> None:
    await browser.signs_in()
    page = await browser.opens("subscriptions")
    csrf = page.forms[-1]["csrf"]

    asked = await browser.posts("subscriptions", csrf=csrf, act="remove", id=number)
    confirmed = await browser.posts("subscriptions", csrf=csrf, act="remove_now", id=number)

    assert (asked.status, "There is no such subscription any more." in asked.says) == (422, True)
    assert (confirmed.status, "so nothing was done. Look at it again." in confirmed.says) == (422, True)


async def test_the_file_is_the_one_that_the_command_line_prints(subscribed: Any, browser: Any) -> None:
    await browser.opens("subscriptions")

    file = await browser.presses("Export as a file")

    assert file.body == await run.exported(subscribed.settings)
    assert '"acme/docs" = \'issues commits:"release/*"\'' in file.body
    assert file.headers["Content-Disposition"] == 'attachment; filename="subscriptions.toml"'
    assert (file.headers["Cache-Control"], file.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


async def test_what_a_newer_version_stored_is_not_exported(subscribed: Any, browser: Any, stored: Stored) -> None:
    await stored(update(subscriptions).values(wants='{"v": 99}'))
    await browser.opens("subscriptions")

    page = await browser.presses("Export as a file")

    assert subscribed
    assert page.status == 422
    assert "A subscription was stored by a newer version; run that version or a later one. The list shows" in page.says


@pytest.mark.parametrize("act", ["remove", "remove_now", "export"])
async def test_nothing_is_done_without_the_token_of_the_session(subscribed: Any, browser: Any, act: str) -> None:
    page = await browser.posts("subscriptions", csrf="made up", act=act, id="1")

    assert page.status == 403
    assert await subscribed_names(subscribed) == ["acme/docs"]


async def test_nobody_sees_the_page_without_signing_in(browser: Any) -> None:
    page = await browser.opens("subscriptions")

    assert "/setup/sign-in" in page.url


async def test_what_people_have_written_is_shown_as_text(browser: Any, stored: Stored) -> None:
    label = encode(Wants(features={"issues": PLAIN}, labels=(("<b>",),)))
    await stored(_address(1), _subscription(1, 1, target="<b>/<b>", wants=label), _sponsor(1, 1, "<b>"))
    await browser.signs_in()

    page = await browser.opens("subscriptions?repository=%3Cb%3E&sponsor=%3Cb%3E")
    asked = await browser.presses("Remove")

    assert "+label:" in page.says
    assert "<b>" not in page.body + asked.body


def _link(page: Any, label: str) -> str:
    """Where a link leads; empty when there is none."""
    before, found, _ = page.body.partition(f'">{label}</a>')
    return before.rpartition('href="')[2].replace("&amp;", "&") if found else ""
