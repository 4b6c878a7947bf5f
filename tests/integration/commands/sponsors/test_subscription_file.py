"""A file is applied beside a running agent: it counts from the next event on, and private things keep to their rule."""

from pathlib import Path
from typing import Any

import pytest

from agent.cli_errors import Failure
from agent.subscription_file import run
from agent.subscription_file.steps_text import lines
from agent.subscription_file.wrong_file import WrongFileError


class Files:
    """The verbs, on a running agent's store, with Slack and GHES as they are."""

    def __init__(self, rig: Any) -> None:
        self.rig, self.path = rig, Path(rig.folder / "roster.toml")
        self.settings = rig.world.settings(rig.folder)

    def channel(self, name: str) -> str:
        """A channel as a table is called."""
        slack = self.rig.slack
        return f"{slack.team('acme').team_id}.{slack.channel('acme', name).channel_id}"

    async def planned(self, text: str, *, prune: bool = False) -> run.Planned:
        self.path.write_text(text, encoding="utf-8")
        return await run.planned(self.settings, self.path, prune=prune, clock=self.rig.clock)

    async def apply(self, text: str, *, prune: bool = False) -> list[str]:
        """The plan's lines, without their channels."""
        plan = await self.planned(text, prune=prune)
        await run.applied(self.settings, plan, self.rig.clock)
        return [line.replace(line.split()[1] + " ", "") for line in lines(plan.steps)]

    async def exported(self, **more: Any) -> str:
        return await run.exported(self.settings, clock=self.rig.clock, **more)


@pytest.fixture
def files(rig: Any) -> Files:
    return Files(rig)


async def test_what_is_exported_beside_a_running_agent_differs_in_nothing(rig: Any, files: Files) -> None:
    await rig.said('subscribe acme/docs issues commits:release/* +label:"good first issue"')
    await rig.said("subscribe acme", "dev")

    text = await files.exported(names=True)

    assert f"[{files.channel('general')}]  # Acme #general" in text
    assert (await files.planned(text, prune=True)).steps == ()


async def test_a_running_agent_heeds_a_file_from_the_next_event_on_and_posts_once(rig: Any, files: Files) -> None:
    await rig.said("subscribe acme/docs issues")
    await rig.issue("before", "acme/shared")
    text = await files.exported() + "'acme/shared' = 'issues'\n"

    done = await files.apply(text)
    await rig.issue("after", "acme/shared")
    await rig.issue("as ever", "acme/docs")

    assert done == ["+ acme/shared: issues"]
    assert [sum(title in card for card in rig.cards()) for title in ("before", "after", "as ever")] == [0, 1, 1]
    assert await files.apply(text) == []


async def test_what_a_file_takes_away_arrives_no_more(rig: Any, files: Files) -> None:
    await rig.said("subscribe acme/docs issues")
    await rig.said("subscribe acme/docs issues", "dev")

    done = await files.apply(f"[{files.channel('general')}.subscriptions]\n")
    await rig.issue("still", "acme/docs")

    assert done == ["- acme/docs: issues"]
    assert (len(rig.cards()), len(rig.cards("dev"))) == (0, 1)


async def test_threading_is_switched_off_by_a_file(rig: Any, files: Files) -> None:
    await rig.said("subscribe acme/docs issues")

    done = await files.apply(f"[{files.channel('general')}]\nthreading = false\n")

    assert done == ["~ threading: on -> off"]
    assert "threading = false" in await files.exported()


async def test_a_public_channel_is_joined_and_a_private_one_wants_an_invitation(rig: Any, files: Files) -> None:
    text = "[{}.subscriptions]\n'acme/docs' = 'issues'\n"

    await files.apply(text.format(files.channel("random")))
    with pytest.raises(WrongFileError, match="if it's a private channel, invite the app there first"):
        await files.apply(text.format(files.channel("secret")))
    with pytest.raises(WrongFileError, match=r"Slack shows the app no channel C0NOTHING in T"):
        await files.apply(text.format(f"{rig.slack.team('acme').team_id}.C0NOTHING"))
    await rig.issue("hello", "acme/docs")

    assert any("hello" in card for card in rig.cards("random"))
    assert rig.cards("secret") == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("acme/nothing", "line 3, column 1: `acme/nothing`: acme has no repository nothing; check its name."),
        (
            "globex/site",
            "line 3, column 1: `globex/site`: there is nobody called globex, or the GitHub App isn't installed there",
        ),
        (
            "globex",
            "line 3, column 1: `globex`: there is nobody called globex, or the GitHub App isn't installed there.",
        ),
    ],
)
async def test_a_name_that_ghes_does_not_know_leaves_everything_as_it_is(
    rig: Any, files: Files, name: str, says: str
) -> None:
    await rig.said("subscribe acme/docs issues")
    before = await files.exported()

    with pytest.raises(WrongFileError) as caught:
        await files.apply(f"[{files.channel('general')}.subscriptions]\n'acme/docs' = 'pulls'\n'{name}' = ''\n")

    assert says in str(caught.value)
    assert await files.exported() == before


