"""`ghe-slack people forget`: a person's link, tokens and stored calls are deleted, also while an agent runs."""

from dataclasses import dataclass
from functools import partial

from agent.clock import SystemClock
from agent.ghes.hosts import Hosts
from agent.ghes.oauth import GhesOAuth
from agent.net.outbound import Network, network
from agent.net.proxy import Proxy
from agent.opened_store import opened
from agent.people.joining import Joining
from agent.people.ports import NotLinked
from agent.people.unentered import Unentered
from agent.people.unlinking import Unlinking
from agent.secret_keys import load_or_make
from agent.settings import Settings
from agent.store.links import Owner, drop_all
from agent.store.people import SqlPeople
from agent.store.personal import Traces, erase
from agent.store.secrets import Secrets
from shared.clock import Clock

_REVOKED = "GitHub Enterprise has forgotten them too."
_NOT_REVOKED = (
    "GitHub Enterprise didn't confirm that it has forgotten them: the person can revoke the app in the settings of "
    "their account there, under Applications."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was there of a person, and is deleted."""

    login: str
    """On GHES; empty when nothing was linked."""
    revoked: bool
    """GHES has confirmed that it takes the tokens no more."""
    traces: Traces

    @property
    def says(self) -> str:
        """The same in sentences."""
        if self.login:
            link = f"The link with {self.login} and its tokens are deleted."
            ghes = _REVOKED if self.revoked else _NOT_REVOKED
        else:
            link, ghes = "There was no link.", ""
        rest = f"Deleted besides: stored calls {self.traces.calls}, sponsorships {self.traces.sponsorships}."
        return " ".join(filter(None, (link, ghes, rest)))


async def forget(settings: Settings, team_id: str, user_id: str, clock: Clock | None = None) -> Forgotten:
    """Delete it, then have GHES forget the authorization, if GHES answers. Raises `Failure`."""
    clock, traces = clock or SystemClock(), [Traces()]
    now = clock.now().timestamp()
    proxy = Proxy(url=settings.ghes_proxy.get_secret_value() if settings.ghes_proxy else None)
    async with opened(settings) as store, network(ca_file=settings.ghes_ca_file, proxy=proxy) as inside:
        people = SqlPeople(store, Secrets(load_or_make(settings)), clock)
        unlinking = Unlinking(people=people, oauth=_oauth(settings, inside, clock), store=store, clock=clock)
        answer = await unlinking.forget(
            team_id, user_id, beside=lambda connection: traces.append(erase(connection, team_id, user_id, now))
        )
        owner = Owner(team_id=team_id, user_id=user_id)
        joining = Joining(people=people, unlinking=unlinking)
        unconfirmed = await Unentered(people=people, joining=joining, store=store, clock=clock).give_back(owner)
        await store.write(partial(drop_all, owner=owner))
    if isinstance(answer, NotLinked):
        return Forgotten(login="", revoked=False, traces=traces[-1])
    return Forgotten(login=answer.person.login, revoked=answer.revoked and not unconfirmed, traces=traces[-1])


def _oauth(settings: Settings, inside: Network, clock: Clock) -> GhesOAuth:
    """Without client id and secret GHES confirms nothing, which is what is told then."""
    secret = settings.ghes_client_secret
    return GhesOAuth(
        network=inside,
        hosts=Hosts.of(settings.ghes_url),
        client_id=settings.ghes_client_id or "",
        client_secret=secret.get_secret_value() if secret else "",
        clock=clock,
    )
