"""Slack's users, as the guards ask about them."""

from collections import OrderedDict

from agent.people.ports import Member, MemberKind, SlackSilent
from agent.slack.web_api import Answer, WebApi
from shared.clock import Clock
from shared.event import flag, mapping, text
from shared.outcome import Unknown

KNOWN_S = 300.0
MOST = 5000


class SlackMembers:
    """`agent.people.ports.Members` on the Web API; an answer is known for five minutes."""

    def __init__(self, api: WebApi, clock: Clock) -> None:
        self._api, self._clock = api, clock
        self._known: OrderedDict[tuple[str, str], tuple[float, Member]] = OrderedDict()

    async def of(self, team_id: str, user_id: str) -> Member | SlackSilent:
        """See the port."""
        at, member = self._known.get((team_id, user_id), (float("-inf"), None))
        if member and self._clock.monotonic() - at < KNOWN_S:
            return member
        answer = await self._api.query(team_id, "users.info", user=user_id)
        if not isinstance(answer, Answer):
            return SlackSilent("unreachable" if isinstance(answer, Unknown) else answer.reason)
        member = _member(mapping(answer.fields, "user"), team_id)
        self._known[team_id, user_id] = (self._clock.monotonic(), member)
        self._known.move_to_end((team_id, user_id))
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return member


def _member(user: object, team_id: str) -> Member:
    name = text(user, "profile", "display_name") or text(user, "real_name") or text(user, "name")
    homes = _homes(user) or frozenset({team_id})
    if flag(user, "is_stranger") or team_id not in homes:
        return Member(kind=MemberKind.STRANGER, name=name, homes=homes)
    is_guest = flag(user, "is_restricted") or flag(user, "is_ultra_restricted")
    return Member(kind=MemberKind.GUEST if is_guest else MemberKind.FULL, name=name, homes=homes)


def _homes(user: object) -> frozenset[str]:
    """Their workspaces. Of an Enterprise organisation people have several, which are listed, and the organisation.

    Somebody of another organisation may have such a list too: theirs.
    """
    teams = mapping(user, "enterprise_user").get("teams")
    listed = [str(each) for each in teams] if isinstance(teams, list) else []
    homes = (text(user, "team_id"), text(user, "enterprise_user", "enterprise_id"), *listed)
    return frozenset(filter(None, homes))
