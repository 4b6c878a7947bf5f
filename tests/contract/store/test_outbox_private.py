"""What waits to be posted when its repository becomes private."""

from typing import Any

import pytest

from agent.store.tables import notifications
from agent.subscriptions.subscription import Scope, Target
from shared.outcome import Retry, Unknown

WEB = {"id": 8, "name": "web", "full_name": "acme/web", "html_url": "https://github.example.com/acme/web"}
PRIVATE = {"visibility": "private", "updated_at": "2026-11-22T08:01:00Z"}


async def pushed(agent: Any, words: str, **repository: Any) -> None:
    """A push to acme/web."""
    push = agent.pushed(words).event.payload
    fields = {name: push[name] for name in ("ref", "before", "after", "commits", "head_commit", "compare")}
    await agent.hear("push", fields | {"repository": push["repository"] | WEB | repository})


@pytest.mark.parametrize("answer", [Retry(30.0, "service_unavailable"), Unknown("no answer")], ids=["retry", "unknown"])
async def test_what_is_open_is_not_held_back_by_what_became_private_in_the_same_post(agent: Any, answer: Any) -> None:
    await agent.subscribe("C1", target=Target(scope=Scope.REPO, id=8, name="acme/web"))
    agent.slack.answers(answer)
    await agent.push("in the open")
    await pushed(agent, "behind doors")
    await agent.work()
    together = agent.slack.attempts[0].also
    await pushed(agent, "afterwards", **PRIVATE)

    await agent.work_for(60)

    (said,) = agent.slack.texts()
    assert len(together) == 1
    assert ("in the open" in said, "behind doors" in said) == (True, False)


async def test_what_became_private_alone_is_parked_and_the_rest_goes_on(agent: Any) -> None:
    await agent.subscribe("C1", target=Target(scope=Scope.REPO, id=8, name="acme/web"))
    await pushed(agent, "behind doors")
    await pushed(agent, "afterwards", **PRIVATE)
    await agent.push("in the open")

    await agent.work_for(10)

    first, last = await agent.rows(notifications)
    assert sorted([(first.state, first.reason), (last.state, last.reason)], key=str) == [
        ("delivered", None),
        ("parked", "the repository is private"),
    ]
    assert len(agent.slack.texts()) == 1
