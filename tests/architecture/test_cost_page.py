"""The page on the relay says what a million notifications cost, as `make bench` counts and reckons it."""

import re
from pathlib import Path

from tests.bench.relay.bill import counted
from tests.bench.relay.prices import LOGS_AND_TRAFFIC
from tests.bench.rows.relay_requests import OF_TEN, OF_THREE, ROUNDS, SINGLY

DOCS = Path(__file__).parents[2] / "docs"
SUM = "sum"


def test_each_line_of_the_bill_and_their_sum_are_those_of_the_bench() -> None:
    bills = [counted(case, ROUNDS) for case in (SINGLY, OF_THREE, OF_TEN)]
    lines = {line: [f"{bill.lines()[line]:.2f}" for bill in bills] for line in bills[0].lines()}
    lines["logs and traffic"] = [f"{LOGS_AND_TRAFFIC:.2f}"] * len(bills)
    lines[SUM] = [f"{bill.whole:.2f}" for bill in bills]

    told = {row[0].strip("*").partition(":")[0]: [cell.strip("*") for cell in row[1:]] for row in _rows("relay.md")}

    assert {line: told.get(line) for line in lines} == lines


def test_the_page_on_performance_has_the_same_dollars() -> None:
    cases = {
        "dispatch of 3, each carried alone": SINGLY,
        "dispatch of 3, carried together": OF_THREE,
        "dispatch of 10, carried together": OF_TEN,
    }

    told = {row[0]: row[1:] for row in _rows("performance.md") if row[0] in cases}

    for name, case in cases.items():
        found = counted(case, ROUNDS)
        counts = [f"{found.each(unit):.2f}" for unit in ("requests", "writes", "reads")]
        assert told[name] == [*counts, f"${found.million:.2f}"]


def _rows(page: str) -> list[list[str]]:
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in re.split(r"\|", line.strip("|"))] for line in lines if line.startswith("|")]
