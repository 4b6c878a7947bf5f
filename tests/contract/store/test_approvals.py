"""What asks for the review of a deployment has buttons until somebody has answered, on both stores."""

from typing import Any

import pytest

from agent.store.subscriptions import SqlSubscriptions
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants
from shared.address import Address
from shared.post import Post, Role


def _buttons(post: Post) -> list[str]:
    blocks = [*post.message.blocks, *(block for each in post.message.attachments for block in each["blocks"])]
    return [button["text"]["text"] for block in blocks if block["type"] == "actions" for button in block["elements"]]


def _run(at: str, status: str = "waiting") -> dict[str, Any]:
    run = {"id": 5, "name": "Deploy", "run_attempt": 1, "status": status, "conclusion": None, "updated_at": at}
    run |= {"event": "pull_request", "pull_requests": [{"number": 1, "base": {"ref": "main"}}]}
    return {"workflow_run": run}


@pytest.fixture
async def channel(agent: Any) -> Any:
    """C1 wants deployments and workflows."""
    target = Target(scope=Scope.REPO, id=7, name="acme/pay")
    subscriptions, address = SqlSubscriptions(agent.store, agent.clock), Address(team_id="T1", channel_id="C1")
    (before,) = await subscriptions.of(address)
    wants = Wants(features=dict.fromkeys(("deployments", "workflows"), PLAIN))
    await subscriptions.change(address, [Change(target=target, before=before.wants, after=wants)], "U1")
    return agent


async def _ask(agent: Any, environment: str = "production", at: str = "2026-11-22T08:00:00Z") -> None:
    asked = {"environment": environment, "requestor": {"login": "mona"}, "reviewers": []}
    await agent.hear("deployment_review.requested", asked | _run(at))


async def _deploy(agent: Any, state: str = "waiting", id_: int = 9, at: str = "2026-11-22T08:00:00Z") -> None:
    """A status of a deployment to production by run 5."""
    deployment = {"id": id_, "environment": "production", "sha": "a" * 40, "ref": "main", "creator": {"login": "mona"}}
    status = {"state": state, "created_at": at, "updated_at": at}
    told = {"deployment": deployment | {"updated_at": at}, "deployment_status": status}
    await agent.hear("deployment_status.created", told | _run("2026-11-22T08:00:00Z"))


async def _answer(agent: Any, action: str, environment: str = "production", at: str = "2026-11-22T08:01:00Z") -> None:
    jobs = [{"environment": environment}]
    answer = {"approver": {"login": "hubot"}, "workflow_job_runs": jobs}
    await agent.hear(f"deployment_review.{action}", answer | _run(at, "in_progress"))


def _requests(agent: Any) -> list[list[str]]:
    """The buttons of all messages that ask."""
    return [_buttons(post) for post in agent.slack.messages.values() if "Approval of the deployment" in str(post)]


def _cards(agent: Any) -> list[tuple[bool, list[str]]]:
    """Of all cards of deployments: whether they say that they wait, and their buttons."""
    posts = [post for post in agent.slack.messages.values() if "Deployment> to" in str(post)]
    return [("Waiting for approval" in str(post), _buttons(post)) for post in posts]


def _drawn(agent: Any) -> int:
    """How often what asks was sent to Slack."""
    return sum("Approval of the deployment" in str(post) for post in agent.slack.attempts)


@pytest.mark.parametrize("action", ["approved", "rejected"])
async def test_buttons_go_once_somebody_has_answered(channel: Any, action: str) -> None:
    await _ask(channel)
    await channel.work()
    before = _requests(channel)

    await _answer(channel, action)
    await channel.work_for(3)

    assert before == [["Approve", "Reject"]]
    assert _requests(channel) == [[]]
    assert "requested by mona" in str(channel.slack.messages["1.0"].message)


async def test_a_reply_in_the_thread_of_its_run_loses_them_too(channel: Any) -> None:
    await channel.hear("workflow_run.requested", _run("2026-11-22T07:59:00Z", "queued"))
    await channel.work()
    await _ask(channel)
    await channel.work()
    asked = [post.role for post in channel.slack.messages.values()]

    await _answer(channel, "approved")
    await channel.work_for(3)

    assert asked == [Role.PARENT, Role.REPLY]
    assert _requests(channel) == [[]]


