import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from structlog.testing import capture_logs

from agent.ghes.answers import Refused, Unreachable
from agent.people.acting import CLAIM_S, Acting, GhesActor, NoActors
from agent.people.person import Person, Tokens
from agent.people.ports import NotLinked, NotSetUp
from agent.slash.ports import ASKED_S
from agent.store.people import SqlPeople
from agent.store.port import StoreUnavailableError
from agent.store.secrets import Secrets
from infra.sandbox.driven_clock import settle
from infra.sandbox.ghes.faults import LostAfterWrite, ServerError, Slow

ISSUES = "/repos/{owner}/{repo}/issues"
DOCS = {"owner": "acme", "repo": "docs"}


async def test_without_an_app_nobody_acts() -> None:
    assert await NoActors().of("T1", "U1") == NotSetUp()


async def test_who_isnt_linked_doesnt_act(house: Any) -> None:
    assert await house.one.acting.of("T1", "U1") == NotLinked()


async def test_what_somebody_does_is_done_as_that_person(house: Any) -> None:
    await house.link()
    actor = await house.one.ada()

    made = await actor.send("POST", ISSUES, DOCS, {"title": "It leaks"})

    assert (actor.person.login, made["user"]["login"], made["title"]) == ("ada", "ada", "It leaks")
    assert (await actor.get(f"{ISSUES}/{{n}}", {**DOCS, "n": str(made["number"])}))["title"] == "It leaks"
    assert [label["name"] for label in await actor.listing("/repos/{owner}/{repo}/labels", DOCS)][:1] == ["bug"]


async def test_all_pages_of_a_listing_come_together_and_no_more_than_wanted(house: Any) -> None:
    await house.link()
    actor = await house.one.ada()
    path = "/repos/{owner}/{repo}/labels{?per_page}"

    everything = await actor.listing(path, {**DOCS, "per_page": "1"})
    some = await actor.listing(path, {**DOCS, "per_page": "1"}, most_pages=2)

    assert (len(everything), len(some)) == (4, 2)
    assert len(await actor.listing("/user/installations", key="installations")) >= 1


async def test_a_token_that_lives_long_enough_is_used_as_it_is(house: Any) -> None:
    await house.link()
    await house.passes(7.9)

    await house.one.ada()

    assert house.one.oauth.refreshes == 0


async def test_tokens_without_an_end_are_never_renewed(house: Any) -> None:
    house.world.switches = replace(house.world.switches, user_tokens_expire=False)
    await house.link()
    await house.passes(10_000)

    assert not isinstance(await (await house.one.ada()).get("/user"), Refused)
    assert house.one.oauth.refreshes == 0


async def test_of_many_who_need_a_new_token_in_two_processes_one_gets_it_for_all(house: Any) -> None:
    await house.link()
    await house.passes(8)

    replicas = [house.one, house.other] * 5
    actors = await house.until(asyncio.gather(*(each.ada() for each in replicas)))

    assert house.one.oauth.refreshes + house.other.oauth.refreshes == 1
    assert [(await actor.get("/user"))["login"] for actor in actors] == ["ada"] * 10


async def test_both_new_tokens_are_stored_before_one_is_used(house: Any) -> None:
    before = await house.link()
    await house.passes(8)

    await house.one.ada()

    held = await house.other.people.held("T1", "U1")
    assert held is not None
    assert held.tokens.access in house.world.user_tokens
    assert held.tokens.refresh not in {before.refresh_token, ""}


async def test_whoever_waits_may_be_cut_off_and_the_renewal_goes_on(house: Any) -> None:
    await house.link()
    await house.passes(8)
    house.world.faults.append(Slow(path="/login/oauth/access_token", seconds=3))

    cut_off = asyncio.create_task(house.one.acting.of("T1", "U1"))
    while not house.one.oauth.refreshes:
        await settle()
    cut_off.cancel()
    with suppress(asyncio.CancelledError):
        await cut_off

    actor = await house.until(house.other.ada())
    assert (await actor.get("/user"))["login"] == "ada"
    assert (house.one.oauth.refreshes, house.other.oauth.refreshes) == (1, 0)


async def test_a_renewal_that_ghes_refuses_ends_the_link(house: Any) -> None:
    await house.link()
    house.world.user_tokens.clear()
    await house.passes(8)

    assert await house.one.acting.of("T1", "U1") == NotLinked(ended=True)
    assert await house.one.acting.of("T1", "U1") == NotLinked()
    assert await house.audit() == [("unlink", "GitHub Enterprise didn't renew the sign-in")]


async def test_a_wrong_client_secret_ends_nobodys_link(house: Any) -> None:
    await house.link()
    await house.passes(8)
    right, house.world.app.client_secret = house.world.app.client_secret, "changed on the server"

    with capture_logs():
        answer = await house.one.acting.of("T1", "U1")
    house.world.app.client_secret = right

    assert isinstance(answer, Unreachable)
    assert "GHES_CLIENT_SECRET" in answer.reason
    assert isinstance(await house.one.acting.of("T1", "U1"), GhesActor)


