"""What the page says where linking ends without a link."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from agent.people.dead_ends import DeadEnd


@dataclass(frozen=True, slots=True)
class Text:
    """A page; `{command}` is what gives a fresh link."""

    status: HTTPStatus
    title: str
    says: str


TEXTS: Mapping[DeadEnd, Text] = {
    DeadEnd.NOT_SET_UP: Text(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Nobody can sign in yet",
        "The GitHub App's client id and secret aren't set up. Ask whoever runs this app to finish its set-up, then "
        "type {command} in Slack.",
    ),
    DeadEnd.UNKNOWN: Text(
        HTTPStatus.NOT_FOUND,
        "This link leads nowhere",
        "There is no such link, or it ended long ago, or it did its work and your accounts are connected. Type "
        "{command} in Slack to get a fresh one.",
    ),
    DeadEnd.USED: Text(
        HTTPStatus.GONE,
        "This link has been used",
        "It works once, and somebody has pressed Continue already. If you don't have a verification code, type "
        "{command} in Slack to get a fresh link.",
    ),
    DeadEnd.TOO_OLD: Text(
        HTTPStatus.GONE,
        "This link is too old",
        "It worked for 15 minutes. Type {command} in Slack to get a fresh one.",
    ),
    DeadEnd.OTHER_BROWSER: Text(
        HTTPStatus.FORBIDDEN,
        "This belongs to another browser",
        "The link must be opened, continued and finished in one and the same browser, with cookies allowed. If you "
        "did that, type {command} in Slack and begin anew. If you got here by a link that somebody sent you, close "
        "this page: nothing has been connected.",
    ),
    DeadEnd.NOT_A_MEMBER: Text(
        HTTPStatus.FORBIDDEN,
        "Only members can connect an account",
        "In this workspace you're a guest, or you belong to another organisation, so nothing was connected. Ask a "
        "member of the workspace to do for you what you need.",
    ),
    DeadEnd.SLACK_SILENT: Text(
        HTTPStatus.BAD_GATEWAY,
        "Slack doesn't answer",
        "Slack didn't say whom this link is for, so nothing was done. Open the link again in a moment.",
    ),
    DeadEnd.DECLINED: Text(
        HTTPStatus.OK,
        "Nothing was connected",
        "You declined on GitHub Enterprise. If you change your mind, type {command} in Slack to get a fresh link.",
    ),
    DeadEnd.REFUSED: Text(
        HTTPStatus.BAD_GATEWAY,
        "GitHub Enterprise refused",
        "GitHub Enterprise didn't accept this sign-in, so nothing was connected. Type {command} in Slack to get a "
        "fresh link; if it happens again, tell whoever runs this app to check the GitHub App's callback URL and "
        "client secret.",
    ),
    DeadEnd.SUSPENDED: Text(
        HTTPStatus.FORBIDDEN,
        "This account can't be connected",
        "GitHub Enterprise lets this account do nothing at the moment: it may be suspended. Ask an administrator of "
        "the server, then type {command} in Slack to get a fresh link.",
    ),
    DeadEnd.UNREACHABLE: Text(
        HTTPStatus.BAD_GATEWAY,
        "GitHub Enterprise doesn't answer",
        "The server couldn't be asked who you are, so nothing was connected. Type {command} in Slack in a moment to "
        "get a fresh link.",
    ),
    DeadEnd.STORE_AWAY: Text(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "This doesn't work just now",
        "Nothing can be kept at the moment, so nothing was connected. Open the link in Slack again in a moment; if it "
        "has been used, type {command} to get a fresh one.",
    ),
}
