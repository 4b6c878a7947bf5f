"""The page on the network says what the table in the code says."""

from pathlib import Path

from agent import settings
from agent.network_rows import NOTHING_COMES_IN, Row, rows

PAGE = (Path(__file__).parents[2] / "docs" / "network.md").read_text(encoding="utf-8")
BEGIN, END = "<!-- from agent/network_rows.py: begin -->\n", "<!-- from agent/network_rows.py: end -->"
GIVEN = {"GHES_URL": "https://github.example.com", "AGENT_URL": "https://ghe-slack.example.com"}


def line(row: Row) -> str:
    return f"| {row.source} | `{row.target}` | {row.port} | {row.protocol} | {row.why} |"


def test_the_table_is_that_of_the_code_for_settings_of_which_only_the_addresses_are_given() -> None:
    shown = PAGE.partition(BEGIN)[2].partition(END)[0].strip().splitlines()

    expected = [line(row) for row in rows(settings.of(GIVEN))]

    assert shown[2:-1] == expected, "Copy this into docs/network.md:\n" + "\n".join(expected)
    assert shown[-1] == "| the internet | the agent | – | – | nothing |"


def test_what_never_comes_in_is_said_in_the_same_words() -> None:
    assert NOTHING_COMES_IN in PAGE


def test_every_setting_that_the_page_names_is_one() -> None:
    variables = [variable for variable, _meaning, _default in settings.reference()]
    known = {*variables, *(f"{variable}_FILE" for variable in variables)}

    words = {word.strip("`.,:;()=") for word in PAGE.split()}
    named = {
        word
        for word in words
        if word.isupper() and word.startswith(("AGENT_", "SLACK_", "GHES_", "RELAY_", "OUTBOUND_"))
    }

    assert named - known == set()
    assert {"AGENT_TRUSTED_PROXIES", "GHES_CA_FILE", "OUTBOUND_CA_FILE"} <= named
