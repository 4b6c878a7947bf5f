"""The app-level token: whether it opens sockets, and its scopes."""

from agent.examining.findings import Finding, failure, not_looked_at, quoted, warning, well
from agent.examining.surroundings import Surroundings
from agent.slack.form_calls import FormAnswer, Unanswered
from agent.slack.socket_mode.status import sentence
from shared.event import mapping

GROUP = "Slack"
_WRITE, _READ = "connections:write", "authorizations:read"


async def check(given: Surroundings) -> list[Finding]:
    """`apps.connections.open`, as the agent does it for every socket."""
    if given.settings.slack_app_token is None:
        return not_looked_at("SLACK_APP_TOKEN isn't set")
    if why := await given.slack.out_of_reach():
        return not_looked_at(why)
    opened = await given.slack.opened()
    if isinstance(opened, Unanswered):
        says = f"Slack doesn't say whether it takes SLACK_APP_TOKEN ({quoted(opened.reason)})."
        return [failure(says, "Run the doctor again in a minute.")]
    if not opened.ok:
        return [_refused(opened)]
    return [_of_scopes(opened)]


def _refused(opened: FormAnswer) -> Finding:
    if opened.error == "missing_scope":
        says = f"SLACK_APP_TOKEN lacks {_WRITE}: no socket can be opened."
        return failure(says, f"Make a new app-level token with {_WRITE} and {_READ} and enter it.")
    if opened.error == "forbidden_team":
        says = "Slack gives out no socket (forbidden_team): Socket Mode is switched off in the Slack app."
        return failure(says, "Switch it on on the Slack app's page, under Socket Mode.")
    says, _, does = sentence(quoted(opened.error)).partition(": ")
    return failure(f"{says} ({quoted(opened.error)}).", f"{does[:1].upper()}{does[1:]}")


def _of_scopes(opened: FormAnswer) -> Finding:
    told = mapping(opened.fields, "response_metadata").get("scopes")
    scopes = (
        opened.scopes | {each for each in told if isinstance(each, str)} if isinstance(told, list) else opened.scopes
    )
    if scopes and _READ not in scopes:
        return warning(
            f"SLACK_APP_TOKEN lacks {_READ}, by which Slack tells for which workspaces an event is where several share "
            "a channel.",
            f"Make a new app-level token with {_WRITE} and {_READ} and enter it.",
        )
    return well("SLACK_APP_TOKEN opens sockets.")
