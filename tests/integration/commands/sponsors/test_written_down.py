"""Several paused subscriptions in one channel, and what of all this is written down."""

from typing import Any

from sqlalchemy import select

from agent.store.people_tables import audit
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.population import add_repository


async def test_what_is_paused_can_be_taken_over_from_the_list_one_by_one(house: Any, rig: Any) -> None:
    ghes = rig.ghes
    add_repository(ghes, ghes.account("acme"), "vault", visibility="private")
    await rig.said("subscribe acme/api acme/vault issues")
    await house.signs_out()

    listed = await rig.said("subscribe list", user="defunkt")
    for button in ("Take over acme/api", "Take over acme/vault"):
        await house.press(listed, button, user="defunkt")

    assert (await house.actions()).count("take over") == 2
    assert await house.arrives("heard", repository="acme/vault")


async def test_that_a_paused_subscription_goes_on_when_everybody_may_read_it_is_written_down(
    house: Any, rig: Any
) -> None:
    await rig.said("subscribe acme/api issues")
    await house.signs_out()

    happen.publicize(rig.ghes, rig.ghes.repository("acme/api"), by=rig.ghes.account("ada"))
    await house.happened()

    assert (await house.actions())[-3:] == ["unlink", "pause", "resume"]
    assert await house.arrives("heard")


async def test_who_answers_as_an_administrator_is_written_down_with_their_account_and_who_tries_to(
    governed: Any,
) -> None:
    rig = governed.rig
    await rig.said("subscribe acme/api issues", "partners")
    [question] = rig.seen("dm-defunkt", "defunkt")

    await governed.link("defunkt", "ada")
    await governed.press(question, "Allow", "dm-defunkt", "defunkt")
    await governed.link("defunkt", "linus")
    await governed.press(question, "Refuse", "dm-defunkt", "defunkt")

    rows = await rig.store.read(lambda connection: connection.execute(select(audit)).all())
    told = [(row.login, row.action, row.target, row.outcome) for row in rows if row.action not in {"link", "unlink"}]
    channel = rig.slack.channel("acme", "partners").channel_id
    assert told == [
        ("grace", "ask to allow", "acme/api", "asked 1"),
        ("ada", "allow", "acme/api", "refused: not an administrator"),
        ("linus", "refuse", "acme/api", "done"),
    ]
    assert {row.channel_id for row in rows if row.login == "linus" and row.action == "refuse"} == {channel}
