"""Home on the Web API (`views.publish`), and what Slack's event about it leads to."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import structlog

from agent.home.drawing import blocks
from agent.home.greeting import greet
from agent.home.home import Home
from agent.home.showing import show
from agent.slack.channel_events import Surroundings
from agent.slack.replies import Replies
from agent.slack.web_api import Answer, Answered, WebApi
from agent.slash.click import Click
from agent.slash.gesture import team_of
from agent.slash.reply import Reply
from agent.workspaces import Workspaces, data_class_of
from shared.clock import Clock
from shared.event import text
from shared.outcome import Refused, Retry

log = structlog.get_logger()
TRIES = 3
AGAIN_S = 2.0
PATIENCE_S = 30.0
"""A longer `Retry-After` isn't waited: who opens Home again gets it."""
_CONFLICT = "hash_conflict"
_MESSAGES = "messages"


class SlackScreen:
    """`agent.home.ports.Screen` on the Web API."""

    def __init__(self, *, api: WebApi, replies: Replies, workspaces: Workspaces, clock: Clock) -> None:
        self._api, self._replies, self._workspaces, self._clock = api, replies, workspaces, clock

    async def publish(self, team_id: str, user_id: str, home: Home, *, over: str = "") -> str | None:
        """See the port."""
        drawn = blocks(home, data_class_of(self._workspaces, team_id))
        match await self._patiently(team_id, user_id, {"type": "home", "blocks": drawn}, over):
            case Answer(fields=fields):
                return text(fields, "view", "hash")
            case Refused(reason=reason) if reason == _CONFLICT:
                log.info("a newer home is shown already", team_id=team_id)
            case refused:
                log.warning("a home can't be shown", team_id=team_id, reason=refused.reason)
        return None

    async def tell(self, team_id: str, user_id: str, reply: Reply) -> bool:
        """See the port. It goes the way of an answer: there is nothing that they have just asked."""
        nothing = Click(
            id=str(uuid4()),
            action_id="",
            value="",
            team_id=team_id,
            channel_id="",
            user_id=user_id,
            response_url="",
        )
        return await self._replies.send(reply, nothing) is None

    async def _patiently(self, team_id: str, user_id: str, view: Mapping[str, Any], over: str) -> Answered:
        more = {"hash": over} if over else {}
        answer = await self._api.call(team_id, "views.publish", user_id=user_id, view=view, **more)
        for _ in range(TRIES - 1):
            if not isinstance(answer, Retry) or (answer.after_s or AGAIN_S) > PATIENCE_S:
                break
            await self._clock.sleep(answer.after_s or AGAIN_S)
            answer = await self._api.call(team_id, "views.publish", user_id=user_id, view=view, **more)
        return answer


async def app_home_opened(payload: Mapping[str, Any], given: Surroundings) -> None:
    """Somebody looks at the app: Home is shown as it is now, and who opens the messages is greeted, once."""
    team_id, user_id = team_of(payload), text(payload, "event", "user")
    homes = given.ports.homes
    if homes is None or not user_id:
        return
    if text(payload, "event", "tab") == _MESSAGES:
        await greet(team_id, user_id, given.ports, homes)
    else:
        await show(team_id, user_id, given.ports, homes)


EVENTS = {"app_home_opened": app_home_opened}
"""By Slack's event type, as in `agent.slack.events`."""
