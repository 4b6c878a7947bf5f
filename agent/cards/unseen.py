"""Every other event that GHES 3.19 to 3.22 may send, and why no channel sees it.

Names are those of GitHub's webhook references for these versions (docs.github.com, enterprise-server, webhooks), and of
github.com where a later GHES may bring them.
"""

from collections.abc import Mapping

from agent.card_table import Ignored, Rule

_REASONS: Mapping[str, tuple[str, ...]] = {
    "No feature shows it: channels would hear of it all day.": (
        "fork",
        "star",
        "watch",
        "gollum",
        "page_build",
        "package",
        "registry_package",
    ),
    "It changes the names that cards show; the issues and pull requests themselves tell when they change.": (
        "label",
        "milestone",
    ),
    "It tells who may see what, which the agent asks GHES about when it matters.": (
        "member",
        "membership",
        "organization",
        "org_block",
        "team",
        "team_add",
        "user",
        "enterprise",
    ),
    "It is news of the GitHub App itself, for the agent and not for a channel.": (
        "github_app_authorization",
        "installation",
        "installation_repositories",
        "installation_target",
        "meta",
        "ping",
    ),
    "Security alerts reach only channels that ask for them, and no feature does yet.": (
        "code_scanning_alert",
        "dependabot_alert",
        "repository_advisory",
        "repository_vulnerability_alert",
        "secret_scanning_alert",
        "secret_scanning_alert_location",
        "secret_scanning_scan",
        "security_advisory",
    ),
    "It is a matter of an administrator's settings, not of what is being worked on.": (
        "branch_protection_configuration",
        "branch_protection_rule",
        "cache_sync",
        "custom_property",
        "custom_property_values",
        "deploy_key",
        "organization_custom_property",
        "organization_custom_property_values",
        "personal_access_token_request",
        "repository_ruleset",
        "security_and_analysis",
    ),
    "It asks an administrator for an exception, which is decided on GHES.": (
        "bypass_request_push_ruleset",
        "bypass_request_secret_scanning",
        "dismissal_request_code_scanning",
        "dismissal_request_dependabot",
        "dismissal_request_secret_scanning",
        "exemption_request_push_ruleset",
        "exemption_request_secret_scanning",
    ),
    "It asks a custom gate of this App to decide, and this App is no gate.": ("deployment_protection_rule",),
    "It starts other programs; what they do shows by itself.": ("repository_dispatch", "repository_import"),
    "Boards are not shown; the issues and pull requests on them are.": (
        "project",
        "project_card",
        "project_column",
        "projects_v2",
        "projects_v2_item",
        "projects_v2_status_update",
    ),
    "Links between issues change no card.": ("issue_dependencies", "sub_issues"),
    "GHES has no merge queue webhooks; the pull request tells when it is merged.": ("merge_group",),
    "It belongs to github.com's shop and sponsorships.": ("marketplace_purchase", "sponsorship"),
}

RULES: Mapping[str, Rule] = {name: Ignored(reason=reason) for reason, names in _REASONS.items() for name in names}
