"""Cards of what is done from Slack, on both stores: one in each channel, whichever comes first, and always true."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert

from agent.people.person import Person, Tokens
from agent.store import people
from agent.store.cards import SqlCards
from agent.store.event_log import chosen, replay, since
from agent.store.people_tables import sponsors
from agent.store.secrets import Secrets
from agent.store.tables import addresses, events, notifications, subjects
from shared.address import Address
from shared.outcome import Refused
from shared.post import Post, Role

HERE = Address(team_id="T1", channel_id="C1")
MONA = Person(team_id="T1", user_id="U7", ghes_id=1, login="Mona", linked_at=datetime(2026, 11, 1, tzinfo=UTC))
REPOSITORY = {
    "id": 7,
    "name": "pay",
    "full_name": "acme/pay",
    "owner": {"id": 5, "login": "acme"},
    "visibility": "internal",
    "html_url": "https://github.example.com/acme/pay",
    "updated_at": "2026-11-22T08:00:00Z",
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _issue(number: int = 1, **fields: Any) -> dict[str, Any]:
    """As GHES's REST API has it."""
    link = f"https://github.example.com/acme/pay/issues/{number}"
    issue = {"number": number, "title": f"Issue {number}", "state": "open", "html_url": link, "user": {"login": "mona"}}
    return issue | {"updated_at": "2026-11-22T08:00:00Z"} | fields


def _buttons(post: Post) -> list[str]:
    blocks = [*post.message.blocks, *(block for each in post.message.attachments for block in each["blocks"])]
    return [button["text"]["text"] for block in blocks if block["type"] == "actions" for button in block["elements"]]


@pytest.fixture
def woken() -> list[str]:
    return []


@pytest.fixture
def cards(agent: Any, woken: list[str]) -> SqlCards:
    return SqlCards(agent.store, agent.clock, lambda: woken.append("woken"))


@pytest.fixture
def link(agent: Any) -> Callable[..., Any]:
    """Links a login of GHES with a Slack user."""

    async def link(login: str, user_id: str, team_id: str = "T1") -> None:
        person = Person(team_id=team_id, user_id=user_id, ghes_id=len(user_id), login=login, linked_at=MONA.linked_at)
        tokens = people.sealed(Secrets([Fernet.generate_key()]), Tokens(access="made up"))
        await agent.store.write(partial(people.link, person=person, tokens=tokens))

    return link


@pytest.mark.parametrize("threading", [True, False], ids=["threads", "no threads"])
@pytest.mark.parametrize("first", ["webhook", "slack", "webhook, posted", "slack, posted"])
async def test_an_issue_opened_from_slack_is_one_card_in_its_channel_whichever_comes_first(
    agent: Any,
    cards: SqlCards,
    first: str,
    threading: bool,  # noqa: FBT001
) -> None:
    await agent.subscribe("C2")
    await agent.set(addresses, threading=threading)
    steps = [partial(cards.post, HERE, REPOSITORY, _issue(), MONA), partial(agent.issue, "opened")]

    for step in steps if first.startswith("slack") else reversed(steps):
        await step()
        if first.endswith("posted"):
            await agent.work()
    await agent.work()

    assert sorted(post.address.channel_id for post in agent.slack.messages.values()) == ["C1", "C2"]
    assert all("Issue opened by" in text for text in agent.slack.texts())


async def test_a_card_comes_where_nothing_is_subscribed_and_what_follows_finds_it(
    agent: Any, cards: SqlCards, woken: list[str]
) -> None:
    elsewhere = Address(team_id="T1", channel_id="C9")

    await cards.post(elsewhere, REPOSITORY, _issue(), MONA)
    await agent.work()
    await agent.issue("edited", at="2026-11-22T08:01:00Z", title="By then")
    await agent.work_for(2)

    assert [post.address for post in agent.slack.messages.values()] == [elsewhere]
    assert "By then" in agent.slack.texts()[0]
    assert "Issue opened by Mona" in agent.slack.texts()[0]
    assert woken == ["woken"]


async def test_a_comment_after_it_is_a_reply_to_it(agent: Any, cards: SqlCards) -> None:
    await cards.post(HERE, REPOSITORY, _issue(), MONA)
    await agent.issue("opened")
    await agent.work()

    await agent.comment("one")
    await agent.work()

    assert [(post.role, post.ts) for post in agent.slack.attempts] == [(Role.PARENT, None), (Role.REPLY, "1.0")]


async def test_a_card_is_posted_once_however_often_it_is_asked_for(agent: Any, cards: SqlCards) -> None:
    for _ in range(2):
        await cards.post(HERE, REPOSITORY, _issue(), MONA)
        await agent.work()

    await cards.post(HERE, REPOSITORY, _issue(2), MONA)
    await agent.work()

    assert len(agent.slack.messages) == 2
    assert len({row.delivery_id for row in await agent.rows(events)}) == 2


async def test_a_second_channel_that_asks_has_a_card_of_its_own(agent: Any, cards: SqlCards) -> None:
    for channel in ("C1", "C8"):
        await cards.post(Address(team_id="T1", channel_id=channel), REPOSITORY, _issue(), MONA)

    await agent.work()

    assert sorted(post.address.channel_id for post in agent.slack.messages.values()) == ["C1", "C8"]


