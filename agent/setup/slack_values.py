"""The values of the Slack app: which they are, and what belongs together."""

from collections.abc import Mapping

from agent.settings import Settings

APP = ("slack_app_id", "slack_client_id", "slack_client_secret")
FORGOTTEN = (*APP, "slack_app_token")
"""Names of the settings that go when the app is forgotten here."""
_CLIENT = ("slack_client_id", "slack_client_secret")
_TOGETHER = "The client id and the client secret go together: enter both, as the app's page at Slack shows them."


def halved(settings: Settings, changed: Mapping[str, str]) -> dict[str, str]:
    """Sentences for what is missing of an app whose values are entered, by name: half an app can't be installed."""
    if not any(changed.get(name) for name in APP):
        return {}
    return {name: _TOGETHER for name in _CLIENT if not changed.get(name, getattr(settings, name))}
