"""Which Slack answer means which: one table for the agent and the relay.

From Slack's method reference; what each policy does is written at `Policy`.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from shared.outcome import Refused, Retry, Unknown


class Policy(StrEnum):
    """What is done about a code."""

    PARK_WORKSPACE = "park the workspace's addresses and tell the administrator"
    PARK_ADDRESS = "park the address: one probe, not a thousand refusals"
    PARK_NOTIFICATION = "park the notification: the message is at fault"
    NEW_PARENT = "forget the thread's ts and post a new parent"
    DROP_REWRITE = "drop the rewrite and count it"
    RETRY = "try again later"
    UNKNOWN = "reconcile, never resend blindly"


_CODES: Mapping[Policy, str] = {
    Policy.PARK_WORKSPACE: """account_inactive token_revoked invalid_auth not_authed org_login_required missing_scope
        no_permission not_allowed_token_type team_access_not_granted app_access_restricted enterprise_is_restricted
        two_factor_setup_required access_denied accesslimited ekm_access_denied team_not_found""",
    Policy.PARK_ADDRESS: """channel_not_found is_archived not_in_channel messages_tab_disabled is_inactive
        cannot_reply_to_message""",
    Policy.NEW_PARENT: "message_not_found",
    Policy.DROP_REWRITE: "edit_window_closed cant_update_message block_mismatch",
    Policy.RETRY: """ratelimited rate_limited service_unavailable team_added_to_org token_expired
        message_limit_exceeded""",
    Policy.UNKNOWN: """fatal_error internal_error request_timeout duplicate_message_not_found
        duplicate_channel_not_found""",
}
POLICIES: Mapping[str, Policy] = {code: policy for policy, codes in _CODES.items() for code in codes.split()}
_ADDRESS_AT_FAULT = re.compile(r"restricted_action")


def policy(code: str) -> Policy:
    """The policy of an error code; one that nobody has listed means that our message is at fault."""
    if _ADDRESS_AT_FAULT.match(code):
        return Policy.PARK_ADDRESS
    return POLICIES.get(code, Policy.PARK_NOTIFICATION)


def outcome(code: str, retry_after_s: float | None = None) -> Retry | Refused | Unknown:
    """What an answer `ok: false` with this code came to."""
    match policy(code):
        case Policy.RETRY:
            return Retry(retry_after_s, code, rate_limited=code in {"ratelimited", "rate_limited"})
        case Policy.UNKNOWN:
            return Unknown(code)
        case _:
            return Refused(code)
