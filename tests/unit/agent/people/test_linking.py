from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from agent.ghes.answers import Unreachable
from agent.people.dead_ends import DeadEnd
from agent.people.ports import (
    Denied,
    Link,
    Linked,
    Member,
    MemberKind,
    NoCode,
    NotLinked,
    NotSetUp,
    SignedOut,
    SlackSilent,
    WrongCode,
)
from agent.people.signing_in import Invitation, NoSigningIn, Verified
from agent.slash.call import Call
from agent.slash.later import signed_in
from agent.store.later import SqlLater
from agent.store.people_tables import links, people
from agent.store.tables import envelopes

AWAY = Unreachable(reason="GHES is away.")
CALL = Call(
    id="c1",
    command="/ghe",
    text="open",
    team_id="T1",
    enterprise_id="",
    channel_id="C1",
    user_id="U1",
    response_url="https://slack.test/r",
)


async def test_every_offer_is_a_fresh_link_for_fifteen_minutes_and_the_former_one_stays_good(desk: Any) -> None:
    first, second = [await desk.linking.offer("T1", "U1") for _ in range(2)]

    assert isinstance(first, Link)
    assert first.url.startswith("https://agent.test/link/")
    assert first.ends_at == desk.clock.now() + timedelta(minutes=15)
    assert first.url != second.url
    assert isinstance(await desk.linking.invitation(first.url.rpartition("/")[2]), Invitation)


async def test_the_page_names_the_workspace_and_the_person_who_will_be_linked(desk: Any) -> None:
    token = await desk.link("U1", "T2")

    assert await desk.linking.invitation(token) == Invitation(workspace="Globex", person="Name of U1")


@pytest.mark.parametrize(
    ("member", "end"),
    [
        (Member(kind=MemberKind.GUEST, name="Guest"), DeadEnd.NOT_A_MEMBER),
        (Member(kind=MemberKind.STRANGER, name="Stranger"), DeadEnd.NOT_A_MEMBER),
        (SlackSilent("unreachable"), DeadEnd.SLACK_SILENT),
    ],
)
async def test_nobody_goes_on_who_is_not_known_as_a_full_member_and_the_link_is_not_spent(
    desk: Any, member: Member | SlackSilent, end: DeadEnd
) -> None:
    token = await desk.link()
    desk.slack.others["U1"] = member

    refused = await desk.linking.continued(token, "browser")
    desk.slack.others.clear()

    assert refused is end
    assert isinstance(await desk.linking.invitation(token), Invitation)


async def test_a_link_into_a_workspace_that_was_removed_leads_nowhere(desk: Any) -> None:
    token = await desk.link(team_id="T9")

    assert await desk.linking.invitation(token) is DeadEnd.UNKNOWN


async def test_the_code_that_the_page_shows_links_the_accounts_and_the_tokens_are_kept_sealed(desk: Any) -> None:
    linked = await desk.linked("ada")

    held = await desk.people.held("T1", "U1")
    row = (await desk.store.read(lambda connection: connection.execute(select(people)).one()))._mapping
    assert isinstance(linked, Linked)
    assert (linked.person, held.tokens) == (held.person, desk.ghes.tokens("ada"))
    assert (held.person.login, held.person.ghes_id, held.person.linked_at) == ("ada", 7, desk.clock.now())
    assert desk.ghes.exchanged == [("of-ada", "https://agent.test/link/callback")]
    assert b"token-of" not in row["access"] + row["refresh"]


async def test_a_code_is_worth_nothing_to_somebody_else(desk: Any) -> None:
    code = await desk.code("ada", "U1")

    entered = await desk.linking.enter("T1", "U2", code), await desk.linking.enter("T2", "U1", code)

    assert entered == (NoCode(), NoCode())
    assert await desk.people.of("T1", "U2") is None


async def test_a_code_works_once_and_ends_what_else_was_offered(desk: Any) -> None:
    other = await desk.link()
    code = await desk.code()
    await desk.linking.enter("T1", "U1", code.lower())

    again = await desk.linking.enter("T1", "U1", code)

    left = await desk.store.read(
        lambda connection: connection.execute(select(func.count()).select_from(links)).scalar()
    )
    assert (again, left, await desk.linking.invitation(other)) == (NoCode(), 0, DeadEnd.UNKNOWN)


async def test_a_wrong_code_says_how_many_tries_are_left(desk: Any) -> None:
    await desk.code()

    assert await desk.linking.enter("T1", "U1", "CDFH-2345") == WrongCode(tries_left=4)


async def test_wrong_codes_are_written_down(desk: Any) -> None:
    await desk.code()

    for _ in range(6):
        await desk.linking.enter("T1", "U1", "CDFH-2345")

    tried = [(entry.user_id, entry.login, entry.action, entry.target, entry.outcome) for entry in await desk.audit()]
    assert tried == [
        ("U1", "", "link", "T1/U1", f"refused: wrong code, {left} {'try' if left == 1 else 'tries'} left")
        for left in (4, 3, 2, 1, 0)
    ]


async def test_what_waited_for_the_sign_in_runs_and_what_others_wait_for_does_not(desk: Any) -> None:
    later = SqlLater(desk.store, desk.clock)
    await later.keep(CALL, signed_in("T1", "U1"))
    await later.keep(CALL, signed_in("T1", "U2"))

    await desk.linked()

    def queued(connection: Any) -> list[str]:
        return list(connection.execute(select(envelopes.c.payload)).scalars())

    assert [payload for payload in await desk.store.read(queued) if '"open"' in payload] != []
    assert await later.resume(signed_in("T1", "U2")) == 1