async def test_ghes_that_is_away_is_a_failure_and_changes_nothing(rig: Any, files: Files) -> None:
    files.settings = rig.world.settings(rig.folder, GHES_URL="http://127.0.0.1:9")

    with pytest.raises(Failure, match="GitHub Enterprise can't be asked about acme/docs, so nothing was changed"):
        await files.apply(f"[{files.channel('general')}.subscriptions]\n'acme/docs' = ''\n")


async def test_without_a_github_app_a_new_name_cannot_be_asked(rig: Any, files: Files) -> None:
    files.settings = rig.world.settings(rig.folder).model_copy(update={"ghes_app_id": None, "ghes_private_key": None})

    with pytest.raises(Failure, match="The GitHub App isn't set up"):
        await files.apply(f"[{files.channel('general')}.subscriptions]\n'acme/docs' = ''\n")


async def test_somebody_who_was_quicker_wins(rig: Any, files: Files) -> None:
    plan = await files.planned(f"[{files.channel('general')}.subscriptions]\n'acme/docs' = 'issues'\n")
    await rig.said("subscribe acme/docs releases")

    with pytest.raises(Failure, match="Somebody has changed these subscriptions in the meantime"):
        await run.applied(files.settings, plan, rig.clock)

    assert await rig.subscribed() == ["acme/docs `releases`"]


async def test_no_channel_is_joined_for_a_plan_that_somebody_was_quicker_than(
    house: Any,  # noqa: ARG001 - people are linked
    rig: Any,
    files: Files,
) -> None:
    plan = await files.planned(
        f"[{files.channel('random')}.subscriptions]\n'acme/docs' = 'issues'\n\n"
        f"[{files.channel('general')}.subscriptions]\n'acme/docs' = 'issues'\n"
    )
    random = rig.slack.channel("acme", "random")
    before = set(random.members)
    await rig.said("subscribe acme/docs releases")

    with pytest.raises(Failure, match="Somebody has changed these subscriptions in the meantime"):
        await run.applied(files.settings, plan, rig.clock)

    assert [each.channel_id for each in plan.to_join] == [random.channel_id]
    assert set(random.members) == before


async def test_what_is_private_waits_until_somebody_who_may_read_it_takes_over(
    house: Any, rig: Any, files: Files
) -> None:
    done = await files.apply(f"[{files.channel('general')}.subscriptions]\n'acme/api' = 'issues'\n")
    await rig.passes(3)
    await rig.answered()
    [offer] = house.visible()
    early = await house.arrives("early")

    refused = await house.press(offer, "Take over", user="ada")
    taken = await house.press(offer, "Take over")

    assert done[0].endswith("(private: paused until somebody in the channel who may read it takes it over)")
    assert "An administrator of this app has subscribed this channel to" in offer.text
    assert not any("took over" in each.text for each in refused)
    assert "took over" in taken[-1].text
    assert (early, await house.arrives("heard")) == (False, True)
    assert (await house.actions())[-3:] == ["subscribe", "pause", "take over"]


async def test_a_private_subscription_that_is_there_keeps_its_sponsors(house: Any, rig: Any, files: Files) -> None:
    await rig.said("subscribe acme/api issues")

    done = await files.apply(f"[{files.channel('general')}.subscriptions]\n'acme/api' = 'issues releases'\n")

    assert done == ["~ acme/api: issues -> issues releases"]
    assert await house.sponsors() == ["mona"]
    assert await house.arrives("heard")


@pytest.mark.parametrize("allowed", [True, False])
async def test_in_a_shared_channel_the_files_yes_counts_as_an_administrators(governed: Any, *, allowed: bool) -> None:
    rig, files = governed.rig, Files(governed.rig)
    name = files.channel("partners")
    says = f"[{name}]\nallow_private = ['acme/api']\n" if allowed else ""
    await files.apply(f"{says}[{name}.subscriptions]\n'acme/api' = 'issues'\n")
    await rig.passes(3)
    await rig.answered()
    [offer] = governed.visible("partners")

    answer = await governed.press(offer, "Take over", "partners")

    assert ("took over" in answer[-1].text) is allowed
    assert ("I've asked the administrators" in answer[-1].text) is not allowed
    assert await governed.arrives("heard", "partners") is allowed
    assert ("allow" in await governed.actions()) is allowed


async def test_a_yes_that_is_taken_back_pauses_what_it_allowed(governed: Any) -> None:
    rig, files = governed.rig, Files(governed.rig)
    name = files.channel("partners")
    file = f"[{name}]\nallow_private = ['acme/api']\n[{name}.subscriptions]\n'acme/api' = 'issues'\n"
    await files.apply(file)
    await rig.passes(3)
    await rig.answered()
    await governed.press(governed.visible("partners")[0], "Take over", "partners")

    done = await files.apply(file.replace("'acme/api']", "]"))
    await rig.passes(3)
    await rig.answered()

    assert done == ["- acme/api: not allowed any more where the channel is shared with another organisation"]
    assert len(governed.told_of_pause("partners")) == 1
    assert not await governed.arrives("hidden", "partners")
