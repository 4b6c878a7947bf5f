"""The search for issues and pull requests. ghes.md §10, §14 (State is real)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Team
from infra.sandbox.ghes.world import World


@pytest.fixture
def search(as_person: Callable[[str], Any]) -> Any:
    """Searches as somebody, and returns the titles that were found."""

    async def search(query: str, by: str = "ada", more: str = "") -> list[str]:
        answer = await as_person(by)("GET", f"/search/issues?q={quote(query)}{more}")
        assert answer.status == 200, answer.body
        return [it["title"] for it in answer.body["items"]]

    return search


@pytest.fixture
async def found(world: World, api: Repository, ada: Account, grace: Account, clock: DrivenClock) -> None:
    """Issues and pull requests with telling titles, one a minute."""
    docs, site = world.repository("acme/docs"), world.repository("globex/site")
    leak = happen.open_issue(world, api, by=grace, title="The tap leaks", body=None, labels=["bug"])
    happen.assign(world, api, leak, ada, by=grace)
    happen.close(world, api, happen.open_issue(world, api, by=ada, title="An old leak", body="@grace knows"), by=ada)
    await clock.advance(60, step_s=60)
    mend = happen.open_pull(world, api, by=grace, title="Mend the tap")
    happen.request_review(world, api, mend, ada, by=grace)
    await clock.advance(60, step_s=60)
    draft = happen.open_pull(world, api, by=ada, title="A draft", head="draft", draft=True)
    happen.request_review(world, api, draft, backend(world), by=ada)
    await clock.advance(60, step_s=60)
    happen.merge(world, docs, happen.open_pull(world, docs, by=ada, title="Merged words"), by=ada)
    happen.open_issue(world, docs, by=grace, title="A typo")
    happen.open_issue(world, site, by=world.account("outsider"), title="Elsewhere")
    happen.open_issue(world, world.repository("globex/secret"), by=world.account("outsider"), title="Secret")
    await clock.advance(60, step_s=60)
    happen.comment(world, api, leak, by=ada)


def backend(world: World) -> Team:
    return next(iter(world.teams.values()))


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("is:issue", {"The tap leaks", "An old leak", "A typo", "Elsewhere"}),
        ("is:issue is:open", {"The tap leaks", "A typo", "Elsewhere"}),
        ("is:issue state:closed", {"An old leak"}),
        ("is:pr", {"Mend the tap", "A draft", "Merged words"}),
        ("is:pull-request is:open draft:false archived:false", {"Mend the tap"}),
        ("is:pr is:merged", {"Merged words"}),
        ("is:pr draft:true", {"A draft"}),
        ("is:issue repo:acme/docs", {"A typo"}),
        ("is:issue repo:ACME/Docs repo:acme/api is:open", {"A typo", "The tap leaks"}),
        ("is:issue org:acme", {"The tap leaks", "An old leak", "A typo"}),
        ("is:issue author:grace", {"The tap leaks", "A typo"}),
        ("is:issue assignee:ada", {"The tap leaks"}),
        ("is:issue mentions:grace", {"An old leak"}),
        ("is:issue involves:ada", {"The tap leaks", "An old leak"}),
        ("is:issue involves:grace", {"The tap leaks", "An old leak", "A typo"}),
        ("is:issue involves:linus", set()),
        ("is:issue label:bug", {"The tap leaks"}),
        ('is:issue label:"bug"', {"The tap leaks"}),
        ("is:issue leak", {"The tap leaks", "An old leak"}),
        ("is:issue leak tap", {"The tap leaks"}),
        ('is:issue "tap leaks" in:title', {"The tap leaks"}),
        ("is:issue knows in:title", set()),
        ("is:issue nothing:such", set()),
        ("is:pr review-requested:ada", {"Mend the tap", "A draft"}),
        ("is:pr user-review-requested:ADA", {"Mend the tap"}),
        ("is:pr team-review-requested:acme/backend", {"A draft"}),
        ("is:pr user-review-requested:linus", set()),
    ],
)
async def test_qualifiers_and_words_narrow_it(search: Any, query: str, titles: set[str]) -> None:
    assert set(await search(query)) == titles


@pytest.mark.usefixtures("found")
async def test_only_what_the_person_may_see_is_found(search: Any) -> None:
    assert set(await search("is:issue", by="outsider")) == {"A typo", "Elsewhere"}


@pytest.mark.usefixtures("found")
async def test_it_is_sorted_by_the_newest_change_on_request(search: Any) -> None:
    assert (await search("is:issue org:acme"))[0] == "A typo"
    assert (await search("is:issue org:acme", more="&sort=updated"))[0] == "The tap leaks"
    assert (await search("is:issue org:acme", more="&sort=updated&order=asc"))[-1] == "The tap leaks"


@pytest.mark.usefixtures("found")
async def test_pages_carry_the_count_and_a_link(as_person: Callable[[str], Any]) -> None:
    answer = await as_person("ada")("GET", "/search/issues?q=is%3Aissue&per_page=3")

    assert (answer.body["total_count"], answer.body["incomplete_results"]) == (4, False)
    assert len(answer.body["items"]) == 3
    assert 'page=2>; rel="next"' in answer.headers["Link"]
    assert answer.body["items"][0]["score"] == 1.0


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("is:open leak", "Query must include 'is:issue' or 'is:pull-request'"),
        ("type:issue leak", "Query must include 'is:issue' or 'is:pull-request'"),
        ("is:issue repo:globex/secret", "cannot be searched"),
        ("is:issue repo:acme/nothing", "cannot be searched"),
        ("", None),
    ],
)
async def test_what_a_person_may_not_ask_is_422(as_person: Callable[[str], Any], query: str, told: str | None) -> None:
    # §10: "User tokens: is:issue or is:pull-request must be in the query (422)"
    answer = await as_person("ada")("GET", f"/search/issues?q={quote(query)}")

    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "q")
    assert told is None or told in answer.body["errors"][0]["message"]


@pytest.mark.usefixtures("found")
async def test_an_installation_may_leave_the_kind_out(bot: Any) -> None:
    answer = await bot("GET", "/search/issues?q=repo:acme/api")

    assert {it["title"] for it in answer.body["items"]} == {"The tap leaks", "An old leak", "Mend the tap", "A draft"}


async def test_no_more_than_a_thousand_are_shown(as_person: Callable[[str], Any], as_app: Any) -> None:
    # §10: "≤ 1000 results"
    ask = as_person("ada")

    assert (await ask("GET", "/search/issues?q=is%3Aissue&per_page=100&page=10")).status == 200
    assert (await ask("GET", "/search/issues?q=is%3Aissue&per_page=100&page=11")).status == 422
    assert (await as_app("GET", "/search/issues?q=is%3Aissue")).status == 403
