"""Shortcuts, links that are shared, and Home, by whoever uses them."""

from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.slack import people

SECTION = "Shortcuts, links and Home"
API = {"text": {"type": "plain_text", "text": "acme/api"}, "value": "acme/api"}
"""A choice that is forged where the search doesn't offer it."""
LINKS = {
    "share a link to what is private": "acme/api/issues/1",
    "share a link to what all may read": "acme/docs/issues/1",
}


@pytest.fixture
async def stage(stages: Any, who: str) -> Any:
    """acme/api#1 and acme/docs#1 are there, and no subscription."""
    async with stages(who) as stage:
        await stage.enter()
        ghes = stage.rig.ghes
        for name in ("acme/api", "acme/docs"):
            happen.open_issue(ghes, ghes.repository(name), by=ghes.account("grace"), title="The door squeaks")
        yield stage


async def _used(stage: Any, deed: str) -> None:
    rig, slack = stage.rig, stage.rig.slack
    match deed:
        case "Create issue":
            people.shortcut(slack, "acme", stage.name, "ghe_create_issue")
            await rig.answered()
            await stage.submit(Repository=API, Title="The tap drips")
        case "Create issue from a message":
            _on_message(stage, "ghe_issue_from_message")
            await rig.answered()
            await stage.submit(Repository=API, Title="The tap drips")
        case "Comment on issue or PR":
            _on_message(stage, "ghe_comment_from_message")
            await rig.answered()
            await stage.submit(Issue_or_pull_request="acme/api#1", Comment="Oil it.")
        case "open Home":
            people.open_home(slack, "acme", stage.name)
            await rig.answered()
        case _:
            url = f"{rig.world.ghes_server.url}/{LINKS[deed]}"
            stage.noted["said"] = people.say(slack, "acme", "general", stage.name, url)
            await rig.answered()
            if "Show preview" in stage.heard():
                await stage.press(stage.card("Show preview"), "Show preview")


def _on_message(stage: Any, callback_id: str) -> None:
    slack = stage.rig.slack
    message = people.say(slack, "acme", "general", "mona", "It squeaks")
    people.message_shortcut(slack, "acme", "general", message.ts, stage.name, callback_id)


def _done(stage: Any, deed: str) -> bool:
    issues = stage.rig.ghes.repository("acme/api").issues
    match deed:
        case "Create issue" | "Create issue from a message":
            return [it.user.login for it in issues.values()][1:] == [stage.login]
        case "Comment on issue or PR":
            return [(it.user.login, it.body) for it in issues[1].comments] == [(stage.login, "Oil it.")]
        case "open Home":
            home = stage.heard()
            return "You're connected as" in home and "Assigned to you" in home and "refused" not in home
        case _:
            said = stage.noted["said"]
            message = stage.rig.slack.team("acme").channels[said.channel_id].messages[said.ts]
            return "The door squeaks" in str(message.unfurls)


async def test_who_uses_it(stage: Any, deed: str, who: str, expected: str) -> None:
    await stage.look()

    await _used(stage, deed)

    assert stage.outcome(done=_done(stage, deed)) == expected, (who, stage.heard())
    assert expected == "done" or await stage.as_before(expected, is_kept=deed != "open Home")
