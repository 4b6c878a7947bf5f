"""Private repositories: who may subscribe them, who sponsors them, and who says yes in shared channels."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Member, MemberKind
from agent.slash.click import Click
from agent.slash.dispatch import answer_to
from agent.slash.ports import Channel, Ports
from agent.slash.reply import Reply, Visible
from agent.sponsors.notices import ALLOW, ANSWERED, PAUSED, QUESTION, REFUSE
from agent.sponsors.ports import Answer
from agent.subscriptions.subscription import Scope, Target
from shared.address import Address

Say = Callable[..., Awaitable[Reply]]
Press = Callable[..., Awaitable[Reply | None]]

HERE = Address(team_id="T1", channel_id="C1")
VAULT = Target(scope=Scope.REPO, id=44, name="octo/vault")
OCTO = Target(scope=Scope.OWNER, id=7, name="octo")
LINK = "<https://ghe.example.com/octo/vault|octo/vault>"
FIELDS = {"id": 44, "name": "vault", "owner": {"id": 7, "login": "octo"}, "visibility": "private"}


@pytest.fixture
async def reader(linked: Callable[..., Any], actors: Any) -> Callable[..., Awaitable[None]]:
    """Links a Slack user who may read octo/vault."""

    async def made(user: str = "U1", login: str = "mona") -> None:
        linked(user, login)
        actor = await actors.of("T1", user)
        actor.answers |= dict.fromkeys(("GET /repos/octo/vault", "GET /repositories/44"), FIELDS)
        actor.answers["GET /user"] = {"login": login}
        actor.answers["GET /user/installations"] = [{"id": 1, "account": {"id": 7, "login": "octo"}}]
        actor.answers["GET /user/installations/1/repositories"] = [FIELDS]

    return made


@pytest.fixture
def abandoned(subscriptions: Any, sponsoring: Any) -> Callable[[], None]:
    """Nobody sponsors octo/vault any more."""

    def made() -> None:
        sponsoring.rows.pop((HERE, VAULT), None)
        subscriptions.paused.add((HERE, VAULT))

    return made


@pytest.fixture
def told(ports: Ports) -> Callable[..., Awaitable[Reply | None]]:
    """What a button, or a notice, leads to."""

    async def pressed(action_id: str, value: str, user: str = "U2") -> Reply | None:
        click = Click(
            id="5.6",
            action_id=action_id,
            value=value,
            team_id="T1",
            channel_id="C1",
            user_id=user,
            response_url="https://hooks.slack.com/actions/1",
        )
        answer = await answer_to(click, ports)
        assert answer is None or isinstance(answer, Reply)
        return answer

    return pressed


async def test_whoever_may_read_a_private_repository_subscribes_it_and_becomes_its_sponsor(
    say: Say, reader: Any, sponsoring: Any
) -> None:
    await reader()

    reply = await say("subscribe octo/vault issues")

    assert reply.visible is Visible.CHANNEL
    assert reply.paragraphs[-1].startswith(
        f"{LINK} is private, and <@U1> is its sponsor here, as somebody who may read"
    )
    assert sponsoring.rows == {(HERE, VAULT): {"U1": ()}}


async def test_whoever_may_not_read_it_hears_the_same_as_of_a_missing_one(
    say: Say, linked: Callable[..., Any], subscriptions: Any, sponsoring: Any
) -> None:
    linked()

    private, missing = [await say(f"subscribe octo/{name}") for name in ("vault", "shop-2")]

    assert "There is no repository `octo/vault` that you may read" in private.text
    assert private.buttons == ()
    assert "shop-2" in missing.text
    assert (subscriptions.rows, sponsoring.rows) == ({}, {})


@pytest.mark.parametrize("kind", [MemberKind.GUEST, MemberKind.STRANGER])
@pytest.mark.parametrize("command", ["subscribe octo/shop", "unsubscribe octo/next.js"])
async def test_guests_and_strangers_change_nothing(
    say: Say, members: Any, subscriptions: Any, kind: MemberKind, command: str
) -> None:
    await say("subscribe octo/next.js")
    before = dict(subscriptions.rows)
    members.named["U9"] = Member(kind=kind, name="Gus")

    reply = await say(command, user="U9")

    assert reply.visible is Visible.PERSON
    assert "nothing was changed" in reply.text
    assert subscriptions.rows == before


async def test_an_owner_brings_the_private_repositories_that_its_sponsor_may_read(
    say: Say, reader: Any, sponsoring: Any
) -> None:
    await reader()

    reply = await say("subscribe octo")

    assert sponsoring.rows == {(HERE, OCTO): {"U1": (44,)}}
    assert "<@U1> is the sponsor of <https://ghe.example.com/octo|octo>'s private repositories here" in reply.text
    assert "stay silent" not in reply.text


async def test_a_paused_subscription_is_marked_and_typed_again_it_goes_on(
    say: Say, reader: Any, subscriptions: Any, abandoned: Any
) -> None:
    await reader()
    await say("subscribe octo/vault issues")
    abandoned()
    await reader("U2", "ada")

    listed = await say("subscribe list")
    again = await say("subscribe octo/vault", user="U2")

    assert "(paused: nobody here may read it; *Take over* resumes it)" in listed.text
    assert [button.text for button in listed.buttons] == ["Take over"]
    assert again.visible is Visible.CHANNEL
    assert again.text.startswith(f"<@U2> took over {LINK}, which was paused")
    assert not subscriptions.paused


async def test_take_over_takes_somebody_who_may_read_it(
    say: Say, press: Press, reader: Any, linked: Callable[..., Any], subscriptions: Any, told: Any, abandoned: Any
) -> None:
    await reader()
    await say("subscribe octo/vault issues")
    abandoned()
    linked("U3", "eve")
    await reader("U2", "ada")

    message: Any = await told(PAUSED, "repo 44 octo/vault", user="")
    stranger: Any = await press(message, user="U3")
    taken: Any = await press(message, user="U2")

    assert message.visible is Visible.CHANNEL
    assert "may not read it" in stranger.text
    assert (taken.visible, taken.text.startswith("<@U2> took over")) == (Visible.CHANNEL, True)
    assert not subscriptions.paused
    assert await told(PAUSED, "repo 44 octo/vault", user="") is None


async def test_take_over_waits_for_a_sign_in(
    say: Say, press: Press, reader: Any, later: Any, told: Any, abandoned: Any
) -> None:
    await reader()
    await say("subscribe octo/vault issues")
    abandoned()

    reply = await press(await told(PAUSED, "repo 44 octo/vault", user=""), user="U2")

    assert reply is not None
    assert [button.text for button in reply.buttons] == ["Connect GitHub account", "Enter code"]
    assert [step for _, step in later.kept] == ["sign-in T1 U2"]


async def test_take_over_while_ghes_is_away_changes_nothing(
    say: Say, press: Press, reader: Any, actors: Any, subscriptions: Any, told: Any, abandoned: Any
) -> None:
    await reader()
    await say("subscribe octo/vault issues")
    abandoned()
    actors.known["U1"].answers["GET /repositories/44"] = Unreachable(reason="GitHub Enterprise answered 502.")

    reply = await press(await told(PAUSED, "repo 44 octo/vault", user=""), user="U1")

    assert reply is not None
    assert reply.text == "GitHub Enterprise answered 502. Nothing was changed; try again in a moment."
    assert subscriptions.paused == {(HERE, VAULT)}


async def test_a_shared_channel_needs_an_administrators_yes(
    say: Say,
    reader: Any,
    channels: Any,
    channel: Callable[..., Channel],
    sponsoring: Any,
    later: Any,
    subscriptions: Any,
) -> None:
    await reader()
    channels.known["C1"] = channel(shared=True)
    sponsoring.admins = ["U7"]

    asking = await say("subscribe octo/vault")
    sponsoring.said[HERE, 44] = Answer.YES
    allowed = await say("subscribe octo/vault")

    assert "I've asked the administrators of this app to allow it" in asking.text
    assert sponsoring.asked == [(HERE, VAULT, "U1")]
    assert [step for _, step in later.kept] == ["allow T1 C1 44"]
    assert allowed.visible is Visible.CHANNEL
    assert len(subscriptions.rows) == 1


async def test_without_an_administrator_who_is_connected_the_reply_says_so(
    say: Say, reader: Any, channels: Any, channel: Callable[..., Channel], later: Any, subscriptions: Any
) -> None:
    await reader()
    channels.known["C1"] = channel(shared=True)

    reply = await say("subscribe octo/vault")

    assert "none of them is connected in this workspace" in reply.text
    assert (later.kept, subscriptions.rows) == ([], {})


async def test_an_owner_brings_nothing_private_into_a_shared_channel(
    say: Say, reader: Any, channels: Any, channel: Callable[..., Channel], sponsoring: Any
) -> None:
    await reader()
    channels.known["C1"] = channel(shared=True)

    await say("subscribe octo")

    assert sponsoring.rows == {(HERE, OCTO): {"U1": ()}}


async def test_only_administrators_answer_and_the_first_answer_counts(reader: Any, sponsoring: Any, told: Any) -> None:
    sponsoring.admins = ["U7", "U8"]
    for user in ("U2", "U7", "U8"):
        await reader(user)
    question = await told(QUESTION, "U1 C1 repo 44 octo/vault", user="U7")
    [allow, refuse] = question.buttons

    nobody = await told(allow.action_id, allow.value, user="U2")
    first = await told(allow.action_id, allow.value, user="U7")
    second = await told(refuse.action_id, refuse.value, user="U8")

    assert (allow.action_id, refuse.action_id) == (ALLOW, REFUSE)
    assert question.text.startswith(f"<@U1> wants to subscribe <#C1> to the private repository {LINK}.")
    assert nobody.text.startswith("Only administrators of this app can answer that.")
    assert (first.text.startswith("You allowed"), first.replaces) == (True, True)
    assert second.text.startswith("Another administrator has allowed")
    assert sponsoring.said == {(HERE, 44): Answer.YES}


@pytest.mark.parametrize(
    ("now", "says", "outcome"),
    [
        ({"login": "mallory"}, "You're called `mallory` on GitHub Enterprise by now", "refused: called mallory by now"),
        (Refused(status=403, message="Suspended"), "I couldn't take your answer", "refused: 403 Suspended"),
    ],
    ids=["renamed", "suspended"],
)
async def test_a_name_that_was_an_administrators_when_they_connected_is_asked_for_again(
    linked: Callable[..., Any], actors: Any, sponsoring: Any, told: Any, audit: Any, now: Any, says: str, outcome: str
) -> None:
    sponsoring.admins = ["U7"]
    linked("U7", "root")
    (await actors.of("T1", "U7")).answers["GET /user"] = now

    reply = await told(ALLOW, "C1 repo 44 octo/vault", user="U7")

    assert reply.text.startswith(says)
    assert sponsoring.said == {}
    assert [(entry.login, entry.action, entry.outcome) for entry in audit.entries] == [("root", "allow", outcome)]


async def test_whoever_asked_is_told_of_a_refusal(told: Any) -> None:
    reply = await told(ANSWERED, "no repo 44 octo/vault")

    assert (reply.visible, reply.text.startswith(f"An administrator has refused {LINK}")) == (Visible.PERSON, True)
