"""The buttons, by whoever presses them; those that somebody else alone sees are forged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from agent.interactions.allow import TAKE_BACK
from agent.previews.prompts import ALWAYS_HERE, SHOW
from agent.slash.acting import TRY_AGAIN
from agent.slash.call import Call
from agent.slash.channel_panel import OFF, THREADING
from agent.slash.later import opened
from agent.slash.view import OPEN_FORM
from agent.sponsors.notices import ALLOW, REFUSE, about
from agent.store.later import SqlLater
from agent.store.people_tables import allowances
from agent.store.tables import addresses, subscriptions
from agent.subscriptions.subscription import Scope, Target
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.things import Environment
from infra.sandbox.slack import people
from infra.sandbox.slack.population import share_channel
from shared.address import Address

SECTION = "Buttons"

FORGED = {
    "Turn threading off": THREADING,
    "Open the form": OPEN_FORM,
    "Try again": TRY_AGAIN,
    "Show preview": SHOW,
    "Always here": ALWAYS_HERE,
    "Allow": ALLOW,
    "Refuse": REFUSE,
    "Take back": TAKE_BACK,
}
VALUES = {"Comment": {"Comment": "Oil it."}, "Edit": {"Title": "The gate squeaks"}}
ANSWERS = {"Allow", "Refuse", "Take back"}


@pytest.fixture
async def stage(stages: Any, who: str, deed: str) -> Any:
    """The button is there, or what it would carry in `noted["value"]`."""
    async with stages(who) as stage:
        if deed in ANSWERS:
            await _question(stage, deed)
        else:
            await _prepared(stage, deed)
            await stage.enter()
        yield stage


async def _prepared(stage: Any, deed: str) -> None:
    match deed:
        case "Undo":
            stage.noted["message"] = await stage.rig.said("subscribe acme/shared")
        case "Take over":
            await stage.rig.said("subscribe acme/api issues")
            stage.rig.type("signout")
            await stage.rig.answered()
            await stage.rig.passes(3)
            await stage.rig.answered()
        case "Comment" | "Edit" | "Close" | "Reopen":
            await _issue(stage, is_closed=deed == "Reopen")
        case "Re-run all jobs" | "Re-run failed jobs" | "Approve" | "Reject":
            await _run(stage, waits=deed in {"Approve", "Reject"})
        case "Turn threading off":
            stage.noted["value"] = OFF
        case "Open the form" | "Try again":
            stage.noted["value"] = await _kept(stage)
        case "Show preview" | "Always here":
            await _prompt(stage)


async def _issue(stage: Any, *, is_closed: bool) -> None:
    rig, ghes = stage.rig, stage.rig.ghes
    await rig.said("subscribe acme/api issues")
    api, by = ghes.repository("acme/api"), ghes.account(stage.login if stage.kind == "author" else "grace")
    issue = happen.open_issue(ghes, api, by=by, title="The door squeaks")
    await ghes.delivered()
    await rig.passes(3)
    if is_closed:
        happen.close(ghes, api, issue, by=by)
        await ghes.delivered()
        await rig.passes(3)


async def _run(stage: Any, *, waits: bool) -> None:
    rig, ghes = stage.rig, stage.rig.ghes
    await rig.said('subscribe acme/api workflows:{event:"push"} deployments')
    api, ada = ghes.repository("acme/api"), ghes.account("ada")
    run = happen.start_run(ghes, api, by=ada)
    if waits:
        production = Environment(id=77, name="production", reviewers=[ghes.account("linus")])
        happen.ask_for_approval(ghes, api, run, production, by=ada)
    else:
        happen.finish_run(ghes, api, run, "failure", by=ada)
    await ghes.delivered()
    await rig.passes(5)


async def _kept(stage: Any) -> str:
    """Something of mona's that waits."""
    rig = stage.rig
    team_id, mona = rig.slack.team("acme").team_id, rig.slack.user("acme", "mona").user_id
    place = rig.slack.channel("acme", "general").channel_id
    asked = Call(
        id="T1",
        command="/ghe",
        text="close acme/api#1",
        team_id=team_id,
        enterprise_id="",
        channel_id=place,
        user_id=mona,
        response_url="",
    )
    ghes = rig.ghes
    happen.open_issue(ghes, ghes.repository("acme/api"), by=ghes.account("grace"), title="The door squeaks")
    kept_id = await SqlLater(rig.store, rig.clock).keep(asked, opened(team_id, mona))
    return str(kept_id)


