"""All of GitHub's own example payloads, drawn, and what is drawn held against Slack's own types (`make card-test`)."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.card_table import Headline, ParentRenderer, Rule, Shown, load, rule_for
from agent.subject import Kind, merged
from shared.blockkit import limits
from shared.blockkit.message import Message, fitting, message
from shared.blockkit.message import merged as merged_message
from shared.card import Card, DataClass
from shared.event import Event, label

pytestmark = pytest.mark.node

HERE = Path(__file__).parent
EXAMPLES = HERE / "node_modules" / "@octokit" / "webhooks-examples" / "api.github.com" / "index.json"
RECEIVED_AT = datetime(2026, 10, 3, 9, 12, tzinfo=UTC)
TYPED = """import type {{ KnownBlock, MessageAttachment }} from "@slack/types";
type Card = {{ text: string; blocks: KnownBlock[]; attachments: MessageAttachment[] }};
export const cards: Card[] = {cards};
"""


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return [
        label("id", family["name"], payload, RECEIVED_AT)
        for family in json.loads(EXAMPLES.read_text())
        for payload in family["examples"]
    ]


@pytest.fixture(scope="module")
def cards(events: list[Event]) -> list[Card]:
    rules, parents = load()
    return [card for event in events for card in _cards(event, rules, parents)]


@pytest.fixture(scope="module")
def messages(cards: list[Card]) -> list[Message]:
    return [message(card, data_class) for card in cards for data_class in DataClass]


def test_every_example_has_a_row(events: list[Event]) -> None:
    rules, _ = load()

    unknown = {event.key for event in events if rule_for(rules, event) is None}

    assert len(events) == 329
    assert unknown == set()


def test_every_example_that_is_shown_has_a_card_with_words_of_its_own(cards: list[Card]) -> None:
    assert len(cards) > 100
    for card in cards:
        for data_class in DataClass:
            drawn = message(card, data_class)
            assert drawn.blocks
            assert drawn.text != "A notification from GitHub Enterprise"


def test_every_card_keeps_slacks_limits(messages: list[Message]) -> None:
    for drawn in messages:
        assert drawn.block_count <= 50
        assert drawn.size_bytes <= 40_000
        assert 1 <= len(drawn.text) <= 4000
        for block in _blocks(drawn):
            assert 1 <= len(block.get("text", {"text": "-"})["text"]) <= 3000
            assert 1 <= len(block.get("fields", [None])) <= 10
            assert 1 <= len(block.get("elements", [None])) <= 10
            if block["type"] == "actions":
                assert all(1 <= len(button["value"]) <= 2000 for button in block["elements"])
                continue
            for inner in [*block.get("fields", ()), *block.get("elements", ())]:
                assert 1 <= len(inner["text"]) <= (2000 if "fields" in block else 3000)


def test_merged_cards_keep_slacks_limits_together(cards: list[Card]) -> None:
    rest = cards
    while rest:
        taken = fitting(rest, DataClass.FULL)
        drawn = merged_message(rest[:taken], DataClass.FULL)
        assert drawn.block_count <= limits.BLOCKS
        assert drawn.size_bytes <= limits.MESSAGE_BYTES
        rest = rest[taken:]


def test_every_card_is_made_of_blocks_that_slack_knows(messages: list[Message], tmp_path: Path) -> None:
    drawn = [{"text": each.text, "blocks": each.blocks, "attachments": each.attachments} for each in messages]

    assert _type_errors(tmp_path, drawn) == ""


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": {"type": "markdown", "text": "no such text object"}},
        {"type": "context", "elements": [{"type": "section"}]},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "mrkdwn", "text": "must be plain"}}]},
        {"type": "paragraph", "text": "no such block"},
    ],
    ids=lambda block: str(block["type"]),
)
def test_the_type_check_sees_a_block_that_slack_does_not_know(block: dict[str, Any], tmp_path: Path) -> None:
    assert "error TS" in _type_errors(tmp_path, [{"text": "", "blocks": [block], "attachments": []}])


def _cards(event: Event, rules: Mapping[str, Rule], parents: Mapping[Kind, ParentRenderer]) -> Iterator[Card]:
    rule = rule_for(rules, event)
    if not isinstance(rule, Shown):
        return
    seen, subject = rule.sighting(event), None
    rule.check(event)
    rule.unless(event)
    if seen and event.repository:
        subject = merged(None, seen, event.repository)
        if subject.complete:
            yield parents[seen.key.kind](subject, Headline(event_key=event.key, actor=event.actor))
    if rule.render:
        yield rule.render(event, subject)


def _blocks(drawn: Message) -> Iterator[Mapping[str, Any]]:
    yield from drawn.blocks
    for attachment in drawn.attachments:
        yield from attachment["blocks"]


def _type_errors(folder: Path, drawn: list[dict[str, Any]]) -> str:
    """What TypeScript has to say against messages as Slack's `KnownBlock`; nothing when they fit."""
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    (folder / "cards.ts").write_text(TYPED.format(cards=json.dumps(drawn)))
    node = shutil.which("node")
    assert node, "node is missing: make card-test needs Node 20 or newer"
    compiler = [node, "node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--module", "nodenext", "cards.ts"]
    ended = subprocess.run(compiler, cwd=folder, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    return ended.stdout + ended.stderr
