"""What the page says where installing ends without an installation."""

from collections.abc import Mapping
from http import HTTPStatus

from agent.setup.installing import Stopped
from agent.web.link_texts import Text

TEXTS: Mapping[Stopped, Text] = {
    Stopped.NOT_SET_UP: Text(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Nobody can install it yet",
        "The Slack app isn't set up: its client id and secret are missing. An administrator of this agent generates "
        "the app, or enters the values of an existing one, in the settings.",
    ),
    Stopped.SWITCHED_OFF: Text(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Chat integration is switched off",
        "An administrator of this agent has switched it off. It can be switched on again in the settings.",
    ),
    Stopped.UNKNOWN: Text(
        HTTPStatus.NOT_FOUND,
        "This was answered before",
        "This answer of Slack has been used already, or nobody here has asked for it, so nothing was done now. If the "
        "app isn't in your workspace yet, begin again.",
    ),
    Stopped.TOO_OLD: Text(
        HTTPStatus.GONE,
        "That took too long",
        "Slack's answer is good for ten minutes after the button was pressed. Nothing was installed here: begin again.",
    ),
    Stopped.OTHER_BROWSER: Text(
        HTTPStatus.FORBIDDEN,
        "This belongs to another browser",
        "It must be begun and finished in one and the same browser, with cookies allowed, so nothing was installed "
        "here. If you did that, begin again. If somebody sent you this link, close the page.",
    ),
    Stopped.CANCELLED: Text(
        HTTPStatus.OK,
        "Nothing was installed",
        "You cancelled in Slack. If you change your mind, begin again.",
    ),
    Stopped.REFUSED: Text(
        HTTPStatus.BAD_GATEWAY,
        "Slack refused",
        "Slack didn't accept this installation, so nothing was kept here. Begin again; if it happens again, ask an "
        "administrator of your Slack workspace whether it restricts apps.",
    ),
    Stopped.MISCONFIGURED: Text(
        HTTPStatus.BAD_GATEWAY,
        "The Slack app isn't set up right",
        "Slack doesn't accept this agent's client secret, or the address that it sends people back to, so nothing was "
        "kept here. An administrator of this agent checks, on the Slack app's page: the client id and secret under "
        "Basic Information, and under OAuth & Permissions the bot scopes and this redirect URL: {redirect_url}",
    ),
    Stopped.SILENT: Text(
        HTTPStatus.BAD_GATEWAY,
        "Slack doesn't answer",
        "Slack gave no answer that could be used, so nothing was kept here. Begin again in a moment.",
    ),
    Stopped.NOT_ALLOWED: Text(
        HTTPStatus.FORBIDDEN,
        "This workspace isn't allowed",
        "This agent's administrators allow only certain workspaces. What Slack had granted was given back, and nothing "
        "was kept. Ask them to add your workspace to the allowed ones, then begin again.",
    ),
    Stopped.STILL_THERE: Text(
        HTTPStatus.FORBIDDEN,
        "This workspace isn't allowed",
        "This agent's administrators allow only certain workspaces. Nothing was kept here, but Slack didn't take back "
        "what it had granted: remove the app on your workspace's page of installed apps, or ask the administrators to "
        "allow it and begin again.",
    ),
    Stopped.OTHER_APP: Text(
        HTTPStatus.CONFLICT,
        "That is another Slack app",
        "What was installed isn't the Slack app that this agent is set up for, so nothing was kept here. An "
        "administrator of this agent checks the Slack app's id, client id and secret in the settings.",
    ),
    Stopped.STORE_AWAY: Text(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "This doesn't work just now",
        "Nothing can be kept at the moment. Begin again in a moment.",
    ),
}
