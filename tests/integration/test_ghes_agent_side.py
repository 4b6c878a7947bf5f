"""The agent's GHES side against the stand-in: limits, skew, renames, tokens, look-ups, catch-up."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from agent.ghes.app_auth import App, AppAuth, load_key
from agent.ghes.catch_up import CaughtUp, Gap, RawDelivery, catch_up
from agent.ghes.client import Ghes
from agent.ghes.hook_log import HookLog
from agent.ghes.hosts import Hosts
from agent.ghes.installations import Installations
from agent.ghes.repositories import Found, NotFound, NotInstalled, Owner, Repositories, Suspended
from agent.ghes.subjects import Fetched, Gone, Subjects
from agent.net.outbound import network
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.apps import Installation
from infra.sandbox.ghes.faults import PrimaryLimit, SecondaryLimit, ServerError
from infra.sandbox.ghes.population import Keys, new_keys, populated
from infra.sandbox.ghes.server import running
from infra.sandbox.ghes.world import World


class HurryingClock(DrivenClock):
    """Moves on by itself when somebody sleeps."""

    async def sleep(self, seconds: float) -> None:
        await self.advance(seconds, step_s=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The agent's GHES side and the world that it speaks to."""

    world: World
    clock: DrivenClock
    ghes: Ghes
    app: App
    installations: Installations
    repositories: Repositories
    subjects: Subjects

    @property
    def installation(self) -> Installation:
        return next(iter(self.world.installations.values()))


@dataclass(slots=True, kw_only=True)
class Stored:
    """A store of deliveries."""

    deliveries: list[RawDelivery] = field(default_factory=list)

    async def known(self, delivery_ids: Sequence[str]) -> set[str]:
        return {it.delivery_id for it in self.deliveries} & set(delivery_ids)

    async def record(self, delivery: RawDelivery) -> None:
        self.deliveries.append(delivery)


@pytest.fixture(scope="module")
def keys() -> Keys:
    return new_keys()


@pytest.fixture
async def side(keys: Keys) -> AsyncIterator[Side]:
    clock = HurryingClock()
    world = populated(clock, keys=keys)
    world.app.hook.url = "http://127.0.0.1:9/"  # a loopback address, which GHES refuses: all deliveries fail
    async with running(world) as far, network() as connections:
        ghes = Ghes(network=connections, hosts=Hosts.of(far.url), clock=clock, jitter=lambda: 0.0)
        app = App(ghes=ghes, auth=AppAuth(app_id=str(world.app.id), key=load_key(keys.private_pem), clock=clock))
        installations = Installations(app=app, ghes=ghes)
        yield Side(
            world=world,
            clock=clock,
            ghes=ghes,
            app=app,
            installations=installations,
            repositories=Repositories(app=app, installations=installations),
            subjects=Subjects(installations=installations),
        )


async def test_twenty_callers_cost_one_token(side: Side) -> None:
    tokens = await asyncio.gather(*(side.installations.token(side.installation.id) for _ in range(20)))

    assert len(set(tokens)) == len(side.world.tokens) == 1


async def test_the_app_signs_by_the_clock_of_its_server(side: Side) -> None:
    for skew_s in (900, -900):
        side.world.skew_s = skew_s

        assert (await side.app.get("/app"))["id"] == side.world.app.id
        assert side.ghes.server.skew_s == skew_s
        assert side.ghes.server.version == side.world.version


@pytest.mark.parametrize(
    ("fault", "waited_s"),
    [
        (PrimaryLimit(reset_in_s=30), 30),
        (PrimaryLimit(status=429, reset_in_s=30), 30),
        (SecondaryLimit(retry_after_s=7), 7),
        (SecondaryLimit(status=429, retry_after_s=7), 7),
        (SecondaryLimit(retry_after_s=None), 60),
        (ServerError(times=2), 0.75),
    ],
)
async def test_limits_and_short_troubles_are_waited_for(
    side: Side, fault: PrimaryLimit | SecondaryLimit | ServerError, waited_s: float
) -> None:
    fault.method = "GET"
    side.world.faults.append(fault)

    found = await side.repositories.find("acme", "api")

    assert isinstance(found, Found)
    assert side.clock.monotonic() == pytest.approx(waited_s)


async def test_a_limit_while_a_token_is_fetched_is_waited_for(side: Side) -> None:
    side.world.faults.append(SecondaryLimit(path="/access_tokens", retry_after_s=5))

    assert await side.installations.token(side.installation.id)


