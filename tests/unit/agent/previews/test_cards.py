"""How things look as previews, in every data class."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.previews.deciding import Size
from agent.previews.drawing import card
from agent.previews.links import CommentKind
from agent.previews.things import Account, Comment, FileLines, Issue, Project, Thing
from agent.slack.unfurls import attachment
from agent.subject import Check
from shared.blockkit import limits
from shared.card import DataClass
from shared.event import Repository

GHES = "https://ghe.example.com"
SHOP = Repository(
    id=42,
    owner_id=7,
    owner="octo",
    name="shop",
    visibility="public",
    url=f"{GHES}/octo/shop",
    default_branch="trunk",
)
FIELDS = {
    "number": 12,
    "title": "The tap drips",
    "body": "Since Monday.",
    "html_url": f"{GHES}/octo/shop/issues/12",
    "state": "open",
    "user": {"login": "ada"},
    "created_at": "2026-11-26T09:00:00Z",
}
ISSUE = Issue(repository=SHOP, fields=FIELDS, is_pull=False)
CHECKED = Issue(
    repository=SHOP,
    fields=FIELDS,
    is_pull=True,
    checks=(Check(name="build", state="success", url=""), Check(name="lint", state="failure", url="")),
)
PULL = Issue(repository=SHOP, fields={**FIELDS, "merged": True, "state": "closed"}, is_pull=True)
WRITTEN = {"body": "So wet.", "user": {"login": "grace"}, "html_url": f"{GHES}/octo/shop/issues/12#issuecomment-5"}
REVIEWED = {**WRITTEN, "state": "CHANGES_REQUESTED"}
COMMENT = Comment(repository=SHOP, kind=CommentKind.ISSUE, fields=WRITTEN, issue=ISSUE)
REVIEW = Comment(repository=SHOP, kind=CommentKind.REVIEW, fields=REVIEWED, issue=PULL)
LINE = Comment(repository=SHOP, kind=CommentKind.LINE, fields={**WRITTEN, "path": "src/tap.py", "line": 3}, issue=PULL)
ON_COMMIT = Comment(repository=SHOP, kind=CommentKind.COMMIT, fields={**WRITTEN, "commit_id": "1a2b3c4d5e"}, issue=None)
FILE = FileLines(
    repository=SHOP, ref="fix/tap", path="src/tap.py", first=3, last=4, url=f"{GHES}/f#L3", lines=["drip", "drop"]
)
PROJECT = Project(repository=SHOP, fields={"description": "Sells taps", "language": "Python", "topics": ["water"]})
ACCOUNT = Account(
    fields={"login": "octo", "name": "Octo Inc", "html_url": f"{GHES}/octo", "description": "We mend"},
    is_organization=True,
)
PERSON = Account(
    fields={"login": "ada", "name": "Ada L", "html_url": f"{GHES}/ada", "bio": "Counts"}, is_organization=False
)
THINGS: tuple[Thing, ...] = (ISSUE, PULL, COMMENT, REVIEW, LINE, ON_COMMIT, FILE, PROJECT, ACCOUNT, PERSON)


def said(thing: Thing, size: Size = Size.FULL, data_class: DataClass = DataClass.FULL) -> str:
    return str(attachment(card(thing, size), data_class)["blocks"])


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (ISSUE, ["Issue opened by ada", "#12 The tap drips", "Since Monday.", "octo/shop", "Close"]),
        (PULL, ["Pull request opened", "Merged"]),
        (CHECKED, ["Pull request opened", "*Checks*  1/2 successful", "lint", "failed"]),
        (COMMENT, ["Comment on issue by grace", "#12 The tap drips", "So wet."]),
        (REVIEW, ["Request for changes on pull request by grace", "So wet."]),
        (LINE, ["Comment on pull request", "`src/tap.py`", "line 3"]),
        (ON_COMMIT, ["Comment on commit", "1a2b3c4d", "So wet."]),
        (FILE, ["`src/tap.py` lines 3–4", "```\\ndrip\\ndrop\\n```", "fix/tap"]),
        (PROJECT, ["octo/shop", "Sells taps", "Python", "water", "Public"]),
        (ACCOUNT, ["Organization", "Octo Inc (octo)", "We mend"]),
        (PERSON, ["Person", "Ada L (ada)", "Counts"]),
    ],
)
def test_a_full_preview_tells_all(thing: Thing, words: list[str]) -> None:
    text = said(thing)

    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("thing", THINGS)
def test_a_condensed_preview_is_shorter_and_has_no_buttons(thing: Thing) -> None:
    full, condensed = said(thing), said(thing, Size.CONDENSED)

    assert len(condensed) < len(full)
    assert not [word for word in ("So wet.", "Since Monday.", "drip\\n", "'actions'") if word in condensed]


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("thing", THINGS)
def test_the_title_class_hides_what_people_wrote(thing: Thing, size: Size) -> None:
    text = said(thing, size, DataClass.TITLE)

    hidden = ("Since Monday.", "So wet.", "drip\\n", "Sells taps", "We mend", "Counts")
    assert [word for word in hidden if word in text] == []


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("thing", THINGS)
def test_the_link_class_hides_names_too(thing: Thing, size: Size) -> None:
    text = said(thing, size, DataClass.LINK)

    hidden = ("The tap", "ada ", "by grace", "src/tap.py", "fix/tap", "Python", "water", "Octo Inc", "Ada L", "trunk")
    assert [word for word in hidden if word in text] == []
    assert text != "[]"


def test_a_draft_has_no_buttons() -> None:
    drawn = attachment(card(ISSUE, Size.FULL, buttons=False), DataClass.FULL)

    assert [block for block in drawn["blocks"] if block["type"] == "actions"] == []


def test_a_long_piece_of_a_file_is_cut_to_twenty_lines() -> None:
    lines = [f"line-{number}" for number in range(50)]
    found = FileLines(repository=SHOP, ref="main", path="a.py", first=1, last=50, url=f"{GHES}/f", lines=lines)

    text = said(found)

    assert ("line-19" in text, "line-20" in text, "and 30 more lines" in text) == (True, False, True)


def test_a_file_without_lines_is_its_name() -> None:
    found = FileLines(repository=SHOP, ref="main", path="a.png", first=1, last=1, url=f"{GHES}/f", lines=None)

    text = said(found)

    assert "a.png" in text
    assert "```" not in text


def test_a_deleted_account_has_written_as_ghost() -> None:
    orphan: dict[str, Any] = {**WRITTEN, "user": None}

    text = said(Comment(repository=SHOP, kind=CommentKind.ISSUE, fields=orphan, issue=ISSUE))

    assert "by ghost" in text


@given(st.lists(st.text(), min_size=1, max_size=30))
def test_no_file_breaks_out_of_its_block_or_over_the_limits(lines: list[str]) -> None:
    found = FileLines(repository=SHOP, ref="main", path="a.py", first=1, last=9, url=f"{GHES}/f", lines=lines)

    blocks = attachment(card(found, Size.FULL), DataClass.FULL)["blocks"]

    text = blocks[2]["text"]["text"]
    assert text.startswith("```\n")
    assert text.endswith("\n```")
    assert text.count("```") == 2
    assert not {"<", ">"} & set(text)
    assert len(text) <= limits.SECTION_TEXT


@given(st.lists(st.text("<>&`ab", min_size=200), min_size=10, max_size=20))
def test_a_file_of_long_lines_is_cut_inside_its_block(lines: list[str]) -> None:
    found = FileLines(repository=SHOP, ref="main", path="a.py", first=1, last=9, url=f"{GHES}/f", lines=lines)

    text = attachment(card(found, Size.FULL), DataClass.FULL)["blocks"][2]["text"]["text"]

    assert text.endswith("\n```")
    assert len(text) <= limits.SECTION_TEXT
