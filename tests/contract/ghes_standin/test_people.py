"""What a person may see with a token of his own: App ∩ user. ghes.md §4, §9, §14 (Auth, State is real)."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import happen, oauth
from infra.sandbox.ghes.population import add_app, add_repository, add_user
from infra.sandbox.ghes.repository import Level, Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

AsPerson = Callable[[str], Any]


async def test_user_says_who_it_is_to_people_only(as_person: AsPerson, bot: Any, as_app: Any, world: World) -> None:
    grace = await as_person("grace")("GET", "/user")

    assert grace.status == 200
    assert (grace.body["login"], grace.body["id"]) == ("grace", world.account("grace").id)
    assert (await bot("GET", "/user")).status == 403
    assert (await as_app("GET", "/user")).status == 403


@pytest.mark.parametrize(
    ("login", "seen"),
    [
        ("ada", {"acme/api", "acme/docs", "acme/shared", "globex/site"}),
        ("outsider", {"acme/docs", "acme/shared", "globex/site"}),
    ],
)
async def test_a_person_sees_what_he_may_read_and_the_app_is_on_and_what_is_public(
    as_person: AsPerson, world: World, login: str, seen: set[str]
) -> None:
    # §9 who may subscribe: "404 = no access"; "every GHES user may read visibility public and internal"
    ask = as_person(login)

    answers = {it.full_name: await ask("GET", f"/repos/{it.full_name}") for it in world.repositories.values()}

    assert {name for name, it in answers.items() if it.status == 200} == seen
    assert {it.status for it in answers.values()} == {200, 404}
    assert all(it.body["message"] == "Not Found" for it in answers.values() if it.status == 404)


async def test_where_the_app_isnt_installed_even_an_owner_only_reads_what_is_public(
    as_person: AsPerson, world: World
) -> None:
    # §4: "repositories = App ∩ user"
    owner = as_person("outsider")

    assert (await owner("GET", "/repos/globex/secret")).status == 404
    assert (await owner("GET", "/repos/globex/site/issues")).status == 200
    written = await owner("POST", "/repos/globex/site/issues", {"title": "x"})
    assert (written.status, written.body["message"]) == (403, "Resource not accessible by integration")
    assert not world.repository("globex/site").issues


async def test_an_internal_repository_without_the_app_is_404(as_person: AsPerson, world: World) -> None:
    add_repository(world, world.account("globex"), "wiki", visibility="internal")

    assert (await as_person("outsider")("GET", "/repos/globex/wiki")).status == 404


async def test_an_installation_that_is_suspended_is_as_good_as_none(
    as_person: AsPerson, world: World, ada: Account
) -> None:
    happen.suspend_app(world, next(iter(world.installations.values())), by=ada)
    ask = as_person("ada")

    assert (await ask("GET", "/repos/acme/api")).status == 404
    assert (await ask("POST", "/repos/acme/docs/issues", {"title": "x"})).status == 403


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("read", {"pull"}),
        ("triage", {"pull", "triage"}),
        ("write", {"pull", "triage", "push"}),
        ("admin", {"pull", "triage", "push", "maintain", "admin"}),
    ],
)
async def test_a_repository_says_what_the_person_may(
    as_person: AsPerson, api: Repository, grace: Account, level: Level, shown: set[str]
) -> None:
    api.levels[grace.id] = level

    answer = await as_person("grace")("GET", "/repos/acme/api")

    assert {name for name, held in answer.body["permissions"].items() if held} == shown


@pytest.mark.parametrize(("login", "held"), [("ada", True), ("grace", False)])
async def test_an_organizations_first_member_owns_it_unless_others_do(
    as_person: AsPerson, world: World, login: str, *, held: bool
) -> None:
    ask = as_person(login)

    first = await ask("GET", "/repos/acme/api")
    world.account("acme").owners = [world.account("grace")]
    named = await ask("GET", "/repos/acme/api")

    assert (first.body["permissions"]["admin"], named.body["permissions"]["admin"]) == (held, not held)


async def test_a_level_of_none_hides_a_private_repository_from_a_member(
    as_person: AsPerson, api: Repository, grace: Account
) -> None:
    api.levels[grace.id] = "none"

    assert (await as_person("grace")("GET", "/repos/acme/api")).status == 404


async def test_a_suspended_person_is_told_so(as_person: AsPerson, world: World, grace: Account) -> None:
    # §4: "Suspended or renamed users: 401/403"
    ask = as_person("grace")
    grace.suspended = True

    answer = await ask("GET", "/user")

    assert (answer.status, answer.body["message"]) == (403, "Sorry. Your account was suspended")
    with pytest.raises(oauth.OAuthError, match="access_denied"):
        oauth.authorize(world, world.app, grace, redirect_uri="")


async def test_installations_are_listed_where_the_person_was_given_rights(as_person: AsPerson, world: World) -> None:
    installation = next(iter(world.installations))

    grace = await as_person("grace")("GET", "/user/installations")
    outsider = await as_person("outsider")("GET", "/user/installations")
    repositories = await as_person("grace")("GET", f"/user/installations/{installation}/repositories")
    refused = await as_person("outsider")("GET", f"/user/installations/{installation}/repositories")

    assert [it["id"] for it in grace.body["installations"]] == [installation]
    assert (outsider.body["total_count"], outsider.body["installations"]) == (0, [])
    names = [it["full_name"] for it in repositories.body["repositories"]]
    assert names == ["acme/api", "acme/docs", "acme/shared"]
    assert repositories.body["repositories"][0]["permissions"]["push"] is True
    assert refused.status == 404


async def test_a_token_is_of_one_app(with_credential: Any, world: World, grace: Account) -> None:
    other = add_app(world, world.account("globex"), slug="other")
    token = oauth.sign_in(world, other, grace).token

    listed = await with_credential(token)("GET", "/user/installations")

    assert listed.body["total_count"] == 0
    assert (await with_credential(token)("GET", "/repos/acme/api")).status == 404


async def test_teams_are_the_persons_own(as_person: AsPerson) -> None:
    ada, linus = await as_person("ada")("GET", "/user/teams"), await as_person("linus")("GET", "/user/teams")

    assert [(it["slug"], it["organization"]["login"]) for it in ada.body] == [("backend", "acme")]
    assert linus.body == []
    assert (await as_person("linus")("GET", "/orgs/acme/teams/backend/members")).status == 200
    assert (await as_person("outsider")("GET", "/orgs/acme/teams/backend/members")).status == 404


async def test_endpoints_of_the_app_refuse_a_person(as_person: AsPerson) -> None:
    ask = as_person("ada")

    assert (await ask("GET", "/app")).status == 401
    assert (await ask("GET", "/installation/repositories")).status == 403
    assert (await ask("POST", "/repos/acme/api/check-runs", {"name": "mine"})).status == 403
    assert (await ask("GET", "/notifications")).status == 403


async def test_whoever_comes_later_reads_what_is_internal(as_person: AsPerson, world: World) -> None:
    add_user(world, "newcomer")

    answer = await as_person("newcomer")("GET", "/repos/acme/shared")

    assert (answer.status, answer.body["visibility"]) == (200, "internal")


async def test_a_token_outlives_nothing(as_person: AsPerson, clock: DrivenClock) -> None:
    ask = as_person("ada")

    await clock.advance(8 * 3600 - 1, step_s=8 * 3600)
    before = await ask("GET", "/user")
    await clock.advance(1)
    after = await ask("GET", "/user")

    assert (before.status, after.status) == (200, 401)
