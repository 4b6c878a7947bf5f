"""Forms that are opened at once, on a Slack that answers what the test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from agent.interactions import open_form
from agent.people.person import Person
from agent.slack.openings import REMEMBERED, Openings
from agent.slack.web_api import Answer
from agent.slash.asked import Asked
from agent.slash.call import Call
from agent.slash.click import Click
from agent.slash.view import OPEN_FORM, View
from infra.sandbox.driven_clock import settle
from shared.outcome import Refused

FORM = View(title="Open a new issue", blocks=[], callback_id="issue", submit="Open")
OPENED = Answer({"view": {"id": "V1", "hash": "h1"}})
ADA = Person(team_id="T1", user_id="U1", ghes_id=1, login="ada", linked_at=datetime(2026, 11, 22, tzinfo=UTC))


class Slack:
    """Answers by method, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {"views.open": OPENED, "views.push": OPENED, "views.update": Answer({})}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def call(self, _team_id: str, method: str, **arguments: Any) -> Any:
        self.calls.append((method, arguments))
        return self.answers[method]

    def called(self) -> list[str]:
        return [method for method, _ in self.calls]


class Everybody:
    """All are linked, or nobody is."""

    linked: Person | None = ADA

    async def of(self, _team_id: str, _user_id: str) -> Person | None:
        return self.linked

    async def on_ghes(self, _team_id: str, _logins: object) -> dict[str, str]:
        return {}


def click(id_: str = "3.4", view_kind: str = "") -> Click:
    return Click(
        id=id_, action_id=OPEN_FORM, value="k", team_id="T1", channel_id="C1", user_id="U1",
        response_url="https://hooks.slack.com/1", view_kind=view_kind,
    )  # fmt: skip


def typed(text: str) -> Call:
    return Call(
        id="1.2", command="/ghe", text=text, team_id="T1", enterprise_id="", channel_id="C1", user_id="U1",
        response_url="",
    )  # fmt: skip


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def people() -> Everybody:
    return Everybody()


@pytest.fixture
async def openings(slack: Slack, people: Everybody) -> AsyncIterator[Openings]:
    made: Any = Openings(slack, people)  # type: ignore[arg-type]
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()


async def begun(openings: Openings, asked: Asked) -> None:
    openings.begin(asked)
    await settle()


async def test_a_form_is_opened_at_once_and_filled_in_place(openings: Openings, slack: Slack) -> None:
    await begun(openings, click())
    shown = await openings.show(click(), FORM)

    opened, updated = (arguments for _, arguments in slack.calls)
    assert (shown, slack.called()) == (True, ["views.open", "views.update"])
    assert opened["trigger_id"] == "3.4"
    assert "Loading…" in str(opened["view"]["blocks"])
    assert opened["view"]["title"]["text"] == open_form.OPENS[OPEN_FORM].title
    assert (updated["view_id"], updated["hash"], updated["view"]["callback_id"]) == ("V1", "h1", "issue")
    assert '"channel": "C1"' in updated["view"]["private_metadata"]


async def test_a_gesture_that_opens_nothing_calls_nobody(openings: Openings, slack: Slack) -> None:
    await begun(openings, typed("help"))

    assert (slack.calls, await openings.show(typed("help"), FORM)) == ([], False)


async def test_a_gesture_that_comes_twice_opens_one_form(openings: Openings, slack: Slack) -> None:
    await begun(openings, click())
    await begun(openings, click())

    assert slack.called() == ["views.open"]


async def test_from_within_a_modal_the_form_goes_on_top(openings: Openings, slack: Slack) -> None:
    await begun(openings, click(view_kind="modal"))

    assert slack.called() == ["views.push"]


async def test_who_has_no_account_gets_no_form_unless_it_is_for_anyone(
    openings: Openings, slack: Slack, people: Everybody, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.linked = None
    await begun(openings, click("1"))
    nothing = slack.called()
    opening = open_form.OPENS[OPEN_FORM]
    monkeypatch.setattr("agent.slack.openings.opens", lambda _asked: type(opening)("Sign in", for_anyone=True))
    await begun(openings, click("2"))

    assert (nothing, slack.called()) == ([], ["views.open"])


@pytest.mark.parametrize("reason", ["expired_trigger_id", "exchanged_trigger_id"])
async def test_a_form_that_slack_does_not_open_is_not_shown(openings: Openings, slack: Slack, reason: str) -> None:
    slack.answers["views.open"] = Refused(reason)
    await begun(openings, click())

    assert (await openings.is_open(click()), await openings.show(click(), FORM)) == (False, False)


async def test_a_form_that_was_closed_meanwhile_needs_no_answer_any_more(openings: Openings, slack: Slack) -> None:
    await begun(openings, click())
    slack.answers["views.update"] = Refused("not_found")

    assert await openings.show(click(), FORM)


async def test_a_form_that_cannot_be_filled_is_said_so(openings: Openings, slack: Slack) -> None:
    await begun(openings, click())
    slack.answers["views.update"] = Refused("hash_conflict")

    with capture_logs():
        assert not await openings.show(click(), FORM)


async def test_a_form_that_fails_holds_up_no_other(
    openings: Openings, slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    works = slack.call
    monkeypatch.setattr(slack, "call", broken)
    with capture_logs():
        await begun(openings, click("1"))
    monkeypatch.setattr(slack, "call", works)
    await begun(openings, click("2"))

    assert [await openings.is_open(click(id_)) for id_ in "12"] == [False, True]


async def test_the_oldest_openings_are_forgotten(openings: Openings) -> None:
    for number in range(REMEMBERED + 1):
        openings.begin(click(str(number)))
    await settle()

    assert [await openings.is_open(click(id_)) for id_ in ("0", str(REMEMBERED))] == [False, True]
