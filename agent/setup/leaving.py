"""The end of an installation: Slack tells of it, or an administrator removes it here.

Slack promises no order, and a repeated event may be a day old. So nothing is deleted before Slack has said of the very
token that is stored that it is dead: an old event can't take a new installation's token away.
"""

from dataclasses import dataclass
from functools import partial

import structlog

from agent.audit import Entry
from agent.setup.grounds import Grounds
from agent.setup.rotation import OURS, renew
from agent.setup.trouble import Trouble, unreached
from agent.slack.form_calls import Unanswered
from agent.slack.oauth import DEAD, Denied
from agent.store import installations as stored
from agent.store.workspaces import Installation

log = structlog.get_logger()
REMOVED = "removed_by_an_administrator"
PATIENCE_S = 1800.0
_FIRST_S, _LONGEST_S = 5.0, 300.0
_REFUSED = "Slack refuses to remove the app ({error}), so nothing was changed here. {hint}"
_HINTS = {
    "bad_client_secret": "Check the Slack app's client secret.",
    "invalid_client_id": "Check the Slack app's client id.",
    "client_id_token_mismatch": "Its token is of another Slack app than the one that is set up: remove that app in "
    "Slack, on the workspace's page of installed apps.",
}
_OTHERWISE = "Remove it in Slack, on the workspace's page of installed apps: it is noticed here at once."


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """An installation is over. `team_ids`: of the workspaces that it was for."""

    name: str
    team_ids: tuple[str, ...]


async def gone(grounds: Grounds, installation_id: str, reason: str, *, patience_s: float = PATIENCE_S) -> bool:
    """Slack says that an installation, or its token, is no more; whether that is so.

    `reason`: why its workspaces are parked. Asks until Slack answers, as long as its patience lasts. Raises
    `StoreUnavailableError` and `UnreadableSecretError`.
    """
    give_up_at, wait_s = grounds.now() + patience_s, _FIRST_S
    while installation := await grounds.store.read(partial(stored.held, installation_id=installation_id)):
        match await _is_dead(grounds, installation):
            case True:
                if await _left(grounds, installation, reason) is not None:
                    return True
            case False:
                log.info("an event says that a token is dead, and slack doesn't: nothing is parked", id=installation_id)
                return False
            case None if grounds.now() + wait_s > give_up_at:
                return False
            case None:
                await grounds.clock.sleep(wait_s)
                wait_s = min(_LONGEST_S, wait_s * 2)
    return False


async def _is_dead(grounds: Grounds, installation: Installation) -> bool | None:
    """Whether Slack takes its token no more; None when it doesn't say.

    A token that has run out says nothing of the installation; its refresh token does.
    """
    answer: object = await grounds.oauth.whose(grounds.secrets.open(installation.token))
    if answer == Unanswered(stored.EXPIRED) and installation.refresh:
        answer = await renew(grounds, installation, ended=True)
        if isinstance(answer, Denied):
            return answer.error not in OURS
    match answer:
        case Unanswered(reason):
            log.warning("slack doesn't say whether a token is dead", id=installation.id, reason=reason)
            return None
        case Denied(error):
            return error in DEAD
        case _:
            return False


async def remove(grounds: Grounds, place_id: str, by: str) -> Removed | Trouble:
    """Uninstall the app at Slack, then forget its tokens; nothing is done by halves.

    `place_id`: of an installation, or of a workspace that has one of its own. `by`: a GHES login, `password` or
    `setup`. Raises `StoreUnavailableError` and `UnreadableSecretError`.
    """
    installation = await _usable(grounds, place_id)
    if installation is None:
        return Trouble(says=_no_installation(grounds, place_id))
    match await grounds.oauth.uninstall(grounds.secrets.open(installation.token)):
        case None:
            pass
        case Unanswered(reason):
            return Trouble(says=f"{unreached('Slack', reason)} Nothing was changed: try it again.")
        case Denied(error):
            log.warning("slack refuses to remove the app", id=place_id, error=error)
            return Trouble(says=_REFUSED.format(error=error, hint=_HINTS.get(error, _OTHERWISE)))
    left = await _left(grounds, installation, REMOVED, by)
    if left is None:
        return Trouble(says=f"{installation.name} was installed anew meanwhile: look at it again.")
    return Removed(name=installation.name, team_ids=left)


async def _usable(grounds: Grounds, installation_id: str) -> Installation | None:
    """The installation; its token is renewed where it has run out, since it couldn't even be given back."""
    reading = partial(stored.held, installation_id=installation_id)
    installation = await grounds.store.read(reading)
    if installation and installation.refresh and (installation.token_ends_at or 0.0) <= grounds.now():
        await renew(grounds, installation, ended=True)
        return await grounds.store.read(reading)
    return installation


async def _left(grounds: Grounds, installation: Installation, reason: str, by: str = "") -> tuple[str, ...] | None:
    """Delete its tokens, unless it was installed anew meanwhile; the workspaces that it was for."""
    entry = Entry(
        team_id=installation.id,
        user_id="",
        login=by,
        action="uninstall",
        target=installation.name,
        outcome="done" if by else reason,
    )
    leaving = partial(stored.leave, installation_id=installation.id, token=installation.token, reason=reason)
    left = await grounds.store.write(partial(leaving, entry=entry, now=grounds.now()))
    await grounds.reload()
    if left is None:
        return None
    log.warning("the app was removed from a place, whose channels are parked", id=installation.id, reason=reason)
    return tuple(left)


def _no_installation(grounds: Grounds, place_id: str) -> str:
    workspace = grounds.workspaces.get(place_id)
    if workspace and workspace.installation_id != place_id:
        return (
            f"{workspace.name} belongs to the organisation {workspace.installation_id}, where the app is installed for "
            "all its workspaces: remove it there, or take the workspace out in Slack's administration."
        )
    return f"The app isn't installed in {place_id} any more."