async def test_repositories_are_found_by_any_case_and_by_their_old_names(side: Side) -> None:
    api = side.world.repository("acme/api")
    assert isinstance(await side.repositories.find("ACME", "Api"), Found)

    happen.rename_repository(side.world, api, "core", by=side.world.account("ada"))
    found = await side.repositories.find("acme", "api")

    assert isinstance(found, Found)
    assert (found.repository.id, found.repository.full_name) == (api.id, "acme/core")


async def test_what_the_app_cannot_reach_is_told_apart(side: Side) -> None:
    ada = side.world.account("ada")

    assert await side.repositories.find("globex", "site") == NotInstalled(owner="globex", settings_url="")
    assert await side.repositories.find("acme", "tpyo") == NotFound(owner="acme", name="tpyo")
    assert isinstance(await side.repositories.find_owner("globex"), NotInstalled)
    owner = await side.repositories.find_owner("Acme")
    assert isinstance(owner, Owner)
    assert (owner.login, owner.kind) == ("acme", "Organization")

    happen.suspend_app(side.world, side.installation, by=ada)
    assert await side.repositories.find("acme", "api") == Suspended(owner="acme")


async def test_an_issue_is_opened_under_the_new_name_of_its_repository(side: Side) -> None:
    api = side.world.repository("acme/api")
    happen.rename_repository(side.world, api, "core", by=side.world.account("ada"))
    client = side.ghes.client(await side.installations.token(side.installation.id))

    opened = await client.post("/repos/acme/api/issues", data={"title": "It leaks"})

    assert opened["title"] == "It leaks"
    assert opened["html_url"].endswith(f"/acme/core/issues/{opened['number']}")


async def test_subjects_are_fetched_as_they_are_now(side: Side) -> None:
    ada, api = side.world.account("ada"), side.world.repository("acme/api")
    issue = happen.open_issue(side.world, api, by=ada)
    first = await side.subjects.issue(side.installation.id, "acme/api", issue.number)

    happen.close(side.world, api, issue, by=ada)
    second = await side.subjects.issue(side.installation.id, "acme/api", issue.number)

    assert isinstance(first, Fetched)
    assert isinstance(second, Fetched)
    assert (first.fields["state"], second.fields["state"]) == ("open", "closed")
    assert await side.subjects.pull(side.installation.id, "acme/api", 999) == Gone()


async def test_the_checks_of_a_commit_are_read_over_many_pages(side: Side) -> None:
    ada, api = side.world.account("ada"), side.world.repository("acme/api")
    sha = api.branches["main"]
    for number in range(130):
        happen.report_check(side.world, api, sha, "success", by=ada, app_slug=f"check-{number}")
    happen.set_status(side.world, api, sha, "failure", by=ada)

    checks = await side.subjects.checks(side.installation.id, "acme/api", sha)

    assert isinstance(checks, Fetched)
    assert len(checks.fields["check_runs"]) == 130
    assert [it["state"] for it in checks.fields["statuses"]] == ["failure"]


async def test_webhooks_that_never_arrived_are_fetched_oldest_first(side: Side) -> None:
    ada, api, store = side.world.account("ada"), side.world.repository("acme/api"), Stored()
    side.world.modes.twice = True
    for number in range(120):
        happen.open_issue(side.world, api, by=ada, title=f"Issue {number}")
    await side.world.delivered()

    rounds = [await _caught_up(side, store, side.clock.now() - timedelta(hours=1)) for _ in range(2)]

    assert [it.fetched for it in rounds] == [120, 0]
    assert [it.payload["issue"]["title"] for it in store.deliveries] == [f"Issue {number}" for number in range(120)]
    assert {it.event_name for it in store.deliveries} == {"issues"}
    assert store.deliveries[0].headers["X-GitHub-Delivery"] == store.deliveries[0].delivery_id


async def test_an_outage_longer_than_the_log_is_reported(side: Side) -> None:
    ada, api, store = side.world.account("ada"), side.world.repository("acme/api"), Stored()
    began_at = side.clock.now()
    happen.open_issue(side.world, api, by=ada, title="Too old")
    await side.world.delivered()
    await side.clock.sleep(timedelta(days=8).total_seconds())
    happen.open_issue(side.world, api, by=ada, title="In the log")
    await side.world.delivered()

    caught = await _caught_up(side, store, began_at)

    assert [it.payload["issue"]["title"] for it in store.deliveries] == ["In the log"]
    assert caught.gap == Gap(from_at=began_at, to_at=side.clock.now() - timedelta(days=7))


async def _caught_up(side: Side, store: Stored, since: datetime) -> CaughtUp:
    caught = await catch_up(HookLog(app=side.app), store.known, store.record, since, side.clock.now())
    assert isinstance(caught, CaughtUp)
    return caught
