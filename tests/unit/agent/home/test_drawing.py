"""Home as blocks: within Slack's limits, and nothing that the data class hides."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.home.drawing import blocks
from agent.home.home import Connected, Home, Outsider, Silent, Subscribed, Thing, Things, Unconnected
from agent.slash.reply import Button, to_person
from infra.sandbox.slack.view_rules import check_view
from shared.card import DataClass

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
HOSTILE = "<!channel> & *bold* | ``` " + "x" * 400


def thing(number: int = 12, title: str = "The tap drips", *, age: timedelta | None = timedelta(days=3)) -> Thing:
    return Thing(
        repository="octo/shop",
        number=number,
        title=title,
        author="octocat",
        url=f"https://ghe.example.com/octo/shop/pull/{number}",
        opened_at=None if age is None else NOW - age,
    )


@pytest.fixture
def home() -> Home:
    """mona's, with one pull request."""
    return Home(
        made_at=NOW,
        account=Connected("mona"),
        reviews=Things(things=(thing(),), total=1),
        assigned=Things(things=(), total=0),
        ghes_url="https://ghe.example.com",
        command="/ghe",
    )


@pytest.fixture
def words() -> Callable[..., str]:
    """All that one reads, a line each."""

    def read(home: Home, data_class: DataClass = DataClass.FULL) -> str:
        found: list[str] = []
        for block in blocks(home, data_class):
            texts: list[Any] = [block["text"]] if "text" in block else list(block["elements"])
            found.extend(each["text"] for each in texts if isinstance(each["text"], str))
        return "\n".join(found)

    return read


def test_home_is_within_the_limits_however_much_there_is(home: Home) -> None:
    many = tuple(thing(number, HOSTILE) for number in range(10))
    channels = [f"C{number:03}" for number in range(60)]
    names = [f"{'o' * 39}/{'r' * 90}{number}" for number in range(40)]
    full = replace(
        home,
        reviews=Things(things=many, total=1234),
        assigned=Things(things=many[:5], total=99),
        subscriptions=tuple(
            Subscribed(channel_id=channel, name=name, paused=True) for channel in ["D1", *channels] for name in names
        ),
    )

    for data_class in DataClass:
        check_view({"type": "home", "blocks": blocks(full, data_class)}, kinds=("home",))


@pytest.mark.parametrize("account", [Unconnected(), Unconnected(to_person("Go on.", buttons=())), Outsider()])
def test_home_of_somebody_unlinked_is_one_that_slack_takes(home: Home, account: Any) -> None:
    check_view({"type": "home", "blocks": blocks(replace(home, account=account), DataClass.FULL)}, kinds=("home",))


def test_somebody_unlinked_reads_nothing_of_ghes(home: Home, words: Callable[..., str]) -> None:
    said = words(replace(home, account=Unconnected()))

    assert "Waiting for your review" not in said
    assert "The tap drips" not in said


def test_the_way_to_link_stands_in_place_of_the_button_that_asked_for_it(home: Home) -> None:
    offer = to_person(
        "Go on in the browser.",
        buttons=(Button(text="Connect GitHub account", action_id="open_url", url="https://agent.example.com/link/x"),),
    )

    drawn = blocks(replace(home, account=Unconnected(offer)), DataClass.FULL)

    actions = [
        element["action_id"] for block in drawn for element in block.get("elements", ()) if "action_id" in element
    ]
    assert drawn[0]["text"]["text"] == "Go on in the browser."
    assert actions == ["open_url", "home_refresh", "home_help"]


@pytest.mark.parametrize("data_class", [DataClass.FULL, DataClass.TITLE])
def test_a_pull_request_has_its_title_place_author_and_age(
    home: Home, words: Callable[..., str], data_class: DataClass
) -> None:
    assert (
        "<https://ghe.example.com/octo/shop/pull/12|The tap drips>\nocto/shop#12 · by octocat · opened 3 days ago"
        in words(home, data_class)
    )


def test_the_class_link_shows_references_only(home: Home, words: Callable[..., str]) -> None:
    said = words(replace(home, subscriptions=(Subscribed(channel_id="C1", name="octo/shop"),)), DataClass.LINK)

    assert "<https://ghe.example.com/octo/shop/pull/12|octo/shop#12> · opened 3 days ago" in said
    assert "<#C1>: <https://ghe.example.com/octo/shop|octo/shop>" in said
    assert said.startswith("You're connected.\n")
    assert "mona" not in said
    assert "tap" not in said
    assert "octocat" not in said


@pytest.mark.parametrize(
    ("age", "opened"),
    [
        (timedelta(days=1), "opened 1 day ago"),
        (timedelta(hours=5, minutes=59), "opened 5 hours ago"),
        (timedelta(minutes=59), "opened just now"),
        (timedelta(seconds=-30), "opened just now"),
    ],
)
def test_an_age_is_in_words(home: Home, words: Callable[..., str], age: timedelta, opened: str) -> None:
    said = words(replace(home, reviews=Things(things=(thing(age=age),), total=1)))

    assert f"by octocat · {opened}\n" in said


def test_a_hostile_title_mentions_nobody(home: Home, words: Callable[..., str]) -> None:
    said = words(replace(home, reviews=Things(things=(thing(title=HOSTILE),), total=1)))

    assert "<!channel>" not in said
    assert "&lt;!channel&gt; &amp; *bold* ¦" in said


def test_what_ghes_does_not_say_is_told_in_its_place(home: Home, words: Callable[..., str]) -> None:
    said = words(replace(home, reviews=Silent("GHES is away. Press *Refresh* to try again.")))

    assert "Waiting for your review\nGHES is away. Press *Refresh* to try again.\nAssigned to you" in said


def test_subscriptions_are_grouped_by_channel_and_the_rest_is_counted(home: Home, words: Callable[..., str]) -> None:
    here = [Subscribed(channel_id="C1", name=f"octo/r{number:02}") for number in range(12)]
    others = [Subscribed(channel_id=f"C2{number:02}", name="octo", paused=True) for number in range(21)]
    direct = Subscribed(channel_id="D1", name="octo/docs")

    said = words(replace(home, subscriptions=(*here, *others, direct)))

    assert "messages with me: <https://ghe.example.com/octo/docs|octo/docs>\n<#C1>: " in said
    assert "|octo/r09>, and 2 more\n" in said
    assert "<#C200>: <https://ghe.example.com/octo|octo> (paused)" in said
    assert "<#C219>" not in said
    assert "… and 2 more channels." in said


def test_home_says_when_it_was_made(home: Home) -> None:
    assert f"<!date^{int(NOW.timestamp())}^" in json.dumps(blocks(home, DataClass.LINK)[-1])