async def _prompt(stage: Any) -> None:
    rig, ghes = stage.rig, stage.rig.ghes
    issue = happen.open_issue(ghes, ghes.repository("acme/api"), by=ghes.account("grace"), title="The door squeaks")
    url = f"{rig.world.ghes_server.url}/acme/api/issues/{issue.number}"
    stage.noted["said"] = people.say(rig.slack, "acme", "general", "mona", url)
    await rig.answered()
    [prompt] = [each for each in rig.seen() if each.ephemeral_for]
    stage.noted["value"] = prompt.blocks[-1]["elements"][0]["value"]


async def _question(stage: Any, deed: str) -> None:
    """mona wants acme/api in general, which is shared; an administrator is asked if one is there.

    What is to be taken back was allowed before.
    """
    rig = stage.rig
    place = share_channel(rig.slack, "acme", "general", "TELSEWHERE")
    await stage.enter()
    if stage.kind == "owner":
        await rig.said("subscribe acme/api")
        if deed == "Take back":
            await stage.press(stage.card("Allow", "dm-ada"), "Allow")
    address = Address(team_id=rig.slack.team("acme").team_id, channel_id=place.channel_id)
    api = Target(scope=Scope.REPO, id=rig.ghes.repository("acme/api").id, name="acme/api")
    stage.noted["value"] = about(address, api)


async def _pressed(stage: Any, deed: str) -> None:
    if deed in ANSWERS and stage.kind == "owner":
        await stage.press(stage.card(deed, "dm-ada"), deed)
    elif deed in FORGED:
        await stage.forge(FORGED[deed], stage.noted["value"])
    else:
        await stage.press(stage.noted.get("message") or stage.card(deed), deed)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """How things are after the deed."""

    stage: Any
    subscribed: Sequence[Any]
    threading: Sequence[bool]
    answers: Sequence[str]

    @property
    def issue(self) -> Any:
        return self.stage.rig.ghes.repository("acme/api").issues[1]

    @property
    def run(self) -> Any:
        return next(iter(self.stage.rig.ghes.repository("acme/api").runs.values()))

    @property
    def unfurls(self) -> Any:
        said = self.stage.noted["said"]
        return self.stage.rig.slack.team("acme").channels[said.channel_id].messages[said.ts].unfurls


def _again(it: Facts) -> bool:
    return bool((it.run.attempt, it.run.triggering_actor.login) == (2, it.stage.login))


def _closed(it: Facts) -> bool:
    return bool(it.issue.state == "closed" and it.issue.closed_by.login == it.stage.login)


DONE: Mapping[str, Callable[[Facts], bool]] = {
    "Undo": lambda it: not it.subscribed,
    "Take over": lambda it: [each.paused_at for each in it.subscribed] == [None],
    "Comment": lambda it: [(each.user.login, each.body) for each in it.issue.comments] == [(it.stage.login, "Oil it.")],
    "Edit": lambda it: it.issue.title == "The gate squeaks",
    "Close": _closed,
    "Reopen": lambda it: it.issue.state == "open",
    "Re-run all jobs": _again,
    "Re-run failed jobs": _again,
    "Approve": lambda it: not it.run.waits_for and it.run.status == "in_progress",
    "Reject": lambda it: not it.run.waits_for and it.run.conclusion == "failure",
    "Turn threading off": lambda it: it.threading == [False],
    "Open the form": lambda it: it.issue.state == "closed",
    "Try again": lambda it: it.issue.state == "closed",
    "Show preview": lambda it: bool(it.unfurls),
    "Always here": lambda it: bool(it.unfurls),
    "Allow": lambda it: it.answers == ["yes"],
    "Refuse": lambda it: it.answers == ["no"],
    "Take back": lambda it: it.answers == ["no"] and all(each.paused_at for each in it.subscribed),
}


async def _done(stage: Any, deed: str) -> bool:
    facts = Facts(
        stage=stage,
        subscribed=await stage.rows(select(subscriptions)),
        threading=[each.threading for each in await stage.rows(select(addresses))],
        answers=[each.answer for each in await stage.rows(select(allowances))],
    )
    return DONE[deed](facts)


async def test_who_presses_it(stage: Any, deed: str, who: str, expected: str) -> None:
    await stage.look()

    await _pressed(stage, deed)
    await stage.submit(**VALUES.get(deed, {}))

    assert stage.outcome(done=await _done(stage, deed)) == expected, (who, stage.heard())
    assert expected == "done" or await stage.as_before(expected)
