"""GHES's no, in words."""

from collections.abc import Callable
from typing import Any

import pytest

from agent.ghes.answers import Refused, Unreachable
from agent.slash.call import Call
from agent.slash.guards import unreachable
from agent.slash.later import signed_in
from agent.slash.ports import Ports
from agent.slash.refusals import refusal
from agent.slash.reply import Visible
from shared.card import DataClass

Typed = Callable[..., Call]
WHAT = "close octo/shop#1"


@pytest.mark.parametrize(
    ("status", "message", "because"),
    [
        (403, "Sorry. Your account was suspended.", "your account on GitHub Enterprise is suspended (`Sorry. Your"),
        (
            403,
            "Repository was archived so is read-only.",
            "the repository is archived, so nothing in it can be changed.",
        ),
        (403, "You have exceeded a secondary rate limit.", "GitHub Enterprise takes no more requests from you"),
        (429, "Too many requests", "GitHub Enterprise takes no more requests from you for a while."),
        (403, "Must have admin rights", "GitHub Enterprise doesn't let you (`Must have admin rights`). Ask an owner"),
        (404, "Not Found", "it isn't there, or you may not see it."),
        (410, "Issues are disabled for this repo", "issues are turned off in this repository."),
        (410, "This issue was deleted", "it is gone (`This issue was deleted`)."),
        (422, "Validation Failed for 'title'", "GitHub Enterprise doesn't take it as it is (`Validation Failed for"),
        (409, "Head moved", "GitHub Enterprise refused it (409, `Head moved`)."),
    ],
)
async def test_each_no_says_what_it_means(typed: Typed, ports: Ports, status: int, message: str, because: str) -> None:
    reply = await refusal(typed("close"), Refused(status=status, message=message), ports, what=WHAT)

    assert reply.visible is Visible.PERSON
    assert reply.text.startswith(f"I couldn't {WHAT}: {because}")


async def test_what_ghes_says_cannot_mention_anybody(typed: Typed, ports: Ports) -> None:
    message = "<!channel> `code` {said} & more"

    reply = await refusal(typed("close"), Refused(status=422, message=message), ports, what=WHAT)

    assert "(`&lt;!channel&gt; ˋcodeˋ {said} &amp; more`)" in reply.text


@pytest.mark.parametrize("data_class", [DataClass.TITLE, DataClass.LINK])
@pytest.mark.parametrize(
    ("status", "because"),
    [
        (403, "GitHub Enterprise doesn't let you (403). Ask an owner"),
        (422, "GitHub Enterprise doesn't take it as it is (422). Correct it"),
        (409, "GitHub Enterprise refused it (409). Look at it there"),
    ],
)
async def test_where_texts_are_hidden_so_are_ghess_own_words(
    typed: Typed, ports: Ports, data_classes: dict[str, DataClass], data_class: DataClass, status: int, because: str
) -> None:
    data_classes["T1"] = data_class

    reply = await refusal(typed("close"), Refused(status=status, message="mona's label is odd"), ports, what=WHAT)

    assert reply.text.startswith(f"I couldn't {WHAT}: {because}")
    assert "mona" not in reply.text


@pytest.mark.parametrize("data_class", DataClass)
async def test_why_ghes_could_not_be_asked_is_told_in_our_words_where_its_own_are_hidden(
    typed: Typed, ports: Ports, data_classes: dict[str, DataClass], data_class: DataClass
) -> None:
    data_classes["T1"] = data_class
    refused = Refused(status=403, message="mona is over the limit").as_unreachable

    replies = [await refusal(typed("close"), refused, ports, what=WHAT), unreachable(refused, typed("close"), ports)]

    assert ["mona" in each.text for each in replies] == [data_class is DataClass.FULL] * 2
    assert all("403" in each.text for each in replies)


async def test_an_app_that_lacks_something_is_a_button_away(typed: Typed, ports: Ports) -> None:
    refused = Refused(status=403, message="Resource not accessible by integration")

    reply = await refusal(typed("close"), refused, ports, what=WHAT)

    assert [(button.text, button.url) for button in reply.buttons] == [("Install GitHub App", ports.install_url)]
    assert "the GitHub App isn't installed there, or it lacks a permission" in reply.text


async def test_a_sign_in_that_has_ended_is_offered_anew_and_what_was_asked_waits(
    typed: Typed, ports: Ports, later: Any
) -> None:
    call = typed("close octo/shop#1")

    reply = await refusal(call, Refused(status=401, message="Bad credentials"), ports, what=WHAT)

    assert reply.text.startswith(f"I couldn't {WHAT}: GitHub Enterprise no longer accepts your sign-in.")
    assert "Connect GitHub account" in [button.text for button in reply.buttons]
    assert later.kept == [(call, signed_in("T1", "U1"))]


async def test_a_ghes_that_is_away_is_no_refusal(typed: Typed, ports: Ports) -> None:
    reply = await refusal(typed("close"), Unreachable(reason="It is <away>."), ports, what=WHAT)

    assert reply.text == f"I couldn't {WHAT}: It is &lt;away&gt;. Try again in a moment."
