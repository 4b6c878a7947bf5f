"""What Slack is asked, once for all checks."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent.examining.once import Once
from agent.examining.places import Place
from agent.examining.reach import ASK_S, Reached, Unreached, reach
from agent.net.outbound import Network
from agent.settings import Settings
from agent.slack.form_calls import FormAnswer, FormCalls, Unanswered
from agent.workspaces import Workspace
from shared.clock import Clock
from shared.event import flag, mapping, text


@dataclass(frozen=True, slots=True, kw_only=True)
class BotToken:
    """A token that the agent would post with. `of`: whose it is, as it may be shown."""

    of: str
    token: str = field(repr=False)
    installation_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What Slack says of a token."""

    of: str
    answer: FormAnswer | Unanswered
    rotates: bool
    """It holds for 12 hours, and the agent renews it."""


class SlackAsked:
    """The answers of Slack. Fields as in its method reference."""

    def __init__(self, settings: Settings, workspaces: Sequence[Workspace], network: Network, clock: Clock) -> None:
        self.place = Place.outside(settings.slack_api_url, network)
        self._settings, self._workspaces = settings, workspaces
        self._network, self._clock = network, clock
        self._calls = FormCalls(network, settings.slack_api_url, clock)
        self.reached: Once[Reached | Unreached] = Once(
            lambda: reach(network, f"{settings.slack_api_url}api.test", clock)
        )
        self.opened: Once[FormAnswer | Unanswered] = Once(self._open)
        self.tested: Once[Sequence[Tested]] = Once(self._test)

    async def out_of_reach(self) -> str:
        """Why nothing more can be asked, as the end of a sentence; empty when it can."""
        reached = await self.reached()
        return "" if isinstance(reached, Reached) and is_slack(reached) else "Slack doesn't answer"

    async def _open(self) -> FormAnswer | Unanswered:
        token = self._settings.slack_app_token
        return await self._call("apps.connections.open", token.get_secret_value() if token else "")

    async def _test(self) -> Sequence[Tested]:
        """The token of the settings, then every other one once; an installation that it belongs to is asked by it."""
        given, found, taken = self._settings.slack_bot_token, list[Tested](), ""
        others = _tokens(self._workspaces)
        if given:
            token = BotToken(of="SLACK_BOT_TOKEN", token=given.get_secret_value())
            first = await self._of(token)
            taken, name = _whose(first.answer)
            found.append(replace(first, of=f"{token.of} ({name})" if name else token.of))
            others = [each for each in others if each.token != token.token and each.installation_id != taken]
        return found + await asyncio.gather(*(self._of(each) for each in others))

    async def _of(self, token: BotToken) -> Tested:
        answer = await self._call("auth.test", token.token)
        return Tested(of=token.of, answer=answer, rotates=token.token.startswith("xoxe."))

    async def _call(self, method: str, token: str) -> FormAnswer | Unanswered:
        try:
            async with self._clock.timeout(ASK_S):
                return await self._calls.call(method, {}, token=token)
        except TimeoutError:
            return Unanswered(f"no answer within {ASK_S:.0f} s")


def is_slack(reached: Reached) -> bool:
    """Whether it is Slack's Web API that answers, and not a proxy's page, say."""
    try:
        return "ok" in mapping(json.loads(reached.body))
    except (ValueError, RecursionError):
        return False


def _whose(answer: FormAnswer | Unanswered) -> tuple[str, str]:
    """Id and name of the installation, the organisation's if it is one; empty where Slack doesn't take the token."""
    if isinstance(answer, Unanswered):
        return "", ""
    owner = "enterprise_id" if flag(answer.fields, "is_enterprise_install") else "team_id"
    return text(answer.fields, owner), text(answer.fields, "team")


def _tokens(workspaces: Sequence[Workspace]) -> list[BotToken]:
    """One for each installation: an organisation has one for all its workspaces."""
    found: dict[str, BotToken] = {}
    for each in sorted(workspaces, key=lambda workspace: workspace.team_id):
        key = each.installation_id or each.team_id
        found.setdefault(key, BotToken(of=each.name or each.team_id, token=each.token, installation_id=key))
    return list(found.values())
