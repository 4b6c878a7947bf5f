"""Who may act, and where: the guards of what is done on GHES."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agent.ghes.answers import Refused, Unreachable
from agent.ghes.repositories import Found, NotFound, NotInstalled
from agent.people.ports import Member, MemberKind, NotLinked, NotSetUp, SlackSilent
from agent.slash.call import Call
from agent.slash.guards import actor, full_member, readable
from agent.slash.later import installed, signed_in
from agent.slash.ports import Ports
from agent.slash.reply import Reply
from agent.subscriptions.request import Named

SHOP = Named(owner="octo", repo="shop")
Typed = Callable[..., Call]


async def test_who_is_linked_acts_as_themselves(typed: Typed, ports: Ports, linked: Any) -> None:
    person = linked()

    found = await actor(typed("open"), ports)

    assert not isinstance(found, Reply)
    assert found.person == person


async def test_who_isnt_linked_is_offered_to_sign_in_and_the_call_waits(typed: Typed, ports: Ports, later: Any) -> None:
    call = typed("open octo/shop")

    reply = await actor(call, ports)

    assert isinstance(reply, Reply)
    assert "Connect GitHub account" in [button.text for button in reply.buttons]
    assert later.kept == [(call, signed_in("T1", "U1"))]


async def test_a_sign_in_that_has_ended_is_named_as_the_reason(typed: Typed, ports: Ports, actors: Any) -> None:
    actors.instead = NotLinked(ended=True)

    reply = await actor(typed("open"), ports)

    assert isinstance(reply, Reply)
    assert reply.text.startswith("GitHub Enterprise no longer accepts your sign-in, so nothing was changed.")


@pytest.mark.parametrize(
    ("instead", "says"),
    [
        (
            Unreachable(reason="https://ghe.example.com can't be reached (unreachable)."),
            "https://ghe.example.com can't be reached (unreachable). Nothing was changed; try again in a moment.",
        ),
        (
            NotSetUp(),
            "I'm not connected to GitHub Enterprise yet: the GitHub App isn't set up, so nothing was changed.",
        ),
    ],
)
async def test_where_nobody_can_act_now_nothing_waits(
    typed: Typed, ports: Ports, actors: Any, later: Any, instead: Any, says: str
) -> None:
    actors.instead = instead

    reply = await actor(typed("open"), ports)

    assert isinstance(reply, Reply)
    assert (reply.text.startswith(says), later.kept) == (True, [])


@pytest.mark.parametrize(
    ("member", "says"),
    [
        (Member(kind=MemberKind.FULL, name="Mona"), None),
        (Member(kind=MemberKind.GUEST, name="Gus"), "Guests of this workspace can't do that"),
        (
            Member(kind=MemberKind.STRANGER, name="Sue"),
            "Only people of the workspace that I'm installed in can do that",
        ),
        (
            SlackSilent("ratelimited"),
            "Slack told me nothing about your account (`ratelimited`), so nothing was changed.",
        ),
    ],
)
async def test_only_full_members_of_the_workspace_may(
    typed: Typed, ports: Ports, members: Any, member: Any, says: str | None
) -> None:
    members.named["U1"] = member

    refused = await full_member(typed("open"), ports)

    assert (refused is None) == (says is None)
    assert refused is None or refused.text.startswith(str(says))


async def test_a_repository_that_the_person_and_the_app_may_read_is_found(
    typed: Typed, ports: Ports, linked: Any, actors: Any
) -> None:
    linked()
    person = await actors.of("T1", "U1")
    person.answers["GET /repos/octo/vault"] = {"full_name": "octo/vault"}

    found = await readable(Named(owner="octo", repo="vault"), typed("open"), person, ports)

    assert isinstance(found, Found)
    assert found.repository.full_name == "octo/vault"


async def test_a_hidden_repository_and_a_missing_one_are_refused_in_the_same_words(
    typed: Typed, ports: Ports, linked: Any, actors: Any, repositories: Any
) -> None:
    linked()
    person = await actors.of("T1", "U1")
    vault = Named(owner="octo", repo="vault")

    hidden = await readable(vault, typed("open"), person, ports)
    repositories.repositories["octo/vault"] = NotFound(owner="octo", name="vault")
    missing = await readable(vault, typed("open"), person, ports)

    assert hidden == missing
    assert isinstance(hidden, Reply)
    assert hidden.text.startswith("There is no repository `octo/vault` that you may read on GitHub Enterprise.")


async def test_a_repository_without_the_app_is_a_button_away_and_the_call_waits(
    typed: Typed, ports: Ports, linked: Any, actors: Any, repositories: Any, later: Any
) -> None:
    linked()
    person = await actors.of("T1", "U1")
    person.answers["GET /repos/octo/shop"] = {"full_name": "octo/shop"}
    repositories.repositories["octo/shop"] = NotInstalled(owner="Octo", settings_url="")

    reply = await readable(SHOP, typed("open octo/shop"), person, ports)

    assert isinstance(reply, Reply)
    assert [button.text for button in reply.buttons] == ["Install GitHub App"]
    assert reply.text.endswith("within 30 minutes: then I carry out `/ghe open octo/shop` by myself.")
    assert [step for _, step in later.kept] == [installed("octo")]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Refused(status=401, message="Bad credentials"), "GitHub Enterprise no longer accepts your sign-in"),
        (Refused(status=403, message="<suspended>"), "GitHub Enterprise refused the request: 403 &lt;suspended&gt;"),
        (Unreachable(reason="It is away."), "It is away. Nothing was changed; try again in a moment."),
    ],
)
async def test_a_ghes_that_gives_no_answer_is_named(
    typed: Typed, ports: Ports, linked: Any, actors: Any, answer: Any, says: str
) -> None:
    linked()
    person = await actors.of("T1", "U1")
    person.answers["GET /repos/octo/shop"] = answer

    reply = await readable(SHOP, typed("open"), person, ports)

    assert isinstance(reply, Reply)
    assert reply.text.startswith(says)


@pytest.mark.parametrize(("is_shared", "passes"), [(False, True), (True, False)])
async def test_an_app_that_may_not_ask_who_people_are_takes_them_for_members_where_no_stranger_is(
    typed: Typed,
    ports: Ports,
    members: Any,
    channels: Any,
    is_shared: bool,  # noqa: FBT001
    passes: bool,  # noqa: FBT001
) -> None:
    members.named["U1"] = SlackSilent("missing_scope")
    channels.known["C1"] = replace(channels.known["C1"], is_ext_shared=is_shared)

    refusal = await full_member(typed("subscribe octo/shop"), ports)

    assert (refusal is None) is passes