async def test_a_ghes_that_is_away_leaves_the_link_and_is_asked_again(house: Any) -> None:
    await house.link()
    await house.passes(8)
    house.world.faults.append(ServerError(path="/login/oauth/access_token"))

    assert isinstance(await house.one.acting.of("T1", "U1"), Unreachable)
    assert isinstance(await house.one.acting.of("T1", "U1"), GhesActor)


async def test_a_process_killed_in_a_renewal_holds_nobody_up_for_long_and_the_person_signs_in_again(
    house: Any,
) -> None:
    await house.link()
    await house.passes(8)
    died = asyncio.Event()

    async def die() -> None:
        died.set()
        await asyncio.Event().wait()

    house.one.oauth.after = die
    dead = asyncio.create_task(house.one.acting.of("T1", "U1"))
    await house.until(died.wait())

    waited = await house.until(house.other.acting.of("T1", "U1"))
    await house.clock.advance(CLAIM_S)
    later = await house.until(house.other.acting.of("T1", "U1"))
    for task in [dead, *house.one.acting._renewals.values()]:
        task.cancel()

    assert isinstance(waited, Unreachable)
    assert later == NotLinked(ended=True)


async def test_a_store_that_is_away_for_a_moment_loses_no_new_token(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.link()
    await house.passes(8)
    kept, tries = house.one.people.refreshed, 0

    async def away_at_first(person: Person, tokens: Tokens) -> bool:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise StoreUnavailableError
        return bool(await kept(person, tokens))

    monkeypatch.setattr(house.one.people, "refreshed", away_at_first)

    actor = await house.until(house.one.ada())

    assert (await actor.get("/user"))["login"] == "ada"


async def test_somebody_who_signs_out_during_a_renewal_leaves_no_token_behind(house: Any) -> None:
    await house.link()
    await house.passes(8)

    async def signs_out() -> None:
        house.one.oauth.after = None
        await house.other.unlinking.sign_out("T1", "U1")

    house.one.oauth.after = signs_out

    assert await house.until(house.one.acting.of("T1", "U1")) == NotLinked()
    assert house.world.user_tokens == {}


async def test_a_token_that_another_process_has_renewed_is_replaced_not_ended(house: Any) -> None:
    await house.link()
    await house.passes(7)
    actor = await house.one.ada()
    await house.passes(1)
    await house.other.ada()

    made = await actor.send("POST", ISSUES, DOCS, {"title": "It leaks"})

    assert made["user"]["login"] == "ada"
    assert await house.audit() == []


async def test_a_token_that_ghes_takes_no_more_ends_the_link(house: Any) -> None:
    await house.link()
    actor = await house.one.ada()
    house.world.user_tokens.clear()

    answer = await actor.get("/user")

    assert isinstance(answer, Refused)
    assert answer.status == 401
    assert await house.one.people.of("T1", "U1") is None
    assert await house.audit() == [("unlink", "GitHub Enterprise no longer accepted the token")]


async def test_a_suspended_person_hears_it_from_ghes(house: Any) -> None:
    await house.link()
    actor = await house.one.ada()
    house.ada.suspended = True

    answer = await actor.get("/user")

    assert isinstance(answer, Refused)
    assert (answer.status, "suspended" in answer.message) == (403, True)
    assert await house.one.people.of("T1", "U1") is not None


async def test_a_write_whose_answer_is_lost_is_not_repeated(house: Any) -> None:
    await house.link()
    actor = await house.one.ada()
    before = len(house.world.repository("acme/docs").issues)
    house.world.faults.append(LostAfterWrite(method="POST", path="/issues"))

    answer = await actor.send("POST", ISSUES, DOCS, {"title": "It leaks"})

    assert isinstance(answer, Unreachable)
    assert len(house.world.repository("acme/docs").issues) == before + 1


async def test_nobody_waits_longer_than_twenty_seconds(house: Any) -> None:
    await house.link()
    actor = await house.one.ada()
    house.world.faults.append(Slow(path="/user", seconds=100))
    began_s = house.clock.monotonic()

    answer = await house.until(actor.get("/user"))

    assert isinstance(answer, Unreachable)
    assert house.clock.monotonic() - began_s <= ASKED_S + 1


async def test_a_sign_in_that_no_key_opens_is_left_and_offered_anew(house: Any) -> None:
    await house.link()
    keyless = SqlPeople(house.store, Secrets([Fernet.generate_key()]), house.clock)
    acting = Acting(keyless, house.one.oauth, house.one.unlinking, house.one.acting._ghes, house.clock)

    with capture_logs():
        answer = await acting.of("T1", "U1")

    assert answer == NotLinked(ended=True)
    assert await house.one.people.of("T1", "U1") is not None
