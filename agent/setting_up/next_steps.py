"""What is left to do after a step of the set-up."""

from agent.settings import Settings, missing
from agent.setup import app_token


def next_steps(settings: Settings, *, has_token: bool) -> list[str]:
    """A line for each. `has_token`: a workspace was given by its bot token just now."""
    lines = []
    if lacking := missing(settings):
        lines.append(f"Still missing: {', '.join(lacking)}.")
    if settings.slack_app_token is None and settings.slack_app_id:
        page = f"{settings.slack_apps_url}/{settings.slack_app_id}"
        scopes = " and ".join(app_token.WANTED)
        lines.append(f"Next: make an app-level token with {scopes} at {page}, and set it up as app_token.")
    elif settings.slack_client_id and not has_token:
        lines.append(
            f"Install the Slack app into workspaces at {settings.agent_url}/_slack/, or give their bot tokens."
        )
    if not settings.ghes_app_id:
        lines.append(f"GHES makes the GitHub App from {settings.agent_url}/setup/settings; or enter one that exists.")
    return lines