async def test_linking_is_written_down(desk: Any) -> None:
    await desk.linked("ada")

    [entry] = await desk.audit()

    assert (entry.action, entry.team_id, entry.user_id, entry.login) == ("link", "T1", "U1", "ada")
    assert entry.outcome == "done"


async def test_linked_anew_as_somebody_else_the_former_token_is_revoked_and_that_is_written_down(desk: Any) -> None:
    await desk.linked("ada")

    await desk.linked("grace")

    assert (await desk.people.of("T1", "U1")).login == "grace"
    assert desk.ghes.revoked == [("token-of-ada", True)]
    assert [(entry.action, entry.login) for entry in await desk.audit()] == [
        ("link", "ada"),
        ("unlink", "ada"),
        ("link", "grace"),
    ]


async def test_linked_anew_as_the_same_person_nothing_is_revoked(desk: Any) -> None:
    await desk.linked("ada")

    await desk.linked("ada")

    assert desk.ghes.revoked == []
    assert [entry.action for entry in await desk.audit()] == ["link", "link"]


async def test_a_person_who_is_linked_in_two_workspaces_keeps_the_other_one(desk: Any) -> None:
    await desk.linked("ada", team_id="T1")
    await desk.linked("ada", team_id="T2")

    out = await desk.linking.sign_out("T1", "U1")

    assert isinstance(out, SignedOut)
    assert desk.ghes.revoked == [("token-of-ada", False)]
    assert (await desk.people.of("T1", "U1"), (await desk.people.of("T2", "U1")).login) == (None, "ada")


@pytest.mark.parametrize(
    ("code", "error", "end"),
    [
        ("", "access_denied", DeadEnd.DECLINED),
        ("", "redirect_uri_mismatch", DeadEnd.REFUSED),
        ("of-ada", "access_denied", DeadEnd.DECLINED),
        ("", "", DeadEnd.REFUSED),
    ],
)
async def test_without_a_code_nothing_is_asked_of_ghes_and_the_link_is_spent(
    desk: Any, code: str, error: str, end: DeadEnd
) -> None:
    state = await desk.left(await desk.link())

    returned = await desk.linking.returned(state, "browser", code, error)

    assert (returned, desk.ghes.exchanged) == (end, [])
    assert await desk.linking.returned(state, "browser", "of-ada", "") is DeadEnd.USED


@pytest.mark.parametrize(
    ("refused", "nobody", "end"),
    [
        (Denied("bad_verification_code"), None, DeadEnd.REFUSED),
        (AWAY, None, DeadEnd.UNREACHABLE),
        (None, Denied("Sorry. Your account was suspended."), DeadEnd.SUSPENDED),
        (None, AWAY, DeadEnd.UNREACHABLE),
    ],
)
async def test_where_ghes_says_no_the_person_is_told_why(
    desk: Any, refused: Denied | Unreachable | None, nobody: Denied | Unreachable | None, end: DeadEnd
) -> None:
    state = await desk.left(await desk.link())
    desk.ghes.refused, desk.ghes.nobody = refused, nobody

    returned = await desk.linking.returned(state, "browser", "of-ada", "")

    assert returned is end
    assert await desk.linking.enter("T1", "U1", "CDFH-2345") == NoCode()


async def test_another_browser_gets_no_code_and_spends_nothing(desk: Any) -> None:
    state = await desk.left(await desk.link())

    stolen = await desk.linking.returned(state, "another", "of-ada", "")

    assert (stolen, desk.ghes.exchanged) == (DeadEnd.OTHER_BROWSER, [])
    assert isinstance(await desk.linking.returned(state, "browser", "of-ada", ""), Verified)


async def test_a_link_that_ended_while_ghes_was_asked_shows_no_code_and_gives_the_tokens_back(desk: Any) -> None:
    state = await desk.left(await desk.link())
    exchange = desk.ghes.exchange

    async def meanwhile(code: str, redirect_uri: str) -> Any:
        desk.ghes.exchange = exchange
        await desk.linked("grace")
        return await exchange(code, redirect_uri)

    desk.ghes.exchange = meanwhile

    assert await desk.linking.returned(state, "browser", "of-ada", "") is DeadEnd.UNKNOWN
    assert desk.ghes.revoked == [("token-of-ada", True)]


async def test_slack_silent_at_the_end_costs_only_the_name(desk: Any) -> None:
    state = await desk.left(await desk.link())
    desk.slack.others["U1"] = SlackSilent("unreachable")

    verified = await desk.linking.returned(state, "browser", "of-ada", "")

    assert isinstance(verified, Verified)
    assert verified.invitation == Invitation(workspace="Acme", person="")


async def test_without_oauth_nobody_signs_in() -> None:
    nothing = NoSigningIn()

    found = await nothing.offer("T1", "U1"), await nothing.enter("T1", "U1", "x"), await nothing.sign_out("T1", "U1")

    assert found == (NotSetUp(), NoCode(), NotLinked())


async def test_neither_an_offered_link_nor_a_device_code_shows_in_a_repr(desk: Any) -> None:
    link = await desk.linking.offer("T1", "U1")
    desk.ghes.offers_devices()
    device = await desk.linking.offer("T1", "U1")

    shown = repr((link, device, desk.ghes.device))
    assert [secret in shown for secret in (link.url, device.user_code, "secret-device-code")] == [False] * 3


async def test_neither_a_code_nor_a_token_shows_in_a_repr(desk: Any) -> None:
    state = await desk.left(await desk.link())

    verified = await desk.linking.returned(state, "browser", "of-ada", "")

    assert verified.code not in repr(verified)
