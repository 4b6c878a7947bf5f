"""The bot tokens: whether Slack takes them, and what their missing scopes cost."""

from collections.abc import Mapping

from agent.examining.findings import Finding, failure, not_looked_at, quoted, warning, well
from agent.examining.scopes import COSTS, OPTIONAL, WANTED
from agent.examining.slack import Tested
from agent.examining.surroundings import Surroundings
from agent.slack.form_calls import Unanswered
from shared.event import text

GROUP = "Slack"
_AGAIN = "Install the app there again, from /_slack/ or on the Slack app's page."
_ERRORS: Mapping[str, str] = {
    "account_inactive": "the app was removed from the workspace, or the workspace is no more",
    "invalid_auth": "Slack doesn't know it",
    "not_authed": "it is empty",
    "token_revoked": "it was revoked",
    "token_expired": "it has expired",
    "not_allowed_token_type": "it is another kind of token",
    "org_login_required": "the workspace is being moved into an organisation",
    "team_access_not_granted": "the organisation doesn't let the app into this workspace",
}


async def check(given: Surroundings) -> list[Finding]:
    """One `auth.test` a token."""
    if given.settings.slack_bot_token is None and not given.kept.workspaces:
        return [
            warning(
                "No workspace is known, so nothing can be posted.",
                "Install the Slack app from AGENT_URL/_slack/, or set SLACK_BOT_TOKEN.",
            )
        ]
    if why := await given.slack.out_of_reach():
        return not_looked_at(why)
    return [finding for tested in await given.slack.tested() for finding in _findings(tested)]


def _findings(tested: Tested) -> list[Finding]:
    of, answer = quoted(tested.of), tested.answer
    if isinstance(answer, Unanswered):
        return [failure(f"{of}: Slack doesn't say whether it takes the token ({quoted(answer.reason)}).", _LATER)]
    if answer.error == "token_expired" and tested.rotates:
        says = f"{of}: the token has expired, as one does that is renewed every 12 hours."
        return [warning(says, f"The agent renews it as soon as it runs. If it has been running: {_AGAIN}")]
    if not answer.ok:
        meaning = _ERRORS.get(answer.error)
        words = f"{meaning} ({answer.error})" if meaning else quoted(answer.error)
        return [failure(f"{of}: Slack doesn't take the token: {words}.", _AGAIN)]
    name = quoted(text(answer.fields, "team") or of)
    lacks = [scope for scope in WANTED if scope not in answer.scopes] if answer.scopes else []
    return [_lacking(of, scope) for scope in lacks] or [well(f"{of}: Slack takes the token, of {name}.")]


def _lacking(of: str, scope: str) -> Finding:
    says = f"{of} has not granted {scope}: {COSTS[scope]}."
    if scope in OPTIONAL:
        return warning(says, "It is optional: grant it by installing the app again, or leave it.")
    return failure(says, f"Add {scope} to the Slack app's bot scopes. {_AGAIN}")


_LATER = "Run the doctor again in a minute."
