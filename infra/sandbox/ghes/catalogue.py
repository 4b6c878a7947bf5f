"""What an App can ask for: permissions with their levels, and events with the permissions that cover them (§2).

The permissions are those of the 3.19 reference (`app-permissions`), the events those of its webhooks for Apps.
"""

from collections.abc import Iterable, Mapping

from infra.sandbox.ghes.apps import Installation, Permissions

RANK = {"read": 1, "write": 2, "admin": 3}
ONLY_READ = ("organization_events", "organization_plan")
ONLY_WRITE = ("workflows", "profile")
TO_ADMIN = ("repository_projects", "organization_projects", "organization_custom_properties")
READ_OR_WRITE = (
    "actions", "administration", "checks", "contents", "dependabot_secrets", "deployments", "discussions",
    "environments", "issues", "merge_queues", "metadata", "packages", "pages", "pull_requests",
    "repository_custom_properties", "repository_hooks", "secret_scanning_alerts", "secrets", "security_events",
    "single_file", "statuses", "vulnerability_alerts", "members", "organization_administration",
    "organization_announcement_banners", "organization_custom_org_roles", "organization_custom_roles",
    "organization_hooks", "organization_packages", "organization_personal_access_token_requests",
    "organization_personal_access_tokens", "organization_secrets", "organization_self_hosted_runners",
    "organization_user_blocking", "email_addresses", "followers", "git_ssh_keys", "gpg_keys", "interaction_limits",
    "starring",
)  # fmt: skip
LEVELS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(READ_OR_WRITE, ("read", "write")),
    **dict.fromkeys(ONLY_READ, ("read",)),
    **dict.fromkeys(ONLY_WRITE, ("write",)),
    **dict.fromkeys(TO_ADMIN, ("read", "write", "admin")),
}
"""Each permission, and the levels that it has."""

BY_PERMISSION: Mapping[str, tuple[str, ...]] = {
    "metadata": ("label", "star", "watch", "public", "repository"),
    "contents": ("push", "create", "delete", "commit_comment", "release", "fork", "gollum", "workflow_dispatch",
                 "repository_dispatch"),
    "issues": ("issues", "issue_comment", "milestone"),
    "pull_requests": ("pull_request", "pull_request_review", "pull_request_review_comment",
                      "pull_request_review_thread", "milestone"),
    "actions": ("workflow_run", "workflow_job"),
    "deployments": ("deployment", "deployment_status", "deployment_review", "deployment_protection_rule"),
    "checks": ("check_run", "check_suite"),
    "statuses": ("status",),
    "members": ("member", "membership", "team", "team_add", "organization"),
    "discussions": ("discussion", "discussion_comment"),
    "vulnerability_alerts": ("dependabot_alert",),
    "security_events": ("code_scanning_alert",),
    "secret_scanning_alerts": ("secret_scanning_alert", "secret_scanning_alert_location"),
    "administration": ("branch_protection_rule", "deploy_key", "repository_ruleset"),
    "pages": ("page_build",),
    "packages": ("registry_package",),
    "organization_administration": ("organization",),
    "organization_personal_access_token_requests": ("personal_access_token_request",),
}  # fmt: skip
"""The events that a permission covers; reading is enough."""
UNCERTAIN: Mapping[str, tuple[str, ...]] = {"merge_queues": ("merge_group",), "metadata": ("installation_target",)}
"""The same for events of which only a real GHES can say whether it takes them: `Switches.uncertain_events`."""


def known_events(*, uncertain: bool) -> frozenset[str]:
    """All that an App may subscribe to. What GHES sends by itself, `installation*` and the like, is not among them."""
    return covered(LEVELS, uncertain=uncertain)


def covered(permissions: Iterable[str], *, uncertain: bool) -> frozenset[str]:
    """The events that these permissions cover."""
    tables = (BY_PERMISSION, UNCERTAIN) if uncertain else (BY_PERMISSION,)
    return frozenset(event for name in permissions for table in tables for event in table.get(name, ()))


def within(wanted: Permissions, most: Permissions) -> Permissions:
    """What is in both, each at the lower of its two levels."""
    return {name: min(level, most[name], key=RANK.__getitem__) for name, level in wanted.items() if name in most}


def awaited(installation: Installation) -> Permissions:
    """What the App asks for by now beyond what the installation's account has accepted."""
    accepted = installation.permissions
    return {
        name: level
        for name, level in installation.app.permissions.items()
        if RANK[level] > RANK.get(accepted.get(name, ""), 0)
    }