async def test_another_environment_waits_on(channel: Any) -> None:
    for environment in ("production", "staging"):
        await _ask(channel, environment)
        await channel.work_for(2)

    await _answer(channel, "approved", "staging")
    await channel.work_for(3)

    assert _requests(channel) == [["Approve", "Reject"], []]


async def test_a_second_request_for_an_environment_has_buttons_of_its_own(channel: Any) -> None:
    await _ask(channel)
    await channel.work()
    await _answer(channel, "approved")
    await channel.work_for(3)

    await _ask(channel, at="2026-11-22T08:02:00Z")
    await channel.work_for(3)
    await _answer(channel, "rejected", at="2026-11-22T08:03:00Z")
    waiting = _requests(channel)
    await channel.work_for(3)

    assert waiting == [[], ["Approve", "Reject"]]
    assert _requests(channel) == [[], []]


async def test_what_is_answered_before_it_is_posted_has_none(channel: Any) -> None:
    await _ask(channel)
    await _answer(channel, "approved")

    await channel.work_for(3)

    assert _requests(channel) == [[]]


async def test_two_requests_are_two_messages_and_an_answer_takes_the_buttons_of_its_own(channel: Any) -> None:
    await _ask(channel)
    await _ask(channel, "staging")
    await channel.work()

    await _answer(channel, "approved")
    await channel.work_for(3)

    assert _requests(channel) == [[], ["Approve", "Reject"]]


@pytest.mark.parametrize("action", ["approved", "rejected"])
async def test_the_card_of_a_deployment_loses_its_buttons_before_its_next_status_comes(
    channel: Any, action: str
) -> None:
    await _deploy(channel)
    await channel.work()
    before = _cards(channel)

    await _answer(channel, action)
    await channel.work_for(3)

    assert before == [(True, ["Approve", "Reject"])]
    assert _cards(channel) == [(False, [])]
    assert action.capitalize() in str(channel.slack.messages["1.0"].message)


async def test_the_next_status_counts_again_and_a_deployment_that_waits_anew_has_buttons_anew(channel: Any) -> None:
    await _deploy(channel)
    await channel.work()
    await _answer(channel, "approved")
    await channel.work_for(3)

    await _deploy(channel, "in_progress", at="2026-11-22T08:02:00Z")
    await channel.work_for(3)
    started = str(channel.slack.messages["1.0"].message)
    await _deploy(channel, "waiting", at="2026-11-22T08:03:00Z")
    await channel.work_for(3)

    assert "In progress" in started
    assert _cards(channel) == [(True, ["Approve", "Reject"])]


async def test_the_cards_of_other_deployments_wait_on(channel: Any) -> None:
    await _deploy(channel)
    await channel.work()

    await _answer(channel, "approved", "staging")
    await channel.work_for(3)

    assert _cards(channel) == [(True, ["Approve", "Reject"])]


async def test_a_run_that_ends_without_an_answer_leaves_no_buttons(channel: Any) -> None:
    await _deploy(channel)
    await channel.work_for(2)
    await _ask(channel)
    await channel.work_for(2)
    before = (_cards(channel), _requests(channel))

    ended = _run("2026-11-22T08:05:00Z", "completed")
    ended["workflow_run"]["conclusion"] = "cancelled"
    await channel.hear("workflow_run.completed", ended)
    await channel.work_for(3)

    assert before == ([(True, ["Approve", "Reject"])], [["Approve", "Reject"]])
    assert (_cards(channel), _requests(channel)) == ([(False, [])], [[]])
    assert "Ended without an answer" in str(channel.slack.messages["1.0"].message)


async def test_a_run_that_ends_after_its_answer_draws_nothing_anew(channel: Any) -> None:
    await _ask(channel)
    await channel.work_for(2)
    await _answer(channel, "approved")
    await channel.work_for(3)
    drawn = _drawn(channel)

    await channel.hear("workflow_run.completed", _run("2026-11-22T08:05:00Z", "completed"))
    await channel.work_for(3)

    assert _requests(channel) == [[]]
    assert (drawn, _drawn(channel)) == (2, 2)
