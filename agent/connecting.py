"""Getting to know the workspace of `SLACK_BOT_TOKEN`, as soon as Slack confirms it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog

from agent.slack.web_api import Answer, WebApi
from agent.store import workspaces as stored
from agent.store.outbox_parking import free_workspace
from agent.store.port import Store, StoreUnavailableError
from agent.store.secrets import Secrets
from agent.workspaces import Workspace, Workspaces
from shared.card import DataClass
from shared.clock import Clock
from shared.event import text
from shared.outcome import Refused

log = structlog.get_logger()
AGAIN_S, REFUSED_AGAIN_S = 5.0, 300.0
_UNCONFIRMED = "Slack has not confirmed SLACK_BOT_TOKEN yet ({reason}): it is asked again; check the outbound network."
_REFUSED = (
    "Slack refuses SLACK_BOT_TOKEN ({reason}): enter the bot token (xoxb-…) that the Slack app's page shows under "
    "OAuth & Permissions."
)


@dataclass(slots=True)
class Trouble:
    """Why `SLACK_BOT_TOKEN` isn't taken at the moment, for `/status`."""

    says: str = ""
    """A sentence; empty as long as nothing is wrong."""


async def connect(
    token: str,
    *,
    trouble: Trouble,
    api: WebApi,
    store: Store,
    secrets: Secrets,
    workspaces: Workspaces,
    woken: Callable[[], None],
    clock: Clock,
) -> None:
    """Ask Slack whose bot token this is, until it says; then the workspace's addresses go on."""
    while not isinstance(answer := await api.call_with(token, "auth.test"), Answer):
        refused = isinstance(answer, Refused)
        log.warning("Slack does not take SLACK_BOT_TOKEN yet", reason=answer.reason, refused=refused)
        trouble.says = (_REFUSED if refused else _UNCONFIRMED).format(reason=answer.reason)
        await clock.sleep(REFUSED_AGAIN_S if refused else AGAIN_S)
    trouble.says = ""
    workspace = _workspace(token, answer, workspaces)
    workspaces[workspace.team_id] = workspace
    while not await _kept(store, workspace, secrets.seal(token), clock.now().timestamp()):
        await clock.sleep(AGAIN_S)
    log.info("connected to a workspace", team_id=workspace.team_id)
    woken()


async def _kept(store: Store, workspace: Workspace, token: bytes, now: float) -> bool:
    try:
        await store.write(partial(stored.install, workspace=workspace, token=token, now=now))
        await store.write(partial(free_workspace, team_id=workspace.team_id, now=now))
    except StoreUnavailableError:
        log.warning("a workspace can't be stored yet", team_id=workspace.team_id)
        return False
    return True


def _workspace(token: str, answer: Answer, workspaces: Workspaces) -> Workspace:
    team_id = text(answer.fields, "team_id")
    known = workspaces.get(team_id)
    return Workspace(
        team_id=team_id,
        name=text(answer.fields, "team"),
        domain=text(answer.fields, "url").removeprefix("https://").partition(".")[0],
        bot_user_id=text(answer.fields, "user_id"),
        token=token,
        scopes=answer.scopes,
        data_class=known.data_class if known else DataClass.FULL,
        transport=known.transport if known else "direct",
        next_transport=known.next_transport if known else "",
    )
