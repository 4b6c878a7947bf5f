"""What `/metrics` shows of an agent at work: each figure moves when what it counts happens, and not before."""

from collections.abc import AsyncIterator, Callable
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from agent import app
from agent.store.outbox_settlements import RECONCILE_AFTER_S
from infra.sandbox import linking
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.things import Issue
from infra.sandbox.slack import breakage, people
from infra.sandbox.slack.faults import AnswerLost, Down, Limited
from infra.sandbox.slack.world import messages
from infra.sandbox.system import Standins, standins

Figures = dict[str, float]
STEP_S = 0.25


class Rig:
    """An agent with a subscription in `#general`, and what it counts."""

    def __init__(self, clock: DrivenClock, world: Standins, session: ClientSession, url: str) -> None:
        self.clock, self.world, self.session, self.url = clock, world, session, url

    async def figures(self) -> Figures:
        """Those of `/metrics` that aren't nothing, by name and labels, without the prefix that all have."""
        async with self.session.get(f"{self.url}/metrics") as answer:
            families = text_string_to_metric_families(await answer.text())
            samples = [sample for family in families for sample in family.samples]
        named = {
            f"{sample.name.removeprefix('ghe_slack_')} {' '.join(sample.labels.values())}".strip(): sample.value
            for sample in samples
            if not sample.name.endswith(("_created", "_bucket"))
        }
        return {name: value for name, value in named.items() if value}

    async def until(self, found: Callable[[], object]) -> None:
        """Move the clock until it is so."""
        for _ in range(400):
            await settle()
            if found():
                return
            await self.clock.advance(STEP_S)
        raise AssertionError("it never came to be")

    async def until_figure(self, name: str, value: float) -> Figures:
        """Move the clock until this figure has this value; all of them then."""
        figures = await self.figures()
        for _ in range(400):
            if figures.get(name) == value:
                return figures
            await self.clock.advance(STEP_S)
            figures = await self.figures()
        raise AssertionError(f"{name} never was {value}: {figures}")

    async def subscribe(self) -> None:
        people.slash(self.world.slack, "acme", "general", "mona", "subscribe acme/docs")
        await self.until(lambda: messages(self.world.slack, "acme", "general"))

    async def issue(self, title: str) -> Issue:
        """Ada opens one; its webhook has been answered."""
        ghes = self.world.ghes
        opened = happen.open_issue(ghes, ghes.repository("acme/docs"), by=ghes.account("ada"), title=title)
        await ghes.delivered()
        return opened

    async def close(self, issue: Issue) -> None:
        ghes = self.world.ghes
        happen.close(ghes, ghes.repository("acme/docs"), issue, by=ghes.account("ada"))
        await ghes.delivered()

    async def sent_again(self, **headers: str) -> int:
        """The last webhook comes once more, with these headers changed; what is answered."""
        sent = self.world.ghes.app.deliveries[-1]
        changed = {**sent.request_headers, **headers}
        async with self.session.post(self.world.ghes.app.hook.url, data=BytesIO(sent.body), headers=changed) as answer:
            return answer.status


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    clock = DrivenClock()
    async with standins(clock, workspaces=1) as world, ClientSession() as session:
        settings = world.settings(tmp_path)
        await linking.link(settings, world.slack.teams.values(), world.ghes, {"mona": "outsider"}, clock)
        async with app.running(settings, clock) as agent:
            world.point_hooks_at(agent.url)
            rig = Rig(clock, world, session, agent.url)
            await rig.until(lambda: len(breakage.open_sockets(world.slack)) == 2)
            await rig.subscribe()
            yield rig


async def test_a_command_is_counted_and_its_acknowledgement_measured(rig: Rig) -> None:
    figures = await rig.until_figure("ack_seconds_count", 1)

    assert (figures["envelopes_total slash_commands"], figures["ack_seconds_count"], figures["sockets"]) == (1, 1, 2)
    assert not [name for name in figures if name.startswith(("events", "notifications", "rewrites"))]


