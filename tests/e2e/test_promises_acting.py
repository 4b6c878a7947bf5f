"""What is promised to who acts on GHES from Slack."""

from typing import Any

import pytest

from infra.sandbox import linking
from infra.sandbox.ghes.faults import LostAfterWrite, Slow
from infra.sandbox.slack import people


@pytest.fixture
async def form(rig: Any) -> Any:
    """The form for a new issue, open before mona, who is ada on GHES; a lost answer takes 5 s to be looked up."""
    slack, ghes = rig.world.slack, rig.world.ghes
    settings = rig.world.settings(rig.folder)
    await linking.link(settings, [slack.team("acme")], ghes, {"mona": "ada"}, rig.clock)
    people.slash(slack, "acme", "general", "mona", "open acme/docs")
    await rig.passes(3)
    rig.world.ghes.faults.append(Slow(method="GET", path="/issues", seconds=5))
    return people.open_view(slack, "acme", "mona")


def told(rig: Any) -> list[str]:
    """What mona was told, but for cards."""
    found = rig.world.slack.channel("acme", "general").messages.values()
    return [each.text for each in found if each.ephemeral_for]


async def test_agent_killed_while_it_acts_on_ghes_for_a_person(rig: Any, form: Any) -> None:
    rig.world.ghes.faults.insert(0, LostAfterWrite(method="POST", path="/issues"))
    people.submit(rig.world.slack, form.view_id, {"Title": "It leaks"})
    await rig.passes(1)
    assert told(rig) == []

    await rig.killed(rig.agents[0])
    await rig.start()
    await rig.passes(10)

    assert [each.title for each in rig.world.ghes.repository("acme/docs").issues.values()] == ["It leaks"]
    [answer] = told(rig)
    assert answer.startswith("Opened <")


@pytest.mark.parametrize("transactions", range(1, 7))
async def test_killed_after_any_transaction_of_an_act_nothing_is_done_twice_and_the_person_hears_of_it(
    rig: Any, form: Any, transactions: int
) -> None:
    life = rig.agents[0].store.life
    await rig.calm()
    life.last = life.begun + transactions
    people.submit(rig.world.slack, form.view_id, {"Title": "It leaks"})
    await rig.within(120, life.dead.is_set)

    await rig.killed(rig.agents[0])
    await rig.start()
    await rig.passes(10)

    made = len(rig.world.ghes.repository("acme/docs").issues)
    says = told(rig)[-1]
    assert (made, says.startswith("Opened <")) in {(1, True), (0, False)}
    assert made or "it's unclear whether" in says
