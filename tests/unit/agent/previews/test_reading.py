"""What links show, as GHES answers."""

from collections.abc import Callable
from typing import Any

import pytest

from agent.ghes.answers import Refused, Unreachable
from agent.previews.links import parse
from agent.previews.reading import MOST_BYTES, Read, read
from agent.previews.things import Account, Comment, FileLines, Issue, Project

GHES = "https://ghe.example.com"


async def shown(path: str, shelf: Any) -> Read:
    link = parse(f"{GHES}/{path}", GHES)
    assert link
    return await read(link, shelf, GHES)


@pytest.mark.parametrize(
    ("path", "number", "is_pull"),
    [
        ("octo/shop/issues/12", 12, False),
        ("octo/shop/pull/12", 12, False),
        ("octo/shop/issues/13", 13, True),
        ("octo/shop/pull/13", 13, True),
    ],
)
async def test_issues_and_pull_requests_are_found_by_either_address(
    shelf: Any, path: str, number: int, *, is_pull: bool
) -> None:
    issue = await shown(path, shelf)

    assert isinstance(issue, Issue)
    assert (issue.fields["number"], issue.is_pull) == (number, is_pull)


async def test_what_is_missing_is_said_to_be_missing(shelf: Any) -> None:
    missing = [await shown(path, shelf) for path in ("octo/shop/issues/99", "octo/none", "nobody", "orgs/none")]

    assert [isinstance(each, Refused) and each.is_missing for each in missing] == [True] * 4


async def test_a_ghes_that_is_away_is_no_missing_repository(shelf: Any) -> None:
    shelf.answers["/repos/octo/shop"] = Unreachable(reason="away")

    assert await shown("octo/shop/issues/12", shelf) == Unreachable(reason="away")


async def test_a_repository_that_was_renamed_is_read_by_its_present_name(shelf: Any, fields: Any) -> None:
    shelf.answers["/repos/octo/store"] = fields()

    issue = await shown("octo/store/issues/12", shelf)

    assert isinstance(issue, Issue)
    assert issue.repository.full_name == "octo/shop"


async def test_an_issue_that_moved_is_read_where_it_is_now(shelf: Any, fields: Any) -> None:
    moved = {"number": 1, "title": "Moved", "html_url": f"{GHES}/octo/vault/issues/1"}
    shelf.answers |= {
        "/repos/octo/vault": fields("vault", "private"),
        "/repos/octo/vault/issues/1": moved,
        "/repos/octo/shop/issues/5": moved,
    }

    issue = await shown("octo/shop/issues/5", shelf)

    assert isinstance(issue, Issue)
    assert issue.repository.full_name == "octo/vault"
    assert not issue.repository.open_to_all


async def test_an_issue_that_moved_out_of_sight_is_missing(shelf: Any) -> None:
    shelf.answers["/repos/octo/shop/issues/5"] = {"number": 1, "html_url": f"{GHES}/octo/vault/issues/1"}
    shelf.answers["/repos/octo/shop/issues/6"] = {
        "number": 1,
        "html_url": "https://evil.example.org/octo/shop/issues/1",
    }

    found = [await shown(f"octo/shop/issues/{number}", shelf) for number in (5, 6)]

    assert [isinstance(each, Refused) and each.is_missing for each in found] == [True, True]


@pytest.mark.parametrize(
    ("anchor", "where"),
    [
        ("issuecomment-5", "issues/comments/5"),
        ("discussion_r5", "pulls/comments/5"),
        ("pullrequestreview-5", "pulls/13/reviews/5"),
    ],
)
async def test_comments_and_reviews_are_found_by_their_anchors(shelf: Any, anchor: str, where: str) -> None:
    shelf.answers[f"/repos/octo/shop/{where}"] = {"html_url": f"{GHES}/octo/shop/pull/13#{anchor}", "body": "So wet."}

    comment = await shown(f"octo/shop/pull/13#{anchor}", shelf)

    assert isinstance(comment, Comment)
    assert (comment.fields["body"], comment.issue and comment.issue.fields["number"]) == ("So wet.", 13)