async def test_an_acknowledgement_that_no_socket_takes_is_not_measured(rig: Rig) -> None:
    await rig.until_figure("ack_seconds_count", 1)
    rig.world.slack.faults.add(Down(), method="apps.connections.open", times=None)

    people.slash(rig.world.slack, "acme", "general", "mona", "help")
    await rig.clock.sleep(0)
    breakage.reset(rig.world.slack)
    await rig.until_figure("envelopes_total slash_commands", 2)
    await rig.clock.advance(5)

    figures = await rig.figures()
    assert "sockets" not in figures
    assert figures["ack_seconds_count"] == 1


async def test_webhooks_by_what_was_said_to_them(rig: Rig) -> None:
    await rig.issue("It leaks")

    said = [await rig.sent_again(), await rig.sent_again(**{"X-Hub-Signature-256": "sha256=0"})]

    figures = await rig.figures()
    assert said == [202, 401]
    assert {name: value for name, value in figures.items() if name.startswith("events")} == {
        "events_total issues new": 1,
        "events_total issues duplicate": 1,
        "events_total  refused_401": 1,
    }


async def test_a_post_and_its_rewrite_are_counted_and_the_post_measured(rig: Rig) -> None:
    issue = await rig.issue("It leaks")
    posted = await rig.until_figure("notifications_total delivered", 1)
    await rig.close(issue)
    closed = await rig.until_figure("rewrites_total delivered", 1)

    assert (posted["delivery_seconds_count"], closed["delivery_seconds_count"]) == (1, 2)
    assert closed["notifications_total delivered"] == 2


async def test_what_waits_is_counted_and_grows_old_and_is_measured_when_it_goes(rig: Rig) -> None:
    rig.world.slack.faults.add(Limited(retry_after_s=20), method="chat.postMessage")

    await rig.issue("It leaks")
    await rig.until_figure("notifications_total retry", 1)
    await rig.clock.advance(15, step_s=1)
    waiting = await rig.figures()
    await rig.until_figure("notifications_total delivered", 1)
    await rig.clock.advance(1)
    gone = await rig.figures()

    assert waiting["waiting queued"] == 1
    assert 15 <= waiting["queue_age_seconds"] < 20
    assert 20 <= gone["delivery_seconds_sum"] < 23
    assert not gone.keys() & {"waiting queued", "queue_age_seconds"}


async def test_each_notification_of_a_merged_post_counts(rig: Rig) -> None:
    rig.world.slack.faults.add(Limited(retry_after_s=5), method="chat.postMessage")
    ghes = rig.world.ghes

    for _ in range(4):
        happen.push(ghes, ghes.repository("acme/docs"), by=ghes.account("ada"))
    await ghes.delivered()
    figures = await rig.until_figure("notifications_total delivered", 4)

    assert rig.world.slack.calls.count(("chat.postMessage", next(iter(rig.world.slack.teams)))) < 4
    assert figures["delivery_seconds_count"] == 4


async def test_what_is_not_sent_since_its_repository_became_private_counts_as_refused(rig: Rig) -> None:
    rig.world.slack.faults.add(Limited(retry_after_s=5), method="chat.postMessage")
    ghes = rig.world.ghes

    await rig.issue("It leaks")
    happen.privatize(ghes, ghes.repository("acme/docs"), by=ghes.account("ada"))
    await ghes.delivered()
    figures = await rig.until_figure("notifications_total refused", 1)

    assert "delivery_seconds_count" not in figures


async def test_a_post_whose_answer_was_lost_is_measured_until_slack_had_it(rig: Rig) -> None:
    rig.world.slack.faults.add(AnswerLost(), method="chat.postMessage")

    await rig.issue("It leaks")
    figures = await rig.until_figure("notifications_total reconciled", 1)

    assert figures["notifications_total unknown"] == 1
    assert figures["delivery_seconds_count"] == 1
    assert figures.get("delivery_seconds_sum", 0) < RECONCILE_AFTER_S
