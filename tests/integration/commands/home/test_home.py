"""What stands in Home, and what its buttons do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.faults import ServerError, Slow
from infra.sandbox.slack import people

SEARCH = "/search/issues"


async def test_somebody_who_is_not_linked_is_offered_it(tab: Any) -> None:
    said = await tab.opens()

    assert said.startswith("Your GitHub Enterprise account isn't connected with Slack yet.")
    assert tab.buttons() == ["Connect GitHub account", "Enter code", "Refresh", "Help"]


async def test_home_says_who_one_is_and_what_waits(tab: Any) -> None:
    await tab.links()
    tab.pull("Mend the tap")
    tab.rig.clock._elapsed_s += timedelta(days=3).total_seconds()
    ghes = tab.rig.ghes
    happen.open_issue(
        ghes, ghes.repository("acme/docs"), by=ghes.account("grace"), title="A typo", assignees=[ghes.account("ada")]
    )

    said = await tab.opens()

    assert "You're connected as ada." in said
    assert "Waiting for your review\nMend the tap\nacme/api#1 · by grace · opened 3 days ago" in said
    assert "Assigned to you\nA typo\nacme/docs#1 · by grace · opened just now" in said
    assert tab.buttons() == ["Open a new issue", "Refresh", "Sign out", "Help"]


async def test_what_is_a_draft_or_waits_for_somebody_else_does_not_stand_there(tab: Any) -> None:
    await tab.links()
    tab.pull("For somebody else", reviewer="grace")
    draft = tab.pull("Not ready")
    ghes = tab.rig.ghes
    happen.convert_to_draft(ghes, ghes.repository("acme/api"), draft, by=ghes.account("grace"))

    said = await tab.opens()

    assert "Waiting for your review\nNothing.\nAssigned to you\nNothing." in said


async def test_ten_are_shown_and_the_rest_is_counted(tab: Any) -> None:
    await tab.links()
    for number in range(13):
        tab.pull(f"Pull {number}")
        tab.rig.clock._elapsed_s += 1

    said = await tab.opens()

    shown = [line for line in said.splitlines() if line.startswith("Pull ")]
    assert shown == [f"Pull {number}" for number in range(12, 2, -1)]
    assert "… and 3 more. All of them are on GitHub Enterprise." in said


async def test_home_is_there_before_ghes_has_answered(tab: Any) -> None:
    await tab.links()
    tab.rig.ghes.faults.append(Slow(path=SEARCH, times=2, seconds=10))

    people.open_home(tab.rig.slack, "acme", "mona")
    await tab.rig.within(3, tab.published)
    at_once = tab.says()
    await tab.rig.answered()

    assert "You're connected as ada." in at_once
    assert at_once.count("I'm asking GitHub Enterprise…") == 2
    assert "I'm asking" not in tab.says()


async def test_what_ghes_cannot_say_is_a_sentence_and_refresh_tries_again(tab: Any) -> None:
    await tab.links()
    tab.pull("Mend the tap")
    tab.rig.ghes.faults.append(ServerError(path=SEARCH, times=20, status=503))

    broken = await tab.opens()
    tab.rig.ghes.faults.clear()
    await tab.presses("Refresh")

    assert "Waiting for your review\nGitHub Enterprise answered 503" in broken
    assert "Press *Refresh* to try again." in broken
    assert "Mend the tap" in tab.says()


async def test_what_was_known_earlier_never_replaces_what_was_shown_later(tab: Any) -> None:
    await tab.links()
    tab.rig.ghes.faults.append(Slow(path=SEARCH, times=2, seconds=10))

    people.open_home(tab.rig.slack, "acme", "mona")
    await tab.rig.within(3, tab.published)
    tab.rig.type("signout")
    await tab.rig.answered()
    await tab.rig.passes(15)

    assert tab.published() == 3
    assert tab.buttons()[0] == "Connect GitHub account"


async def test_a_guest_gets_a_sentence(tab: Any) -> None:
    tab.name = "gus"

    said = await tab.opens()

    assert said.startswith("Only full members of this workspace can connect a GitHub account")
    assert tab.buttons() == ["Refresh", "Help"]


async def test_subscriptions_are_those_that_the_person_typed(tab: Any) -> None:
    await tab.links()
    await Other(tab).links()
    await tab.rig.said("subscribe acme/api", "dm-mona")
    await tab.rig.said("subscribe acme/api", "general")
    await tab.rig.said("subscribe acme/docs", "general")
    await tab.rig.said("subscribe acme/docs", "random", "defunkt")

    said = await tab.opens()

    general, random = (tab.rig.slack.channel("acme", name).channel_id for name in ("general", "random"))
    assert "Here, in your direct messages with me: acme/api\n" in said
    assert f"<#{general}>: acme/api, acme/docs\n" in said
    assert random not in said


async def test_signing_out_in_home_changes_home(tab: Any) -> None:
    await tab.links()
    await tab.opens()

    [told] = await tab.presses("Sign out")

    assert told.text.startswith("You're signed out: ")
    assert tab.buttons()[0] == "Connect GitHub account"


async def test_home_changes_when_ghes_ends_the_sign_in(tab: Any) -> None:
    await tab.links()
    await tab.opens()
    ghes = tab.rig.ghes
    happen.revoke_authorization(ghes, ghes.account("ada"))
    await ghes.delivered()

    await tab.rig.passes(5)

    assert tab.buttons()[0] == "Connect GitHub account"


async def test_nobody_has_a_home_made_who_never_opened_it(tab: Any) -> None:
    await tab.links()

    await tab.rig.said("signout")
    await tab.rig.passes(3)

    assert tab.published() == 0


async def test_the_help_comes_as_a_direct_message(tab: Any) -> None:
    await tab.opens()

    [told] = await tab.presses("Help")

    assert told.text.startswith("What I can do:")


async def test_a_new_issue_is_opened_from_home(tab: Any) -> None:
    await tab.links()
    await tab.opens()

    said = await tab.presses("Open a new issue")

    view = people.open_view(tab.rig.slack, "acme", "mona")
    assert said == []
    assert view is not None
    assert view.body["title"]["text"] == "Open a new issue"
    assert view.body["callback_id"] == "open_issue"


@pytest.mark.parametrize(
    ("data_class", "shown"),
    [
        ("title", "Mend the tap\nacme/api#1 · by grace · opened just now"),
        ("link", "acme/api#1 · opened just now"),
    ],
)
async def test_the_data_class_hides_titles_and_people(
    tab: Any, classify: Callable[[str], Any], data_class: str, shown: str
) -> None:
    await tab.links()
    tab.pull("Mend the tap")
    await classify(data_class)

    said = await tab.opens()

    assert f"Waiting for your review\n{shown}\nAssigned" in said
    assert ("connected as ada" in said) == (data_class == "title")


class Other:
    """defunkt, who is grace."""

    def __init__(self, tab: Any) -> None:
        self._tab = tab

    async def links(self) -> None:
        self._tab.name = "defunkt"
        await self._tab.links("grace")
        self._tab.name = "mona"
