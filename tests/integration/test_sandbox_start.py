"""What there is when `make sandbox` is ready: somebody who is connected, and words about what to try."""

from pathlib import Path

import pytest

from agent.secret_keys import load_or_make
from agent.store.open import open_store
from agent.store.people import SqlPeople
from agent.store.secrets import Secrets
from infra.sandbox import linking
from infra.sandbox.concessions import SANDBOX, STRICT, Concessions
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.page.parts import Parts
from infra.sandbox.system import standins
from infra.sandbox.welcome import welcome


async def test_a_person_is_linked_in_every_workspace_with_tokens_that_ghes_takes(tmp_path: Path) -> None:
    clock = DrivenClock()
    async with standins(clock) as world:
        settings, teams, ghes = world.settings(tmp_path), world.slack.teams.values(), world.ghes

        await linking.link(settings, teams, ghes, {"mona": "grace"}, clock)

        store = open_store(settings)
        people = SqlPeople(store, Secrets(load_or_make(settings)), clock)
        for team in teams:
            held = await people.held(team.team_id, world.slack.user(team.team_id, "mona").user_id)
            assert held
            assert (held.person.login, held.person.ghes_id) == ("grace", ghes.account("grace").id)
            given = ghes.user_tokens[held.tokens.access]
            assert (given.user.login, given.refresh_token, given.expires_at) == (
                "grace",
                held.tokens.refresh,
                held.tokens.access_ends_at,
            )
            assert await people.of(team.team_id, world.slack.user(team.team_id, "ada").user_id) is None
        await store.aclose()
    assert len(ghes.user_tokens) == len(teams)


@pytest.mark.parametrize(("concessions", "previews"), [(SANDBOX, True), (STRICT, False)])
async def test_the_welcome_says_what_to_try_and_who_is_connected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], concessions: Concessions, *, previews: bool
) -> None:
    clock = DrivenClock()
    async with standins(clock, concessions=concessions, ghes_name="ghes.localhost") as world:
        parts = Parts(slack=world.slack, ghes=world.ghes, agent_url="http://a", clock=clock, linked={"ada": "ada"})

        welcome(parts, page="http://page", password="pw", log_file=tmp_path / "agent.log")

    said = capsys.readouterr().out
    for words in (
        "/ghe subscribe acme/rocket",
        "/ghe open acme/rocket",
        "Speak as  defunkt , who isn't connected",
        "Who speaks as ada is connected",
    ):
        assert words in said
    assert ("it gets a preview" in said) == previews
