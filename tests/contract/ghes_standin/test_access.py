"""What may be seen and done with an installation token. ghes.md §9, §14 (Auth, State is real)."""

from collections.abc import Callable
from typing import Any

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.population import add_app, install, new_keys
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World


async def test_a_private_repository_without_access_is_404(bot: Any) -> None:
    # §14 Auth: "private repository without access → 404"
    hidden = await bot("GET", "/repos/globex/secret")
    unknown = await bot("GET", "/repos/globex/nothing")

    assert hidden.status == 404
    assert hidden.body == unknown.body
    assert hidden.body["message"] == "Not Found"


async def test_a_public_repository_elsewhere_can_be_read_but_not_written(bot: Any) -> None:
    read = await bot("GET", "/repos/globex/site")
    written = await bot("POST", "/repos/globex/site/issues", {"title": "x"})

    assert read.status == 200
    assert written.status == 403
    assert written.body["message"] == "Resource not accessible by integration"


async def test_an_internal_repository_outside_the_installation_is_404(bot: Any, world: World, ada: Account) -> None:
    # the visibility of a user; an installation token only sees what it is installed on
    installation = next(iter(world.installations.values()))
    happen.remove_from_installation(world, installation, [world.repository("acme/shared")], by=ada)

    assert (await bot("GET", "/repos/acme/shared")).status == 404
    assert (await bot("GET", "/repos/acme/api")).status == 200


async def test_a_check_run_with_checks_read_is_403(bot: Any) -> None:
    # §14 Auth: "App permissions enforced (check run with checks: read → 403)"
    answer = await bot("POST", "/repos/acme/api/check-runs", {"name": "mine"})

    assert answer.status == 403
    assert answer.body["message"] == "Resource not accessible by integration"


async def test_a_merge_without_contents_write_is_403(bot: Any, world: World, api: Repository, ada: Account) -> None:
    # §9 merge: "contents:write"; the base manifest has contents: read (§2)
    pull = happen.open_pull(world, api, by=ada)

    answer = await bot("PUT", f"/repos/acme/api/pulls/{pull.number}/merge", {})

    assert answer.status == 403


async def test_a_permission_counts_only_once_it_was_accepted(
    as_app: Any, with_credential: Callable[[str], Any], world: World, ada: Account
) -> None:
    # §2: "A permission added later must be approved by each installation; until then the old ones apply"
    installation = next(iter(world.installations.values()))
    path = f"/app/installations/{installation.id}/access_tokens"
    world.app.permissions["checks"] = "write"

    before = await as_app("POST", path)
    happen.accept_permissions(world, installation, by=ada)
    after = await as_app("POST", path)

    asked = [
        await with_credential(it.body["token"])("POST", "/repos/acme/api/check-runs", {"name": "mine"})
        for it in (before, after)
    ]
    assert [it.status for it in asked] == [403, 201]


async def test_notifications_are_refused(bot: Any) -> None:
    # §0.6: "/notifications works only with classic PATs"; §14: "/notifications refused for App tokens"
    assert (await bot("GET", "/notifications")).status == 403


async def test_what_ghes_lacks_is_404(bot: Any, world: World, api: Repository, ada: Account) -> None:
    # §1 "Absent on GHES 3.19": actions/runs/{id}/approve, GET /versions; §14: "endpoints absent on GHES → 404"
    run = happen.start_run(world, api, by=ada)

    assert (await bot("POST", f"/repos/acme/api/actions/runs/{run.id}/approve")).status == 404
    assert (await bot("GET", "/versions")).status == 404


async def test_a_renamed_repository_answers_301_to_its_id(
    bot: Any, world: World, api: Repository, ada: Account
) -> None:
    # §9 labels: "POST may answer 301 for a renamed repo"; §14: "301 after rename"
    issue = happen.open_issue(world, api, by=ada)
    happen.rename_repository(world, api, "core", by=ada)

    moved = await bot("POST", f"/repos/acme/api/issues/{issue.number}/labels", {"labels": ["bug"]})
    again = await bot("POST", moved.headers["Location"], {"labels": ["bug"]})

    assert moved.status == 301
    assert moved.body["message"] == "Moved Permanently"
    assert moved.headers["Location"].endswith(f"/api/v3/repositories/{api.id}/issues/{issue.number}/labels")
    assert [it["name"] for it in again.body] == ["bug"]
    assert (await bot("GET", "/repos/acme/core")).body["id"] == api.id
    assert (await bot("GET", f"/repositories/{api.id}")).body["full_name"] == "acme/core"


async def test_another_app_cant_use_our_installation(
    with_credential: Callable[[str], Any], signed: Callable[..., str], world: World
) -> None:
    ours = next(iter(world.installations))
    other = add_app(world, world.account("globex"), slug="other", keys=new_keys())
    install(world, other, world.account("globex"))

    answer = await with_credential(signed(other))("POST", f"/app/installations/{ours}/access_tokens")

    assert answer.status == 404


async def test_an_archived_repository_is_read_only(bot: Any, world: World, api: Repository, ada: Account) -> None:
    happen.archive(world, api, by=ada)

    assert (await bot("GET", "/repos/acme/api")).body["archived"] is True
    assert (await bot("POST", "/repos/acme/api/issues", {"title": "x"})).status == 403


async def test_people_and_organizations_are_found(bot: Any) -> None:
    ada, acme, nobody = [await bot("GET", path) for path in ("/users/Ada", "/orgs/acme", "/users/nobody")]
    team = await bot("GET", "/orgs/acme/teams/backend/members")

    assert (ada.body["login"], ada.body["type"]) == ("ada", "User")
    assert (acme.body["login"], acme.body["type"]) == ("acme", "Organization")
    assert nobody.status == 404
    assert [it["login"] for it in team.body] == ["ada", "grace"]
    assert (await bot("GET", "/orgs/ada")).status == 404


async def test_what_to_choose_from_is_listed(bot: Any) -> None:
    labels = await bot("GET", "/repos/acme/api/labels")
    assignees = await bot("GET", "/repos/acme/api/assignees")
    milestones = await bot("GET", "/repos/acme/api/milestones")

    assert [it["name"] for it in labels.body] == ["bug", "enhancement", "documentation", "priority:high"]
    assert [it["login"] for it in assignees.body] == ["ada", "grace", "linus"]
    assert [it["title"] for it in milestones.body] == ["1.0"]
    assert (await bot("GET", "/repos/acme/api/assignees/grace")).status == 204
    assert (await bot("GET", "/repos/acme/api/assignees/outsider")).status == 404