async def test_a_comment_on_a_commit_is_found(shelf: Any) -> None:
    shelf.answers["/repos/octo/shop/comments/5"] = {"html_url": f"{GHES}/octo/shop/commit/1a2b#commitcomment-5"}

    comment = await shown("octo/shop/commit/1a2b#commitcomment-5", shelf)

    assert isinstance(comment, Comment)
    assert comment.issue is None


@pytest.mark.parametrize("page", ["octo/shop/issues/99", "octo/vault/issues/12", ""])
async def test_of_a_comment_that_is_gone_or_belongs_elsewhere_the_issue_is_shown(shelf: Any, page: str) -> None:
    if page:
        shelf.answers["/repos/octo/shop/issues/comments/5"] = {"html_url": f"{GHES}/{page}#issuecomment-5"}

    thing = await shown("octo/shop/issues/12#issuecomment-5", shelf)

    assert isinstance(thing, Issue)


async def test_a_file_on_a_branch_with_slashes_is_found(shelf: Any, file: Callable[..., dict[str, Any]]) -> None:
    shelf.answers["/repos/octo/shop/contents/src/a%20b.py?ref=fix/tap"] = file("one\ntwo\nthree\n")

    found = await shown("octo/shop/blob/fix/tap/src/a%20b.py#L2-L9", shelf)

    assert isinstance(found, FileLines)
    assert (found.ref, found.path, found.lines, found.last) == ("fix/tap", "src/a b.py", ["two", "three"], 3)


async def test_only_a_few_branches_are_tried(shelf: Any) -> None:
    found = await shown("octo/shop/blob/a/b/c/d/e/f/g.py#L1", shelf)

    assert isinstance(found, Refused)
    assert len([path for path in shelf.asked if "contents" in path]) == 4


async def test_a_folder_is_no_file(shelf: Any) -> None:
    shelf.answers["/repos/octo/shop/contents/src?ref=main"] = [{"type": "file"}]

    assert isinstance(await shown("octo/shop/blob/main/src#L1", shelf), Refused)


@pytest.mark.parametrize(
    ("content", "more"),
    [
        (b"\x89PNG\r\n\xff\xfe", {}),
        (b"a\0b", {}),
        ("one\n", {"size": MOST_BYTES + 1}),
        ("", {"encoding": "none"}),
        ("one\n", {"content": "YQ"}),
    ],
)
async def test_what_is_no_text_or_too_big_has_no_lines(shelf: Any, file: Any, content: Any, more: Any) -> None:
    shelf.answers["/repos/octo/shop/contents/a.bin?ref=main"] = file(content) | more

    found = await shown("octo/shop/blob/main/a.bin#L1", shelf)

    assert isinstance(found, FileLines)
    assert found.lines is None


async def test_lines_beyond_the_end_are_none(shelf: Any, file: Any) -> None:
    shelf.answers["/repos/octo/shop/contents/a.py?ref=main"] = file("one\n")

    found = await shown("octo/shop/blob/main/a.py#L7", shelf)

    assert isinstance(found, FileLines)
    assert found.lines is None


async def test_repositories_organizations_and_people_are_found(shelf: Any) -> None:
    shelf.answers |= {
        "/orgs/octo": {"login": "octo", "description": "All of octo"},
        "/users/octo": {"login": "octo", "type": "Organization"},
        "/users/ada": {"login": "ada", "type": "User"},
    }

    project, by_orgs, octo, ada = [await shown(path, shelf) for path in ("octo/shop", "orgs/octo", "octo", "ada")]

    assert isinstance(project, Project)
    assert by_orgs == octo == Account(fields=shelf.answers["/orgs/octo"], is_organization=True)
    assert ada == Account(fields=shelf.answers["/users/ada"], is_organization=False)
