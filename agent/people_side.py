"""Everything that has to do with people's accounts, wired from the settings; none of it while the App isn't set up."""

from dataclasses import dataclass

from agent.ghes.client import Ghes
from agent.ghes.hosts import Hosts
from agent.ghes.oauth import GhesOAuth
from agent.net.outbound import Network
from agent.people.acting import Acting, NoActors
from agent.people.devices import Devices
from agent.people.joining import Joining
from agent.people.ports import Actors, Members, NotSetUp, SigningIn
from agent.people.signing_in import Linking, NoSigningIn
from agent.people.unentered import Unentered
from agent.people.unlinking import Unlinking
from agent.settings import Settings
from agent.store.people import SqlPeople
from agent.store.port import Store
from agent.store.secrets import Secrets
from agent.workspaces import Workspaces
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSide:
    """Who is who, how they sign in, and acting as them. What has None as its default isn't there without OAuth."""

    people: SqlPeople
    signing_in: SigningIn
    actors: Actors
    linking: Linking | None = None
    """What the pages of `/link` do."""
    unlinking: Unlinking | None = None
    devices: Devices | None = None
    unentered: Unentered | None = None
    oauth: GhesOAuth | None = None


class NoRepositories:
    """`agent.slash.ports.Repositories` while there is no GitHub App."""

    async def find(self, owner: str, name: str) -> NotSetUp:  # noqa: ARG002 - the port's
        """See the port."""
        return NotSetUp()

    async def find_owner(self, login: str) -> NotSetUp:  # noqa: ARG002 - the port's
        """See the port."""
        return NotSetUp()


def people_side(
    settings: Settings,
    *,
    network: Network,
    ghes: Ghes | None,
    members: Members,
    workspaces: Workspaces,
    store: Store,
    secrets: Secrets,
    clock: Clock,
) -> PeopleSide:
    """What these settings make; `network` is the way to GHES."""
    people = SqlPeople(store, secrets, clock)
    if ghes is None or not settings.ghes_client_id or settings.ghes_client_secret is None:
        return PeopleSide(people=people, signing_in=NoSigningIn(), actors=NoActors())
    oauth = GhesOAuth(
        network=network,
        hosts=Hosts.of(settings.ghes_url),
        client_id=settings.ghes_client_id,
        client_secret=settings.ghes_client_secret.get_secret_value(),
        clock=clock,
    )
    unlinking = Unlinking(people=people, oauth=oauth, store=store, clock=clock)
    joining = Joining(people=people, unlinking=unlinking)
    devices = Devices(oauth=oauth, joining=joining, store=store, secrets=secrets, clock=clock)
    linking = Linking(
        oauth=oauth,
        devices=devices,
        joining=joining,
        unlinking=unlinking,
        members=members,
        workspaces=workspaces,
        store=store,
        secrets=secrets,
        clock=clock,
        agent_url=settings.agent_url,
    )
    return PeopleSide(
        people=people,
        signing_in=linking,
        actors=Acting(people=people, oauth=oauth, unlinking=unlinking, ghes=ghes, clock=clock),
        linking=linking,
        unlinking=unlinking,
        devices=devices,
        unentered=Unentered(people=people, joining=joining, store=store, clock=clock),
        oauth=oauth,
    )
