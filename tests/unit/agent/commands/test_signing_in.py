from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.people.ports import (
    DeviceCode,
    Linked,
    Member,
    MemberKind,
    NoCode,
    NotSetUp,
    SignedOut,
    SlackSilent,
    WrongCode,
)
from agent.slash.click import Click
from agent.slash.dispatch import answer_to, opens
from agent.slash.ports import Ports
from agent.slash.reply import OPEN_URL, Reply
from agent.slash.signing_in import CONNECT, CONNECTED, ENTER_CODE, NOT_CONNECTED
from agent.slash.submission import Submission
from agent.slash.tables import flows
from agent.slash.view import View
from shared.card import DataClass

Say = Callable[..., Awaitable[Reply]]
AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def submission(entered: str) -> Submission:
    return Submission(
        id="V1",
        callback_id=ENTER_CODE,
        team_id="T1",
        channel_id="C1",
        user_id="U1",
        home_team_id="T1",
        metadata={},
        values={"code": (entered,)},
    )


def click(action_id: str, value: str = "") -> Click:
    return Click(id="3.4", action_id=action_id, value=value, team_id="T1", channel_id="", user_id="U1", response_url="")


def buttons(reply: Reply) -> list[tuple[str, str]]:
    return [(button.text, button.action_id) for button in reply.buttons]


async def test_signing_in_offers_a_link_and_a_place_for_the_code(say: Say) -> None:
    reply = await say("signin")

    assert "isn't connected with Slack yet" in reply.text
    assert buttons(reply) == [("Connect GitHub account", OPEN_URL), ("Enter code", ENTER_CODE)]
    assert reply.buttons[1].anywhere


async def test_who_is_linked_learns_as_whom_and_gets_a_link_too(say: Say, linked: Any) -> None:
    linked("U1", "mona")

    reply = await say("signin")

    assert "You're connected as <https://ghe.example.com/mona|mona>" in reply.text
    assert len(reply.buttons) == 2


async def test_a_device_code_is_shown_with_its_page_and_nothing_is_brought_back(say: Say, signing_in: Any) -> None:
    signing_in.offered = DeviceCode(url="https://ghe.example.com/login/device", user_code="WXYZ-2345", ends_at=AT)

    reply = await say("signin")

    assert "`WXYZ-2345`" in reply.text
    assert [button.url for button in reply.buttons] == ["https://ghe.example.com/login/device"]


async def test_without_oauth_the_reply_says_who_can_help(say: Say, signing_in: Any) -> None:
    signing_in.offered = NotSetUp()

    reply = await say("signin")

    assert "Ask whoever runs this app" in reply.text
    assert reply.buttons == ()


@pytest.mark.parametrize(
    ("member", "says"),
    [
        (Member(kind=MemberKind.GUEST, name="Gus"), "Only full members"),
        (Member(kind=MemberKind.STRANGER, name="Sam"), "Only full members"),
        (SlackSilent("unreachable"), "Try again in a moment"),
    ],
)
async def test_who_is_not_known_as_a_full_member_is_offered_nothing(
    say: Say, members: Any, member: Member | SlackSilent, says: str
) -> None:
    members.named["U1"] = member

    reply = await say("signin")

    assert says in reply.text
    assert reply.buttons == ()


async def test_the_form_for_the_code_is_for_anyone(ports: Ports) -> None:
    opening = opens(click(ENTER_CODE))

    view = await answer_to(click(ENTER_CODE), ports)

    assert opening is not None
    assert opening.for_anyone
    assert isinstance(view, View)
    assert view.callback_id == ENTER_CODE


async def test_the_right_code_says_who_is_linked_with_whom_and_what_one_can_do(
    ports: Ports, signing_in: Any, linked: Any
) -> None:
    signing_in.entered = Linked(person=linked("U1", "mona"))

    reply = await answer_to(submission("CDFH-2345"), replace(ports, command="/octo"))

    assert isinstance(reply, Reply)
    assert reply.text.startswith("Success! <@U1> is now connected to <https://ghe.example.com/mona|mona>")
    assert "`/octo subscribe owner/repo`" in reply.text


async def test_where_people_are_hidden_nobody_is_named(
    ports: Ports, signing_in: Any, linked: Any, data_classes: dict[str, DataClass]
) -> None:
    data_classes["T1"] = DataClass.LINK
    signing_in.entered = Linked(person=linked("U1", "mona"))

    reply = await answer_to(submission("CDFH-2345"), ports)

    assert isinstance(reply, Reply)
    assert reply.text.startswith("Success! <@U1> is now connected on GitHub Enterprise.")
    assert "mona" not in reply.text


@pytest.mark.parametrize(
    ("entered", "says"),
    [
        (WrongCode(tries_left=2), "2 tries left"),
        (WrongCode(tries_left=1), "1 try left"),
        (WrongCode(tries_left=0), "it was the last try"),
        (NoCode(), "There is no code to enter"),
    ],
)
async def test_a_code_that_links_nobody_comes_with_the_buttons_again(
    ports: Ports, signing_in: Any, entered: WrongCode | NoCode, says: str
) -> None:
    signing_in.entered = entered

    reply = await answer_to(submission("CDFH-2345"), ports)

    assert isinstance(reply, Reply)
    assert says in reply.text
    assert [text for text, _ in buttons(reply)] == ["Connect GitHub account", "Enter code"]


async def test_who_is_linked_and_enters_a_code_that_nobody_waits_for_learns_as_whom(ports: Ports, linked: Any) -> None:
    linked("U1", "mona")

    reply = await answer_to(submission("CDFH-2345"), ports)

    assert isinstance(reply, Reply)
    assert "You're connected as" in reply.text


@pytest.mark.parametrize(
    ("entered", "wrong"), [("", True), ("  ", True), ("1234", True), ("CDFH-2345", False), ("cdfh 2345", False)]
)
def test_what_cannot_be_a_code_is_refused_at_its_field(entered: str, wrong: bool) -> None:  # noqa: FBT001
    errors = flows().checks[ENTER_CODE](submission(entered))

    assert list(errors) == (["code"] if wrong else [])


async def test_the_end_of_a_device_flow_is_told(ports: Ports, linked: Any) -> None:
    linked("U1", "mona")

    good, bad = await answer_to(click(CONNECTED), ports), await answer_to(click(NOT_CONNECTED, "expired_token"), ports)

    assert isinstance(good, Reply)
    assert good.text.startswith("Success!")
    assert isinstance(bad, Reply)
    assert "Nobody entered the code" in bad.text
    assert [each.action_id for each in bad.buttons] == [CONNECT]


async def test_who_signed_out_meanwhile_is_told_no_success(ports: Ports) -> None:
    assert await answer_to(click(CONNECTED), ports) is None


async def test_signing_out_tells_whether_ghes_has_confirmed_it(say: Say, signing_in: Any, linked: Any) -> None:
    person = linked("U1", "mona")
    confirmed = await say("signout")
    nobody = await say("signout")

    async def unconfirmed(_team_id: str, _user_id: str) -> SignedOut:
        return SignedOut(person=person, revoked=False)

    signing_in.sign_out = unconfirmed
    unsure = await say("signout")

    assert "has confirmed that it no longer accepts them" in confirmed.text
    assert "You aren't signed in" in nobody.text
    assert "https://ghe.example.com/settings/apps/authorizations" in unsure.text


async def test_connecting_after_a_sign_out_begins_anew(say: Say, press: Any) -> None:
    reply = await say("signout")

    offer = await press(reply, user="U1")

    assert [text for text, _ in buttons(offer)] == ["Connect GitHub account", "Enter code"]
