"""Puts links of people into an agent's store, as going through *Connect GitHub account* would."""

from collections.abc import Iterable, Mapping
from functools import partial

from agent.people.person import Person, Tokens
from agent.secret_keys import load_or_make
from agent.settings import Settings
from agent.store import people as stored
from agent.store.migrate import migrate_sqlite
from agent.store.open import open_store
from agent.store.port import Store
from agent.store.secrets import Secrets
from infra.sandbox.ghes import oauth
from infra.sandbox.ghes.world import World as Ghes
from infra.sandbox.slack.state import Team
from shared.clock import Clock


async def link(settings: Settings, teams: Iterable[Team], ghes: Ghes, logins: Mapping[str, str], clock: Clock) -> None:
    """Make these people of each workspace (Slack name to login on GHES) linked, in the store's file.

    Each link has tokens of its own, which GHES gives for it.
    """
    migrate_sqlite(settings.sqlite_path)
    store = open_store(settings)
    try:
        await put(store, settings, teams, ghes, logins, clock)
    finally:
        await store.aclose()


async def put(
    store: Store, settings: Settings, teams: Iterable[Team], ghes: Ghes, logins: Mapping[str, str], clock: Clock
) -> None:
    """The same in a store that is open, as that of a running agent."""
    secrets = Secrets(load_or_make(settings))
    for team in teams:
        for name, login in logins.items():
            person, tokens = _person(team, name, ghes, login, clock), _tokens(ghes, login)
            row = partial(stored.link, person=person, tokens=stored.sealed(secrets, tokens))
            await store.write(row)


def _person(team: Team, name: str, ghes: Ghes, login: str, clock: Clock) -> Person:
    user = next(it for it in team.users.values() if it.name == name)
    return Person(
        team_id=team.team_id,
        user_id=user.user_id,
        ghes_id=ghes.account(login).id,
        login=login,
        linked_at=clock.now(),
    )


def _tokens(ghes: Ghes, login: str) -> Tokens:
    given = oauth.sign_in(ghes, ghes.app, ghes.account(login))
    return Tokens(
        access=given.token,
        access_ends_at=given.expires_at,
        refresh=given.refresh_token or "",
        refresh_ends_at=given.refresh_expires_at,
    )
