"""Everything that speaks to GHES, wired from the settings; none of it while the App isn't set up."""

from dataclasses import dataclass

from agent.ghes.app_auth import App, AppAuth, load_key
from agent.ghes.client import Ghes
from agent.ghes.hook_log import HookLog
from agent.ghes.hosts import Hosts
from agent.ghes.installations import Installations
from agent.ghes.present import PresentState
from agent.ghes.repositories import Repositories
from agent.ghes.subjects import Subjects
from agent.net.outbound import Network
from agent.settings import Settings
from shared.clock import Clock
from shared.event import Event, number


@dataclass(frozen=True, slots=True, kw_only=True)
class GhesSide:
    """The clients of one GHES, as one GitHub App."""

    ghes: Ghes
    installations: Installations
    repositories: Repositories
    present: PresentState
    hook_log: HookLog

    def heard(self, event: Event) -> None:
        """Forget the token of an installation that is gone, or may do or see something else from now on."""
        if event.name in {"installation", "installation_repositories"}:
            self.installations.forget(number(event.payload, "installation", "id") or 0)


def ghes_side(settings: Settings, network: Network, clock: Clock) -> GhesSide | None:
    """The clients that these settings make; None while the App isn't set up."""
    if not settings.ghes_app_id or settings.ghes_private_key is None:
        return None
    ghes = Ghes(network=network, hosts=Hosts.of(settings.ghes_url), clock=clock)
    key = load_key(settings.ghes_private_key.get_secret_value())
    app = App(ghes=ghes, auth=AppAuth(app_id=settings.ghes_app_id, key=key, clock=clock))
    installations = Installations(app=app, ghes=ghes)
    repositories = Repositories(app=app, installations=installations)
    subjects = Subjects(installations=installations)
    return GhesSide(
        ghes=ghes,
        installations=installations,
        repositories=repositories,
        present=PresentState(repositories=repositories, subjects=subjects, clock=clock),
        hook_log=HookLog(app=app),
    )
