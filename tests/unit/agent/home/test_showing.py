"""What is shown when, and who is greeted; the ports are those of the folder above."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from agent.ghes.answers import Refused, Unreachable
from agent.home.buttons import REFRESH
from agent.home.greeting import greet
from agent.home.home import Connected, Home, Outsider, Silent, Subscribed, Things, Unconnected
from agent.home.looks import Looks
from agent.home.ports import Homes
from agent.home.showing import show
from agent.people.ports import Member, MemberKind, NotLinked, NotSetUp, SlackSilent
from agent.slash.click import Click
from agent.slash.dispatch import answer_to
from agent.slash.ports import Ports
from agent.slash.reply import Reply
from infra.sandbox.driven_clock import DrivenClock

PULL = {
    "repository_url": "https://ghe.example.com/api/v3/repos/octo/shop",
    "number": 12,
    "title": "The tap drips",
    "html_url": "https://ghe.example.com/octo/shop/pull/12",
    "user": {"login": "octocat"},
    "created_at": "2026-11-20T09:00:00Z",
}


class Shown:
    """Everything that was published, with the hash that it had to replace; each gets a hash of its own."""

    def __init__(self) -> None:
        self.homes: list[tuple[Home, str]] = []
        self.told: list[Reply] = []
        self.works = True

    async def publish(self, team_id: str, user_id: str, home: Home, *, over: str = "") -> str | None:  # noqa: ARG002
        self.homes.append((home, over))
        return f"hash {len(self.homes)}" if self.works else None

    async def tell(self, team_id: str, user_id: str, reply: Reply) -> bool:  # noqa: ARG002 - the port's
        if self.works:
            self.told.append(reply)
        return self.works


class Remembered:
    """In memory."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.greeted: set[str] = set()

    async def shown(self, team_id: str, user_id: str) -> None:  # noqa: ARG002 - the port's
        self.seen.add(user_id)

    async def claim_greeting(self, team_id: str, user_id: str) -> bool:  # noqa: ARG002 - the port's
        new = user_id not in self.greeted
        self.greeted.add(user_id)
        return new

    async def release_greeting(self, team_id: str, user_id: str) -> None:  # noqa: ARG002 - the port's
        self.greeted.remove(user_id)

    async def subscriptions(self, team_id: str, user_id: str) -> Sequence[Subscribed]:  # noqa: ARG002 - the port's
        return [Subscribed(channel_id="C1", name="octo/shop")]


class Searching:
    """Answers every search with the same, and remembers the words."""

    def __init__(self, person: Any, answer: Any) -> None:
        self.person, self.answer = person, answer
        self.asked: list[Mapping[str, str]] = []

    async def get(self, path: str, names: Mapping[str, str] | None = None) -> Any:
        assert path == "/search/issues{?q,sort,per_page}"
        self.asked.append(names or {})
        return self.answer


@pytest.fixture
def screen() -> Shown:
    return Shown()


@pytest.fixture
def homes(screen: Shown) -> Homes:
    clock = DrivenClock()
    return Homes(screen=screen, memory=Remembered(), looks=Looks(clock), clock=clock)


@pytest.fixture
def ports(
    later: Any, accounts: Mapping[str, Any], deeds: Mapping[str, Any], channel_settings: Any, homes: Homes
) -> Ports:
    unused: Any = None
    return Ports(
        subscriptions=unused,
        sponsoring=unused,
        repositories=unused,
        channels=unused,
        channel_settings=channel_settings,
        later=later,
        homes=homes,
        ghes_url="https://ghe.example.com",
        app_slug="ghe-slack",
        **accounts,
        **deeds,
    )


@pytest.fixture
def searching(linked: Any, actors: Any) -> Searching:
    """U1, who is mona, finds one pull request."""
    found = Searching(linked(), {"total_count": 3, "items": [PULL, {"number": "odd"}]})
    actors.known["U1"] = found
    return found


async def test_what_ghes_says_replaces_only_what_was_shown_before_it(
    ports: Ports, homes: Homes, screen: Shown, searching: Searching
) -> None:
    await show("T1", "U1", ports, homes)

    (first, over_first), (second, over_second) = screen.homes
    assert (over_first, over_second) == ("", "hash 1")
    assert (first.account, first.reviews, first.subscriptions[0].name) == (Connected("mona"), None, "octo/shop")
    assert isinstance(second.reviews, Things)
    assert [(each.repository, each.number, each.author) for each in second.reviews.things] == [
        ("octo/shop", 12, "octocat")
    ]
    assert second.reviews.total == 3
    assert searching.asked[0]["q"] == ("is:open is:pull-request draft:false archived:false user-review-requested:mona")
    assert searching.asked[1]["q"] == "is:open is:issue archived:false assignee:mona"


