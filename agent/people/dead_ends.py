"""Where linking through the browser ends without a link."""

from enum import StrEnum


class DeadEnd(StrEnum):
    """Why the browser can't go on; each has a page that says what to do instead."""

    NOT_SET_UP = "not_set_up"
    """The GitHub App has no client id or secret yet."""
    UNKNOWN = "unknown"
    """No such link, or its accounts are linked already, or it ended long ago."""
    USED = "used"
    """Somebody has pressed *Continue* before, or GHES has sent the browser back before."""
    TOO_OLD = "too_old"
    OTHER_BROWSER = "other_browser"
    """*Continue* was pressed in another browser, or on another site."""
    NOT_A_MEMBER = "not_a_member"
    """A guest of the workspace, or somebody of another organisation."""
    SLACK_SILENT = "slack_silent"
    """Slack doesn't say who is to be linked; the link is as good as before."""
    DECLINED = "declined"
    """The person said no on GHES."""
    REFUSED = "refused"
    """GHES refused the App or its code."""
    SUSPENDED = "suspended"
    """GHES takes no token of this account."""
    UNREACHABLE = "unreachable"
    """GHES gave no answer, so what it sent along is spent."""
    STORE_AWAY = "store_away"
    """Nothing could be kept; nothing was spent."""
