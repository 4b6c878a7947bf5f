"""Which addresses of our server have previews."""

import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.previews.links import (
    MOST_SPLITS,
    AccountLink,
    CommentKind,
    CommentLink,
    FileLink,
    IssueLink,
    OrganizationLink,
    PreviewLink,
    PullLink,
    RepositoryLink,
    key,
    parse,
)

GHES = "https://ghe.example.com"
SHOP: dict[str, Any] = {"owner": "octo", "repo": "shop"}
FOUND: dict[str, PreviewLink] = {
    "octo/shop/issues/12": IssueLink(**SHOP, number=12),
    "octo/shop/issues/12?q=1#issue-99": IssueLink(**SHOP, number=12),
    "octo/shop/pull/12": PullLink(**SHOP, number=12),
    "octo/shop/pull/12/files#diff-abc": PullLink(**SHOP, number=12),
    "octo/shop/pull/12/commits/1a2b": PullLink(**SHOP, number=12),
    "octo/shop/issues/12#issuecomment-5": CommentLink(**SHOP, number=12, kind=CommentKind.ISSUE, id=5),
    "octo/shop/pull/12#issuecomment-5": CommentLink(**SHOP, number=12, kind=CommentKind.ISSUE, id=5, is_pull=True),
    "octo/shop/pull/12#discussion_r5": CommentLink(**SHOP, number=12, kind=CommentKind.LINE, id=5, is_pull=True),
    "octo/shop/pull/12/files#r5": CommentLink(**SHOP, number=12, kind=CommentKind.LINE, id=5, is_pull=True),
    "octo/shop/pull/12#pullrequestreview-5": CommentLink(
        **SHOP, number=12, kind=CommentKind.REVIEW, id=5, is_pull=True
    ),
    "octo/shop/commit/1a2b#commitcomment-5": CommentLink(**SHOP, number=0, kind=CommentKind.COMMIT, id=5),
    "octo/shop/blob/main/src/app.py#L3": FileLink(**SHOP, ref_and_path=("main", "src", "app.py"), first=3, last=3),
    "octo/shop/blob/main/a%20b.py?plain=1#L3-L10": FileLink(**SHOP, ref_and_path=("main", "a b.py"), first=3, last=10),
    "octo/shop/blob/a%2Fb/c.py#L10C2-L3C1": FileLink(**SHOP, ref_and_path=("a", "b", "c.py"), first=3, last=10),
    "octo/shop": RepositoryLink(**SHOP),
    "octo/shop/": RepositoryLink(**SHOP),
    "octo/shop.git": RepositoryLink(**SHOP),
    "octo/next.js": RepositoryLink(owner="octo", repo="next.js"),
    "orgs/octo": OrganizationLink(login="octo"),
    "octo": AccountLink(login="octo"),
}
NOTHING = (
    "",
    "login",
    "settings/profile",
    "orgs/octo/teams/web",
    "octo/shop/issues",
    "octo/shop/issues/0",
    "octo/shop/issues/12/edit",
    "octo/shop/issues/１２",
    "octo/shop/pull/12/evil",
    "octo/shop/commit/1a2b",
    "octo/shop/commit/1a2b#issuecomment-5",
    "octo/shop/blob/main/src/app.py",
    "octo/shop/blob/main#L3",
    "octo/shop/blob/main/../../../user#L3",
    "octo/shop/blob/main/%2E%2E/user#L3",
    "octo/shop/blob/main/a%00b#L3",
    "octo/shop/blob/main/a.py#L0",
    "octo/shop/tree/main",
    "octo/..",
    "octo/.git",
    "octo/shop/releases",
    "-octo/shop",
)
ELSEWHERE = (
    "https://github.com/octo/shop",
    "http://ghe.example.com/octo/shop",
    "https://ghe.example.com:8443/octo/shop",
    "https://ghe.example.com.evil.org/octo/shop",
    "https://ghe.example.com@evil.org/octo/shop",
    "https://[::1/octo",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("path", FOUND)
def test_what_an_address_leads_to(path: str) -> None:
    assert parse(f"{GHES}/{path}", GHES) == FOUND[path]


@pytest.mark.parametrize("path", NOTHING)
def test_other_pages_of_the_server_have_no_preview(path: str) -> None:
    assert parse(f"{GHES}/{path}", GHES) is None


@pytest.mark.parametrize("address", ELSEWHERE)
def test_other_servers_have_no_previews(address: str) -> None:
    assert parse(address, GHES) is None


@given(st.text() | st.text().map(f"{GHES}/".__add__) | st.text(string.printable).map(f"{GHES}/o/r/blob/".__add__))
@example(f"{GHES}/o/r/blob/[/x#L1")
@example(f"{GHES}:x/o/r")
def test_any_text_leads_to_a_link_or_to_nothing(address: str) -> None:
    link = parse(address, GHES)

    assert link is None or key(link)


@given(st.lists(st.text("abc/", min_size=1), min_size=1, max_size=8))
def test_every_split_of_a_file_is_a_branch_and_a_path(segments: list[str]) -> None:
    link = parse(f"{GHES}/o/r/blob/{'/'.join(segments)}#L1", GHES)

    splits = link.splits if isinstance(link, FileLink) else ()
    assert len(splits) <= MOST_SPLITS
    assert all(ref and path and f"{ref}/{path}" == splits[0][0] + "/" + splits[0][1] for ref, path in splits)


def test_a_commit_is_no_branch_with_slashes() -> None:
    sha = "0123456789abcdef0123456789abcdef01234567"

    link = parse(f"{GHES}/o/r/blob/{sha}/src/a/b.py#L1", GHES)

    assert isinstance(link, FileLink)
    assert link.splits == ((sha, "src/a/b.py"),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("octo/shop/issues/12", "Octo/Shop/pull/12/files"),
        ("orgs/octo", "OCTO"),
        ("octo/shop/pull/12#discussion_r5", "octo/shop/pull/12/files#r5"),
    ],
)
def test_addresses_of_one_thing_have_one_key(one: str, other: str) -> None:
    keys = [key(link) for path in (one, other) if (link := parse(f"{GHES}/{path}", GHES))]

    assert keys[0] == keys[1]


def test_addresses_of_different_things_have_different_keys() -> None:
    keys = {key(link) for link in FOUND.values()}

    assert len(keys) == len(FOUND) - 9
