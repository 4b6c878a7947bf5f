from typing import Any

from infra.sandbox.ghes.faults import ServerError


async def test_signing_out_ends_the_link_and_says_that_ghes_has_confirmed_it(mona: Any, noted: Any) -> None:
    await mona.links("ada")

    answer = await mona.types("signout")

    assert "|ada> is no longer connected" in answer.text
    assert "has confirmed" in answer.text
    assert mona.rig.ghes.user_tokens == {}
    assert [(login, action) for _, login, action, _ in await noted(mona)] == [("ada", "link"), ("ada", "unlink")]


async def test_where_ghes_does_not_confirm_it_the_person_learns_what_to_do(mona: Any) -> None:
    await mona.links("ada")
    mona.rig.ghes.faults.append(ServerError(method="DELETE"))

    answer = await mona.types("signout")

    ghes = mona.rig.world.ghes_server.url
    assert "|ada> is no longer connected" in answer.text
    assert f"<{ghes}/settings/apps/authorizations|your authorized GitHub Apps>" in answer.text


async def test_who_is_not_signed_in_is_told_so_and_can_begin(mona: Any) -> None:
    answer = await mona.types("signout")

    [offer] = await mona.presses(answer, "Connect GitHub account")

    assert "You aren't signed in" in answer.text
    assert (await mona.signs_in(offer)).code


async def test_signed_out_the_accounts_can_be_linked_again(mona: Any) -> None:
    await mona.links("ada")
    await mona.types("signout")

    [answer] = await mona.links("grace")

    assert answer.text.startswith("Success!")
