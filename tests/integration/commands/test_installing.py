"""What waits for the GitHub App goes on when it is there; who revokes it on GHES is unlinked."""

from typing import Any

import aiohttp
import pytest

from agent.people.person import Person, Tokens
from agent.secret_keys import load_or_make
from agent.store.people import SqlPeople, link, sealed
from agent.store.secrets import Secrets
from infra.sandbox.ghes import happen, oauth
from infra.sandbox.ghes.population import install

PAGE = "/setup/installed"


async def opened(rig: Any, query: str) -> tuple[int, str]:
    """What a browser shows at the page that GHES sends it to."""
    root = rig.ghes.app.setup_url.removesuffix(PAGE)
    async with aiohttp.ClientSession() as session, session.get(f"{root}{PAGE}{query}") as answer:
        return answer.status, await answer.text()


async def linked(rig: Any, user_id: str) -> SqlPeople:
    """Link Ada as a Slack user."""
    ada, secrets = rig.ghes.account("ada"), Secrets(load_or_make(rig.world.settings(rig.folder)))
    pair = oauth.sign_in(rig.ghes, rig.ghes.app, ada)
    tokens = sealed(secrets, Tokens(access=pair.token, access_ends_at=pair.expires_at))
    person = Person(team_id="T1", user_id=user_id, ghes_id=ada.id, login="ada", linked_at=rig.clock.now())
    await rig.store.write(lambda connection: link(connection, person, tokens))
    return SqlPeople(rig.store, secrets, rig.clock)


async def test_a_command_that_waits_for_the_app_goes_on_when_it_is_installed(rig: Any) -> None:
    ghes = rig.ghes
    told = await rig.said("subscribe globex/site")

    happen.install_app(ghes, ghes.app, ghes.account("globex"), by=ghes.account("ada"))
    await ghes.delivered()
    await rig.answered()

    assert "then I carry out `/ghe subscribe globex/site` by myself" in told.text
    assert "subscribed this channel to" in rig.seen()[-1].text
    assert len(await rig.subscribed()) == 1


async def test_it_goes_on_when_the_repository_is_added_to_the_installation(rig: Any) -> None:
    ghes, ada = rig.ghes, rig.ghes.account("ada")
    installation = next(iter(ghes.installations.values()))
    happen.remove_from_installation(ghes, installation, [ghes.repository("acme/docs")], by=ada)
    await ghes.delivered()
    await rig.said("subscribe acme/docs")

    happen.add_to_installation(ghes, installation, [ghes.repository("acme/docs")], by=ada)
    await ghes.delivered()
    await rig.answered()

    assert len(await rig.subscribed()) == 1


async def test_a_kill_right_after_the_word_of_it_loses_nothing(rig: Any) -> None:
    ghes = rig.ghes
    await rig.said("subscribe globex/site")
    happen.install_app(ghes, ghes.app, ghes.account("globex"), by=ghes.account("ada"))
    await ghes.delivered()
    await rig.kill()
    await rig.start()
    await rig.answered()

    assert len(await rig.subscribed()) == 1


async def test_the_page_after_installing_has_it_go_on_where_no_webhook_came(rig: Any) -> None:
    ghes = rig.ghes
    await rig.said("subscribe globex/site")
    made = install(ghes, ghes.app, ghes.account("globex"))

    status, page = await opened(rig, f"?installation_id={made.id}&setup_action=install")
    await rig.answered()

    assert (status, "goes on by itself" in page) == (200, True)
    assert len(await rig.subscribed()) == 1


@pytest.mark.parametrize(
    "query",
    ["", "?installation_id=", "?installation_id=424242", "?installation_id=1%2F..", f"?installation_id={'9' * 40}"],
)
async def test_an_installation_that_ghes_does_not_know_sets_nothing_going(rig: Any, query: str) -> None:
    await rig.said("subscribe globex/site")

    status, page = await opened(rig, query)
    await rig.answered()

    assert (status, "GitHub Enterprise didn't confirm it" in page) == (502, True)
    assert await rig.subscribed() == []


async def test_who_may_only_ask_for_the_app_is_told_whose_turn_it_is(rig: Any) -> None:
    status, page = await opened(rig, "?setup_action=request")

    assert (status, "The owners have been asked" in page) == (200, True)


async def test_who_revokes_the_app_on_ghes_is_unlinked_everywhere(rig: Any) -> None:
    people = await linked(rig, "U1")
    await linked(rig, "U2")

    happen.revoke_authorization(rig.ghes, rig.ghes.account("ada"))
    await rig.ghes.delivered()
    await rig.answered()

    assert [await people.of("T1", user_id) for user_id in ("U1", "U2")] == [None, None]


async def test_a_kill_right_after_the_word_of_a_revocation_leaves_nobody_linked(rig: Any) -> None:
    people = await linked(rig, "U1")
    happen.revoke_authorization(rig.ghes, rig.ghes.account("ada"))
    await rig.ghes.delivered()

    await rig.kill()
    await rig.start()
    await rig.answered()

    assert await SqlPeople(rig.store, people._secrets, rig.clock).of("T1", "U1") is None
