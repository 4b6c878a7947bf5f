"""Slack's limits on a message, in characters and pieces.

From Slack's block reference (docs.slack.dev, reference/block-kit/blocks), slack_sdk's constants and @slack/types.
"""

BLOCKS = 50
SECTION_TEXT = 3000
FIELD_TEXT = 2000
FIELDS = 10
CONTEXT_ELEMENTS = 10
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
ACTIONS = 25
ATTACHMENTS = 20
"""Slack advises 20 at most and refuses over 100."""
FALLBACK_TEXT = 4000
"""`chat.update` refuses a longer `text`, so nothing longer is posted either."""
MESSAGE_BYTES = 40_000
"""A merged post stays below this, whole."""
MERGED = 10
"""Notifications in one post at most."""
VIEW_TITLE = 24
"""Also the words on a modal's two buttons."""
VIEW_BLOCKS = 100
PRIVATE_METADATA = 3000
OPTIONS = 100
OPTION_TEXT = 75
INPUT_TEXT = 3000
