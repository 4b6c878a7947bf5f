"""The page on data classes says what the table in the code says."""

from pathlib import Path

from shared.card import SHOWN, DataClass, Label

PAGE = Path(__file__).parents[2] / "docs" / "data-class.md"


def test_the_page_shows_each_label_in_the_classes_that_show_it() -> None:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text().splitlines()]

    told = {row[0]: row[2:] for row in rows if row[0] in set(Label)}

    assert told == {label: ["x" if label in SHOWN[each] else "" for each in DataClass] for label in Label}
