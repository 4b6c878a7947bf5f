"""What GHES's no means, for the person who asked."""

from http import HTTPStatus

from agent.ghes.answers import Refused, Unreachable
from agent.slash.asked import Asked
from agent.slash.guards import signing_in_first
from agent.slash.ports import Ports
from agent.slash.reply import OPEN_URL, Button, Reply, to_person
from agent.slash.shown import reason_of, shows
from agent.subscriptions.words import code
from shared.card import Label

_NOT_FOR_THE_APP = "resource not accessible by integration"
_LIMITED = "GitHub Enterprise takes no more requests from you for a while. Try again in a few minutes."
_ARCHIVED = "the repository is archived, so nothing in it can be changed. Ask one of its owners to unarchive it."

_BECAUSE: tuple[tuple[HTTPStatus, str, str], ...] = (
    (HTTPStatus.TOO_MANY_REQUESTS, "", _LIMITED),
    (HTTPStatus.FORBIDDEN, "rate limit", _LIMITED),
    (
        HTTPStatus.FORBIDDEN,
        "suspended",
        "your account on GitHub Enterprise is suspended ({said}). Ask its administrators about it.",
    ),
    (HTTPStatus.FORBIDDEN, "archived", _ARCHIVED),
    (HTTPStatus.FORBIDDEN, "read-only", _ARCHIVED),
    (
        HTTPStatus.FORBIDDEN,
        "",
        "GitHub Enterprise doesn't let you ({said}). Ask an owner of the repository for the permission.",
    ),
    (
        HTTPStatus.NOT_FOUND,
        "",
        "it isn't there, or you may not see it. Check its name, or ask an owner of the repository.",
    ),
    (
        HTTPStatus.GONE,
        "issues",
        "issues are turned off in this repository. Ask one of its owners to turn them on.",
    ),
    (HTTPStatus.GONE, "", "it is gone ({said}). Look on GitHub Enterprise what became of it."),
    (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "",
        "GitHub Enterprise doesn't take it as it is ({said}). Correct it and try again.",
    ),
)
"""The first whose status is the answer's and whose word stands in its message; `said` is that message, or the status
where the workspace isn't shown what GHES says."""


async def refusal(asked: Asked, refused: Refused | Unreachable, ports: Ports, *, what: str) -> Reply:
    """Why it wasn't done, and what to do next.

    `what` is mrkdwn that goes on after "I couldn't": `close <…|octo/shop#12>`. After a 401 what was asked for is kept
    until the person has signed in again. `Unreachable` is answered as for a question: after a write nobody knows
    whether it was done, which is for the caller to say.
    """
    if isinstance(refused, Unreachable):
        return to_person(f"I couldn't {what}: {reason_of(refused, asked.team_id, ports)}. Try again in a moment.")
    if refused.status == HTTPStatus.UNAUTHORIZED:
        return await signing_in_first(
            asked, ports, why=f"I couldn't {what}: GitHub Enterprise no longer accepts your sign-in."
        )
    if _NOT_FOR_THE_APP in refused.message.lower():
        return _not_for_the_app(ports, what)
    return to_person(f"I couldn't {what}: {_because(refused, words=shows(Label.TEXT, asked, ports))}")


def _not_for_the_app(ports: Ports, what: str) -> Reply:
    button = Button(text="Install GitHub App", action_id=OPEN_URL, url=ports.install_url, anywhere=True)
    return to_person(
        f"I couldn't {what}: the GitHub App isn't installed there, or it lacks a permission for that. Ask an owner to "
        "install it, or to accept the permissions that it asks for, then try again.",
        buttons=(button,),
    )


def _because(refused: Refused, *, words: bool) -> str:
    lower = refused.message.lower()
    for status, word, says in _BECAUSE:
        if refused.status == status and word in lower:
            return says.format(said=code(refused.message) if words else refused.status)
    said = f"{refused.status}, {code(refused.message)}" if words else refused.status
    return f"GitHub Enterprise refused it ({said}). Look at it there, then try again."
