"""What each of Slack's error codes comes to, written anew from Slack's method reference (docs.slack.dev)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.outcome import Refused, Retry, Unknown
from shared.slack_errors import POLICIES, Policy, outcome, policy

EXPECTED = {
    Policy.PARK_WORKSPACE: "account_inactive token_revoked invalid_auth",
    Policy.PARK_ADDRESS: """channel_not_found is_archived not_in_channel restricted_action
        restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
        restricted_action_thread_only_channel""",
    Policy.PARK_NOTIFICATION: """invalid_blocks invalid_blocks_format msg_too_long msg_blocks_too_long
        metadata_too_large invalid_metadata_format invalid_metadata_schema""",
    Policy.NEW_PARENT: "message_not_found",
    Policy.DROP_REWRITE: "edit_window_closed cant_update_message",
    Policy.RETRY: "ratelimited service_unavailable team_added_to_org token_expired",
    Policy.UNKNOWN: """fatal_error internal_error request_timeout duplicate_message_not_found
        duplicate_channel_not_found""",
}
CODES = [(code, policy) for policy, codes in EXPECTED.items() for code in codes.split()]
WORKSPACE_AT_FAULT = """not_authed missing_scope no_permission not_allowed_token_type org_login_required
    ekm_access_denied access_denied accesslimited enterprise_is_restricted team_access_not_granted
    two_factor_setup_required app_access_restricted team_not_found"""
OUR_BUGS = """no_text too_many_attachments attachment_payload_limit_exceeded markdown_text_conflict
    method_deprecated deprecated_endpoint invalid_arguments invalid_arg_name invalid_array_arg invalid_charset
    invalid_form_data invalid_post_type missing_post_type unknown_method"""


def test_the_table_knows_every_policy() -> None:
    assert set(EXPECTED) == set(Policy)


@pytest.mark.parametrize(("code", "expected"), CODES)
def test_a_code_of_slacks_reference_has_its_policy(code: str, expected: Policy) -> None:
    assert policy(code) is expected


@pytest.mark.parametrize("code", WORKSPACE_AT_FAULT.split())
def test_a_code_that_every_channel_of_the_workspace_would_get_parks_them_all(code: str) -> None:
    assert policy(code) is Policy.PARK_WORKSPACE


@pytest.mark.parametrize("code", OUR_BUGS.split())
def test_a_mistake_of_ours_parks_the_notification_and_nothing_else(code: str) -> None:
    assert policy(code) is Policy.PARK_NOTIFICATION


@pytest.mark.parametrize(("code", "expected"), CODES)
def test_only_what_time_heals_is_tried_again_and_only_what_is_unclear_is_looked_for(
    code: str, expected: Policy
) -> None:
    kinds = {Policy.RETRY: Retry, Policy.UNKNOWN: Unknown}

    assert type(outcome(code)) is kinds.get(expected, Refused)
    assert outcome(code).reason == code


@pytest.mark.parametrize("code", ["ratelimited", "rate_limited"])
def test_a_rate_limit_binds_the_method_for_as_long_as_slack_says(code: str) -> None:
    assert outcome(code, 30.0) == Retry(30.0, code, rate_limited=True)
    assert outcome(code) == Retry(None, code, rate_limited=True)


@pytest.mark.parametrize("code", ["service_unavailable", "team_added_to_org", "token_expired"])
def test_what_is_no_rate_limit_blocks_no_other_message(code: str) -> None:
    assert outcome(code) == Retry(None, code, rate_limited=False)


@given(st.text(max_size=30).filter(lambda code: code not in POLICIES and not code.startswith("restricted_action")))
def test_a_code_that_nobody_has_listed_parks_the_notification_with_it(code: str) -> None:
    assert policy(code) is Policy.PARK_NOTIFICATION
    assert outcome(code, 5.0) == Refused(code)


@settings(max_examples=60)
@given(st.sampled_from([code for code, _ in CODES] + list(POLICIES)), st.none() | st.floats(0, 3600))
def test_a_refusal_or_an_unclear_answer_is_not_made_a_retry_by_a_retry_after(code: str, after_s: float | None) -> None:
    assert type(outcome(code, after_s)) is type(outcome(code))
