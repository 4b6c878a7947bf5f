"""Words from GHES that try to be more than words, and words that are as long as GHES lets them be."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from agent.slash.button_values import APPROVE, CLOSE, EDIT, RERUN
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.population import add_repository
from infra.sandbox.ghes.things import Environment, Label, Milestone
from infra.sandbox.slack import people

LOUD = "<!channel> <!here|x> <@U00000001> <https://evil.example|*acme*> & `x` *b*"
LONGEST = "🚪" * 255


@pytest.fixture
async def stage(stages: Any) -> Any:
    async with stages("writer") as stage:
        await stage.enter()
        yield stage


def _fill(stage: Any, words: str) -> Any:
    """All that has words has these, in acme/api."""
    ghes = stage.rig.ghes
    api, ada = ghes.repository("acme/api"), ghes.account("ada")
    api.description = words
    api.labels["loud"] = Label(id=1, name=words[:50])
    api.milestones[2] = Milestone(id=2, number=2, title=words, creator=ada, created_at=ghes.now())
    happen.open_issue(ghes, api, by=ada, title=words, body=words)
    run = happen.start_run(ghes, api, by=ada)
    run.name, run.head_branch = words, words.replace(" ", "-")
    environment = Environment(id=77, name=words, reviewers=[ghes.account("linus")])
    happen.ask_for_approval(ghes, api, run, environment, by=ada)
    done = happen.start_run(ghes, api, by=ada)
    done.name = words
    happen.finish_run(ghes, api, done, "failure", by=ada)
    return run, done


def _mrkdwn(part: Any) -> Iterator[str]:
    """What Slack reads as mrkdwn."""
    if isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield part["text"]
        for each in part.values():
            yield from _mrkdwn(each)
    if isinstance(part, list | tuple):
        for each in part:
            yield from _mrkdwn(each)


def _said(stage: Any) -> list[str]:
    """All mrkdwn that was sent anywhere by the app, views too."""
    slack = stage.rig.slack
    views = [text for view in slack.views.values() for text in _mrkdwn(view.body["blocks"])]
    sent = [
        text
        for channel in slack.team("acme").channels.values()
        for each in channel.messages.values()
        for text in (*([each.text] if each.bot_id else []), *_mrkdwn((each.blocks, each.attachments, each.unfurls)))
        if each.bot_id or each.unfurls
    ]
    return [*views, *sent]


async def _everything(stage: Any, run: Any, done: Any) -> list[str]:
    """Every form and every answer that shows these words; the forms' titles."""
    rig, titles = stage.rig, []
    issue = {"r": "acme/api", "n": 1, "k": "issue"}
    for action, value in (
        (EDIT, issue),
        (CLOSE, issue),
        (RERUN, {"r": "acme/api", "run": done.id, "attempt": 1}),
        (APPROVE, {"r": "acme/api", "run": run.id, "env": run.waits_for[0].name}),
    ):
        await stage.forge(action, json.dumps(value, ensure_ascii=False))
        titles.append(stage.form().body["title"]["text"])
        await stage.submit()
    happen.assign(rig.ghes, rig.ghes.repository("acme/api"), *_first(rig), by=rig.ghes.account("ada"))
    people.open_home(rig.slack, "acme", stage.name)
    await stage.type("reopen acme/api#1")
    await stage.type("close acme/api#1")
    await stage.type("subscribe acme/api issues")
    people.say(rig.slack, "acme", "general", stage.name, f"{rig.world.ghes_server.url}/acme/api/issues/1")
    await rig.answered()
    return titles


def _first(rig: Any) -> tuple[Any, Any]:
    return rig.ghes.repository("acme/api").issues[1], rig.ghes.account("linus")


async def _offered(stage: Any) -> list[Any]:
    """What the searches of the form for a new issue offer."""
    await stage.type("open acme/api")
    found = []
    for label in ("Labels", "Milestone"):
        asked = people.suggest(stage.rig.slack, stage.form().view_id, label, "")
        await stage.rig.answered()
        assert asked.answer is not None
        found += asked.answer["options"]
    return found


async def test_words_from_ghes_mention_nobody_and_link_nowhere(stage: Any) -> None:
    run, done = _fill(stage, LOUD)

    titles = await _everything(stage, run, done)
    offered = await _offered(stage)

    said = _said(stage)
    assert titles == ["Edit #1", "Close #1", "Re-run all jobs", "Approve deployment"]
    assert sum("&lt;!channel" in text for text in said) > 5
    assert not [text for text in said if "<!channel" in text or "<!here" in text or "<https://evil" in text]
    assert not [text for text in said if "<@U00000001>" in text]
    assert {each["text"]["type"] for each in offered} == {"plain_text"}
    assert [each for each in offered if "<!channel>" in each["text"]["text"]]


async def test_words_as_long_as_they_may_be_fit_everywhere(stage: Any) -> None:
    run, done = _fill(stage, LONGEST)

    titles = await _everything(stage, run, done)
    offered = await _offered(stage)

    assert titles == ["Edit #1", "Close #1", "Re-run all jobs", "Approve deployment"]
    assert not run.waits_for
    assert done.attempt == 2
    assert len(offered) == len({each["value"] for each in offered}) > 5


async def test_a_repository_with_the_longest_names_is_acted_on(stage: Any) -> None:
    rig, ghes = stage.rig, stage.rig.ghes
    acme = ghes.account("acme")
    acme.login = "a" * 39
    repository = add_repository(ghes, acme, "r" * 100)
    happen.open_issue(ghes, repository, by=ghes.account("ada"), title=LONGEST)

    await stage.type(f"open {repository.full_name}")
    await stage.submit(Title="The tap drips")
    await stage.type(f"subscribe {repository.full_name}")
    rig.type("signout", user=stage.name)
    await rig.answered()
    await rig.passes(3)
    await rig.answered()

    assert [it.title for it in repository.issues.values()] == [LONGEST, "The tap drips"]
    assert "is paused" in rig.seen("general", stage.name)[-1].text
    assert stage.card("Take over")
