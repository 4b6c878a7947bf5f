"""The tables of the pages are those of the code; `make docs` writes them anew."""

import re

import pytest

from infra.pages import PAGES, ROOT, TABLES, written


@pytest.mark.parametrize("page", PAGES)
def test_the_tables_of_a_page_are_those_of_the_code(page: str) -> None:
    shown = (ROOT / page).read_text(encoding="utf-8")

    assert shown == written(page=shown)


def test_every_table_stands_on_some_page() -> None:
    text = "".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)

    assert set(re.findall("<!-- table: ([a-z-]+) -->", text)) == set(TABLES)


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / page).read_text(encoding="utf-8"))

    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []
