"""Slack's limits, written anew from its block reference (docs.slack.dev, reference/block-kit/blocks)."""

from shared.blockkit import limits

SLACK = {
    "BLOCKS": 50,
    "SECTION_TEXT": 3000,
    "FIELD_TEXT": 2000,
    "FIELDS": 10,
    "CONTEXT_ELEMENTS": 10,
    "BUTTON_TEXT": 75,
    "BUTTON_VALUE": 2000,
    "ACTIONS": 25,
    "ATTACHMENTS": 100,
    "FALLBACK_TEXT": 4000,
}


def test_no_limit_of_ours_is_wider_than_slacks() -> None:
    assert [name for name, limit in SLACK.items() if not 0 < getattr(limits, name) <= limit] == []


def test_a_merged_post_has_ten_notifications_50_blocks_and_40_kb() -> None:
    assert (limits.MERGED, limits.BLOCKS, limits.MESSAGE_BYTES) == (10, 50, 40_000)


def test_as_many_notifications_as_may_be_merged_have_an_attachment_each() -> None:
    assert limits.MERGED <= limits.ATTACHMENTS
