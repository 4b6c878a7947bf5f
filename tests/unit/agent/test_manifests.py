import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent.manifests import ghes_manifest, slack_manifest

AGENT_URL = "https://ghe-slack.example.com"
EXAMPLES = Path(__file__).parents[3] / "infra"
SLACK = slack_manifest(AGENT_URL, "https://ghe.example.com")
GHES = ghes_manifest(AGENT_URL)

# GitHub's webhook reference for GHES 3.19: which permission a GitHub App needs for an event; any one is enough.
EVENTS_OF_PERMISSION: Mapping[str, str] = {
    "contents": "push create delete commit_comment release fork gollum",
    "issues": "issues issue_comment milestone",
    "pull_requests": (
        "pull_request pull_request_review pull_request_review_comment pull_request_review_thread milestone"
    ),
    "actions": "workflow_run workflow_job",
    "deployments": "deployment deployment_status deployment_review deployment_protection_rule",
    "checks": "check_run check_suite",
    "statuses": "status",
    "metadata": "label star watch public repository",
    "members": "member membership team team_add organization",
    "discussions": "discussion discussion_comment",
    "vulnerability_alerts": "dependabot_alert",
    "security_events": "code_scanning_alert",
    "secret_scanning_alerts": "secret_scanning_alert",
}


@pytest.mark.parametrize(("program", "manifest"), [("slack", SLACK), ("ghes", GHES)])
def test_the_examples_show_what_is_rendered(program: str, manifest: Mapping[str, object]) -> None:
    shown = json.loads((EXAMPLES / program / "manifest.example.json").read_text(encoding="utf-8"))

    assert shown == manifest


def test_every_event_of_ghes_has_its_permission() -> None:
    covered = {event for name in GHES["default_permissions"] for event in EVENTS_OF_PERMISSION[name].split()}

    assert set(GHES["default_events"]) <= covered
    assert len(GHES["default_events"]) == len(set(GHES["default_events"])) == 36


def test_ghes_is_not_asked_for_what_it_refuses_or_sends_anyway() -> None:
    unasked = {"installation", "installation_repositories", "installation_target", "github_app_authorization", "ping"}

    assert not unasked & set(GHES["default_events"])
    assert "merge_group" not in GHES["default_events"]
    assert GHES["default_permissions"]["checks"] == "read"


def test_ghes_finds_the_agent_under_its_public_paths() -> None:
    manifest = ghes_manifest(f"{AGENT_URL}/")

    assert manifest["hook_attributes"] == {"url": f"{AGENT_URL}/webhooks/github", "active": True}
    assert manifest["redirect_url"] == f"{AGENT_URL}/setup/app-created"
    assert manifest["setup_url"] == f"{AGENT_URL}/setup/installed"
    assert manifest["callback_urls"] == [f"{AGENT_URL}/link/callback"]


def test_slack_keeps_to_its_limits() -> None:
    shown, features = SLACK["display_information"], SLACK["features"]
    command = features["slash_commands"][0]

    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert all(len(shortcut["name"]) <= 24 for shortcut in features["shortcuts"])
    assert len(features["shortcuts"]) <= 10
    assert 2 <= len(command["command"]) <= 32
    assert len(command["usage_hint"]) <= 1000
    assert len(SLACK["oauth_config"]["scopes"]["bot"]) <= 255
    assert len(SLACK["settings"]["event_subscriptions"]["bot_events"]) <= 100


def test_every_optional_scope_is_asked_for() -> None:
    scopes = SLACK["oauth_config"]["scopes"]

    assert set(scopes["bot_optional"]) <= set(scopes["bot"])
    assert {scope for scope in scopes["bot"] if scope.endswith(":history")} <= set(scopes["bot_optional"])


def test_the_command_and_the_name_are_those_of_the_settings() -> None:
    manifest = slack_manifest(AGENT_URL, "https://ghe.example.com", command="/github", name="GitHub at Acme")

    assert manifest["features"]["slash_commands"][0]["command"] == "/github"
    assert manifest["features"]["bot_user"]["display_name"] == "github"
    assert manifest["display_information"]["name"] == "GitHub at Acme"
    assert manifest["oauth_config"]["redirect_urls"] == [f"{AGENT_URL}/_slack/oauth/callback"]


def test_links_of_a_domain_are_unfurled() -> None:
    domains = slack_manifest(AGENT_URL, "https://GHE.Acme.Internal:8443")["features"]["unfurl_domains"]

    assert domains == ["ghe.acme.internal"]
    assert re.fullmatch(r"(?![\.\-])([-a-z0-9\.])+([a-z0-9])", domains[0])


@pytest.mark.parametrize("root", ["http://localhost:8000", "https://ghes", "https://10.1.2.3", "https://[fd00::1]"])
def test_a_host_that_is_no_domain_is_left_out(root: str) -> None:
    assert "unfurl_domains" not in slack_manifest(AGENT_URL, root)["features"]