@pytest.mark.parametrize("odd", [{"visibility": "private"}, {"owner": None, "full_name": None}], ids=str)
async def test_of_a_private_or_nameless_repository_nothing_is_posted(
    agent: Any, cards: SqlCards, odd: dict[str, Any]
) -> None:
    await cards.post(HERE, REPOSITORY | odd, _issue(), MONA)
    await agent.work()

    assert await agent.rows(notifications) == []


async def test_of_a_private_repository_a_card_is_posted_where_somebody_vouches_for_it(
    agent: Any, cards: SqlCards, link: Callable[..., Any]
) -> None:
    await link("mona", "U7")
    row = {"address_id": (await agent.address()).id, "scope": "repo", "target_id": 7, "user_id": "U7", "checked_at": 0}
    await agent.store.write(lambda connection: connection.execute(insert(sponsors).values(row)).rowcount)

    for channel in ("C1", "C8"):
        private = REPOSITORY | {"visibility": "private"}
        await cards.post(Address(team_id="T1", channel_id=channel), private, _issue(), MONA)
    await agent.work()

    assert [post.address.channel_id for post in agent.slack.messages.values()] == ["C1"]


async def test_a_replay_brings_it_to_no_other_channel_and_frees_it_where_it_is_parked(
    agent: Any, cards: SqlCards
) -> None:
    await agent.subscribe("C2")
    await agent.set(addresses, threading=False)
    agent.slack.answers(Refused("invalid_blocks"))
    await cards.post(HERE, REPOSITORY, _issue(), MONA)
    await agent.work()
    now = agent.clock.now()

    seqs = await agent.store.read(lambda connection: chosen(connection, since(EPOCH)))
    done = await agent.store.write(lambda connection: replay(connection, agent.intake.record, seqs, now))
    await agent.work()

    assert (done.replayed, done.queued) == (1, 1)
    assert [post.address.channel_id for post in agent.slack.messages.values()] == ["C1"]


async def test_what_was_done_shows_on_the_cards_of_all_channels_before_any_webhook_tells(
    agent: Any, cards: SqlCards, woken: list[str]
) -> None:
    await agent.subscribe("C2")
    await agent.issue("opened")
    await agent.work()

    await cards.seen(REPOSITORY, _issue(state="closed", state_reason="completed"))
    await agent.work_for(2)

    assert [_buttons(post) for post in agent.slack.messages.values()] == [["Comment", "Edit", "Reopen"]] * 2
    assert woken == ["woken"]


@pytest.mark.parametrize("at", ["2026-11-22T08:00:04Z", "2026-11-22T08:00:05Z"], ids=["before", "in the same second"])
async def test_a_late_webhook_does_not_undo_what_was_done(agent: Any, cards: SqlCards, at: str) -> None:
    await agent.issue("opened")
    await agent.work()
    await cards.seen(REPOSITORY, _issue(state="closed", updated_at="2026-11-22T08:00:05Z"))

    await agent.issue("edited", at=at, title="Late")
    await agent.work_for(2)

    assert "Reopen" in agent.slack.texts()[0]


async def test_a_pull_request_and_its_issue_side_are_one_subject(agent: Any, cards: SqlCards) -> None:
    pull = _issue(3) | {"head": {"ref": "x", "sha": "c" * 40}, "base": {"ref": "main"}, "merged_at": None}
    side = _issue(3, state="closed") | {"pull_request": {"merged_at": None}}

    await cards.seen(REPOSITORY, pull)
    await cards.seen(REPOSITORY, side)

    (row,) = await agent.rows(subjects)
    assert row.key == "7/pull/3"
    assert row.complete
    assert json.loads(row.fields)["fields"]["state"] == "closed"


async def test_what_has_no_number_is_seen_by_nobody(agent: Any, cards: SqlCards, woken: list[str]) -> None:
    await cards.seen(REPOSITORY, {})

    assert await agent.rows(subjects) == []
    assert woken == []


async def test_who_is_linked_in_a_workspace_is_mentioned_there_and_nowhere_else(
    agent: Any, link: Callable[..., Any]
) -> None:
    await link("Mona", "U7")
    await agent.subscribe("C5", "T2")

    await agent.issue("opened", body="Ask @mona or @hubot.", assignees=[{"login": "mona"}])
    await agent.work()

    said = {post.address.team_id: str(post.message) for post in agent.slack.messages.values()}
    here, there = said["T1"], said["T2"]
    assert here.count("<@U7>") == 2
    assert "<https://github.example.com/hubot|@hubot>" in here
    assert "<@" not in there
    assert "<https://github.example.com/mona|@mona>" in there


async def test_who_merely_acts_is_not_mentioned(agent: Any, link: Callable[..., Any]) -> None:
    await link("mona", "U7")

    await agent.issue("opened")
    await agent.push("one @mona")
    await agent.work()

    assert "<@" not in str(agent.slack.texts())


async def test_a_rewrite_mentions_who_is_assigned_by_then(agent: Any, link: Callable[..., Any]) -> None:
    await link("mona", "U7")
    await agent.issue("opened")
    await agent.work()

    await agent.issue("assigned", at="2026-11-22T08:01:00Z", assignees=[{"login": "mona"}])
    await agent.work_for(2)

    assert "<@U7>" in agent.slack.texts()[0]