async def test_opened_again_within_a_minute_it_shows_at_once_what_ghes_said_then(
    ports: Ports, homes: Homes, screen: Shown, searching: Searching
) -> None:
    await show("T1", "U1", ports, homes)

    await show("T1", "U1", ports, homes)

    assert len(searching.asked) == 2
    assert [(over, home.reviews is None) for home, over in screen.homes] == [("", True), ("hash 1", False), ("", False)]
    assert screen.homes[2][0].reviews == screen.homes[1][0].reviews


async def test_refresh_has_ghes_asked_again(ports: Ports, homes: Homes, searching: Searching) -> None:
    await show("T1", "U1", ports, homes)
    click = Click(id="1.2", action_id=REFRESH, value="", team_id="T1", channel_id="", user_id="U1", response_url="")

    await answer_to(click, ports)

    assert len(searching.asked) == 4


async def test_what_ghes_did_not_say_is_asked_again_at_once(
    ports: Ports, homes: Homes, screen: Shown, searching: Searching
) -> None:
    searching.answer, answer = Unreachable(reason="GHES is away."), searching.answer
    await show("T1", "U1", ports, homes)
    searching.answer = answer

    await show("T1", "U1", ports, homes)

    assert len(searching.asked) == 4
    assert isinstance(screen.homes[-1][0].reviews, Things)


async def test_ghes_is_not_asked_where_slack_takes_no_home(
    ports: Ports, homes: Homes, screen: Shown, searching: Searching
) -> None:
    screen.works = False

    await show("T1", "U1", ports, homes)

    assert len(screen.homes) == 1
    assert searching.asked == []


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Unreachable(reason="GHES is away."), "GHES is away. Press *Refresh* to try again."),
        (
            Refused(status=422, message="octo/secret can't be searched"),
            "GitHub Enterprise refused to search (422). Press *Refresh* to try again.",
        ),
        (
            Refused(status=401, message="Bad credentials"),
            "GitHub Enterprise no longer accepts your sign-in. `/ghe signin` connects you again.",
        ),
    ],
)
async def test_a_search_that_fails_is_a_sentence(
    ports: Ports, homes: Homes, screen: Shown, searching: Searching, answer: Any, says: str
) -> None:
    searching.answer = answer

    await show("T1", "U1", ports, homes)

    assert screen.homes[-1][0].reviews == Silent(says)


@pytest.mark.parametrize(
    ("instead", "says"),
    [
        (NotLinked(ended=True), "GitHub Enterprise no longer accepts your sign-in."),
        (Unreachable(reason="GHES is away."), "GHES is away."),
        (NotSetUp(), "The GitHub App isn't set up any more."),
    ],
)
async def test_who_cannot_ask_ghes_reads_why(
    ports: Ports, homes: Homes, screen: Shown, linked: Any, actors: Any, instead: Any, says: str
) -> None:
    linked()
    actors.instead = instead

    await show("T1", "U1", ports, homes)

    looked = screen.homes[-1][0].assigned
    assert isinstance(looked, Silent)
    assert looked.says.startswith(says)


@pytest.mark.parametrize("kind", [MemberKind.GUEST, MemberKind.STRANGER])
async def test_a_guest_reads_nothing_even_if_linked_once(
    ports: Ports, homes: Homes, screen: Shown, searching: Searching, members: Any, kind: MemberKind
) -> None:
    members.named["U1"] = Member(kind=kind, name="Gus")

    await show("T1", "U1", ports, homes)

    [(home, _)] = screen.homes
    assert (home.account, home.subscriptions) == (Outsider(), ())
    assert searching.asked == []


async def test_where_slack_does_not_say_who_it_is_home_is_shown_all_the_same(
    ports: Ports, homes: Homes, screen: Shown, members: Any
) -> None:
    members.named["U1"] = SlackSilent("unreachable")

    await show("T1", "U1", ports, homes)

    assert screen.homes[0][0].account == Unconnected()


async def test_a_newcomer_is_greeted_once(ports: Ports, homes: Homes, screen: Shown) -> None:
    first = await greet("T1", "U1", ports, homes)
    second = await greet("T1", "U1", ports, homes)

    assert (first, second, len(screen.told)) == (True, False, 1)
    assert [button.text for button in screen.told[0].buttons] == ["Connect GitHub account", "Enter code"]


async def test_who_slack_does_not_name_is_not_greeted_yet(ports: Ports, homes: Homes, members: Any) -> None:
    members.named["U1"] = SlackSilent("unreachable")
    at_first = await greet("T1", "U1", ports, homes)
    del members.named["U1"]

    assert (at_first, await greet("T1", "U1", ports, homes)) == (False, True)


async def test_a_greeting_that_was_not_sent_is_sent_the_next_time(ports: Ports, homes: Homes, screen: Shown) -> None:
    screen.works = False
    at_first = await greet("T1", "U1", ports, homes)
    screen.works = True

    assert (at_first, await greet("T1", "U1", ports, homes)) == (False, True)
