import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.cards_preview import NothingToShowError, preview

GOLDEN = Path(__file__).parents[2] / "golden" / "cards"


def payload_of(name: str) -> dict[str, Any]:
    found = json.loads((GOLDEN / f"{name}.json").read_text())
    assert isinstance(found, dict)
    return found


def test_a_preview_is_what_slack_would_be_given() -> None:
    drawn = preview("issues", payload_of("issues.closed.completed"))

    assert drawn.keys() == {"parent", "card"}
    assert drawn["card"]["text"].startswith("[acme/rocket] Issue closed as completed by monalisa")
    assert drawn["parent"]["attachments"][0]["color"] == "#6f42c1"
    assert json.dumps(drawn)


def test_a_preview_keeps_to_a_data_class() -> None:
    drawn = preview("issues", payload_of("issues.opened.with_everything"), "link")

    assert drawn["parent"]["text"] == "[acme/rocket] Issue opened: #12"


def test_a_payload_without_an_instant_happened_when_it_was_received() -> None:
    at = datetime(2025, 3, 1, tzinfo=UTC)

    drawn = preview("issues", payload_of("issues.deleted.for_good"), received_at=at)

    assert f"<!date^{int(at.timestamp())}^" in json.dumps(drawn["card"])


@pytest.mark.parametrize(
    ("event", "payload", "sentence"),
    [
        ("isues", {"action": "opened"}, "No card shows isues.opened; the name of the event is what GHES sends as"),
        ("issues", {"action": "pinned"}, "issues.pinned is shown nowhere. Whether an issue is pinned or locked"),
        (
            "pull_request",
            {"action": "opened", "pull_request": {"draft": True}},
            "pull_request.opened posts nothing here: a draft pull request stays silent",
        ),
        ("issues", {"action": "opened"}, "issues.opened posts nothing: "),
    ],
)
def test_what_gives_no_card_is_told_in_a_sentence(event: str, payload: dict[str, Any], sentence: str) -> None:
    with pytest.raises(NothingToShowError, match=f"^{sentence}"):
        preview(event, payload)
