"""What GHES says of a repository that somebody named, and what people are told of it."""

from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.faults import SecondaryLimit, ServerError, Slow

UNREADABLE = (
    "There is no repository `{}` that you may read on GitHub Enterprise. Check its name, or ask one of its owners to "
    "let you in."
)


def unreadable(name: str) -> str:
    """What somebody hears who may not read it, or whom nobody could show it."""
    return UNREADABLE.format(name)


async def test_a_private_repository_is_refused_to_the_person_alone(rig: Any) -> None:
    answer = await rig.said("subscribe acme/api")
    await rig.issue("hidden", "acme/api")

    assert (answer.text.partition("\n")[0], answer.ephemeral_for) == (
        unreadable("acme/api"),
        rig.slack.user("acme", "mona").user_id,
    )
    assert await rig.subscribed() == []
    assert rig.cards() == []


async def test_the_refusal_of_a_private_repository_tells_no_name_that_nobody_typed(rig: Any) -> None:
    ghes = rig.ghes
    happen.rename_repository(ghes, ghes.repository("acme/api"), "Merger-with-Initech", by=ghes.account("ada"))
    await ghes.delivered()

    answer = await rig.said("subscribe acme/api")

    assert answer.text.partition("\n")[0] == unreadable("acme/api")
    assert "Merger" not in str(answer.blocks)


async def test_where_the_app_has_all_repositories_private_and_missing_look_the_same(rig: Any) -> None:
    said = {name: await rig.said(f"subscribe acme/{name}") for name in ("api", "API", "nothing-at-all")}

    assert [answer.text.partition("\n")[0] for answer in said.values()] == [unreadable(f"acme/{name}") for name in said]
    blocks = [str(answer.blocks).replace(f"acme/{name}", "…") for name, answer in said.items()]
    assert len(set(blocks)) == 1


async def test_where_the_app_is_not_installed_private_and_missing_look_the_same(rig: Any) -> None:
    said = {name: await rig.said(f"subscribe globex/{name}") for name in ("site", "secret", "nothing-at-all")}

    page = f"{rig.ghes.web_url}/github-apps/{rig.ghes.app.slug}/installations/new"
    assert said["site"].text == (
        "I can't see `globex/site`: the GitHub App isn't installed on `globex`, or there is no such account. Install "
        f"it at {page} within 30 minutes: then I carry out `/ghe subscribe globex/site` by myself."
    )
    assert {answer.text.replace(name, "…") for name, answer in said.items()} == {said["site"].text.replace("site", "…")}
    assert all(answer.blocks[-1]["elements"][0]["url"] == page for answer in said.values())


async def test_where_the_app_has_some_repositories_the_others_and_missing_ones_look_the_same(rig: Any) -> None:
    ghes, ada = rig.ghes, rig.ghes.account("ada")
    installation = next(iter(ghes.installations.values()))
    happen.remove_from_installation(ghes, installation, [ghes.repository("acme/api")], by=ada)
    await ghes.delivered()

    said = {name: await rig.said(f"subscribe acme/{name}") for name in ("api", "nothing-at-all")}

    assert said["api"].text.startswith("The GitHub App is installed on `acme`, but not for `acme/api`.")
    assert len({answer.text.replace(name, "…") for name, answer in said.items()}) == 1


async def test_one_repository_that_may_not_be_read_changes_nothing_of_the_others(rig: Any) -> None:
    answer = await rig.said("subscribe acme/docs acme/nothing-at-all acme/shared")

    assert answer.text.partition("\n")[0] == unreadable("acme/nothing-at-all")
    assert await rig.subscribed() == []


async def test_a_suspended_app_is_told_apart_and_the_commands_go_on_when_it_is_back(rig: Any) -> None:
    ghes, ada = rig.ghes, rig.ghes.account("ada")
    installation = next(iter(ghes.installations.values()))
    happen.suspend_app(ghes, installation, by=ada)

    for text in ("acme/docs", "acme"):
        assert (await rig.said(f"subscribe {text}")).text.startswith("The GitHub App is suspended on `acme`.")
    happen.unsuspend_app(ghes, installation, by=ada)
    await ghes.delivered()
    await rig.answered()

    assert [each.ephemeral_for for each in rig.seen()[-2:]] == [None, None]
    assert len(await rig.subscribed()) == 2


@pytest.mark.parametrize(
    "trouble", [Slow(path="/repos/acme/docs", seconds=60), SecondaryLimit(path="/repos/acme/docs", retry_after_s=60)]
)
async def test_nobody_waits_longer_than_twenty_seconds_for_ghes(rig: Any, trouble: Any) -> None:
    rig.ghes.faults.append(trouble)

    rig.type("subscribe acme/docs")
    took_s = await rig.answered()

    [answer] = rig.seen()
    assert took_s <= 20.5
    assert "didn't answer within 20 seconds. Nothing was changed; try again in a moment." in answer.text
    assert await rig.subscribed() == []


async def test_a_ghes_that_is_down_is_named(rig: Any) -> None:
    rig.ghes.faults.append(ServerError(path="/repos/acme/docs", times=100))

    answer = await rig.said("subscribe acme/docs")

    assert answer.text.endswith("Nothing was changed; try again in a moment.")
    assert await rig.subscribed() == []


async def test_a_renamed_repository_goes_on_and_answers_to_both_names(rig: Any) -> None:
    await rig.said("subscribe acme/docs issues")
    _rename(rig, "acme/docs", "manual")
    await rig.issue("It leaks", "acme/manual")

    assert len(rig.cards()) == 1
    for text in ("acme/docs", "acme/manual"):
        answer = await rig.said(f"subscribe {text} +reviews")
        assert "acme/manual" in answer.text, text
    assert await rig.subscribed() == ["acme/manual `issues` `reviews`"]


@pytest.mark.parametrize("name", ["ACME/Manual", "acme/docs"])
async def test_a_renamed_repository_is_listed_by_its_new_name_and_unsubscribed_by_either(rig: Any, name: str) -> None:
    await rig.said("subscribe acme/docs issues")
    _rename(rig, "acme/docs", "manual")
    await rig.ghes.delivered()
    await rig.calm()

    assert await rig.subscribed() == ["acme/manual `issues`"]
    assert "unsubscribed this channel from" in (await rig.said(f"unsubscribe {name}")).text
    assert await rig.subscribed() == []


async def test_what_is_gone_at_ghes_can_be_unsubscribed_even_while_ghes_is_away(rig: Any) -> None:
    await rig.said("subscribe acme/docs acme/shared issues")
    ghes = rig.ghes
    happen.delete_repository(ghes, ghes.repository("acme/docs"), by=ghes.account("ada"))
    await ghes.delivered()

    assert "unsubscribed" in (await rig.said("unsubscribe acme/docs")).text
    ghes.faults.append(ServerError(times=10_000))
    assert "unsubscribed" in (await rig.said("unsubscribe acme/shared")).text
    assert await rig.subscribed() == []


def _rename(rig: Any, repository: str, name: str) -> None:
    happen.rename_repository(rig.ghes, rig.ghes.repository(repository), name, by=rig.ghes.account("ada"))
