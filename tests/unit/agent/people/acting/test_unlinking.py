from datetime import timedelta
from typing import Any

from structlog.testing import capture_logs

from agent.people.acting import GhesActor
from agent.people.ports import Granted, NotLinked, SignedOut
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.faults import ServerError


async def test_signing_out_has_ghes_forget_the_authorization(house: Any) -> None:
    await house.link()

    answer = await house.one.unlinking.sign_out("T1", "U1")

    assert isinstance(answer, SignedOut)
    assert (answer.revoked, answer.person.login, house.world.user_tokens) == (True, "ada", {})
    assert await house.one.unlinking.sign_out("T1", "U1") == NotLinked()
    assert await house.audit() == [("unlink", "signed out")]


async def test_signing_out_long_after_the_token_ended_revokes_too(house: Any) -> None:
    await house.link()
    await house.passes(100)

    answer = await house.one.unlinking.sign_out("T1", "U1")

    assert isinstance(answer, SignedOut)
    assert (answer.revoked, house.world.user_tokens) == (True, {})


async def test_signing_out_in_one_place_leaves_the_persons_other_links(house: Any) -> None:
    await house.link("U1")
    await house.link("U2")

    await house.one.unlinking.sign_out("T1", "U1")

    assert (await (await house.one.ada("U2")).get("/user"))["login"] == "ada"
    assert len(house.world.user_tokens) == 1


async def test_signing_out_works_while_ghes_is_away(house: Any) -> None:
    await house.link()
    house.world.faults.append(ServerError(path="/grant", times=9))

    with capture_logs():
        answer = await house.one.unlinking.sign_out("T1", "U1")

    assert isinstance(answer, SignedOut)
    assert not answer.revoked
    assert await house.one.people.of("T1", "U1") is None


async def test_a_revocation_on_ghes_ends_all_links_of_that_person(house: Any) -> None:
    await house.link("U1")
    await house.link("U2")
    happen.revoke_authorization(house.world, house.ada)

    assert await house.one.unlinking.revoked(house.ada.id) == 2

    assert [await house.one.people.of("T1", user) for user in ("U1", "U2")] == [None, None]
    assert await house.audit() == [("unlink", "revoked on GitHub Enterprise")] * 2


async def test_a_late_word_of_a_revocation_leaves_somebody_who_has_linked_anew(house: Any) -> None:
    await house.link()
    happen.revoke_authorization(house.world, house.ada)
    await house.link()

    assert await house.one.unlinking.revoked(house.ada.id) == 0

    assert isinstance(await house.one.acting.of("T1", "U1"), GhesActor)


async def test_an_end_that_is_about_an_older_token_leaves_the_link(house: Any) -> None:
    old = await house.link()
    actor = await house.one.ada()
    await house.link()
    del house.world.user_tokens[old.token]

    answer = await actor.get("/user")

    assert answer["login"] == "ada"
    assert await house.one.people.of("T1", "U1") is not None


async def test_tokens_that_were_never_kept_can_be_given_back(house: Any) -> None:
    pair = await house.link()
    granted = await house.one.oauth.refresh(pair.refresh_token or "")
    assert isinstance(granted, Granted)
    renewed = timedelta(hours=8)
    assert granted.tokens.access_ends_at == house.clock.now() + renewed

    assert await house.one.unlinking.discard(house.ada.id, granted.tokens)

    assert house.world.user_tokens == {}
