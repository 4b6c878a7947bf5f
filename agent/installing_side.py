"""Everything that installs the Slack app into workspaces, renews its tokens and sees it go, wired from the settings."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from agent.home.greeting import greet_installer
from agent.net.outbound import Network
from agent.people.unlinking import Unlinking
from agent.settings import Settings
from agent.setup import departing
from agent.setup.greetings import Greetings
from agent.setup.grounds import Grounds
from agent.setup.installing import Installing
from agent.setup.organisations import Organisations
from agent.setup.rotation import Rotation
from agent.slack.form_calls import FormCalls
from agent.slack.oauth import SlackOAuth
from agent.slash.ports import Ports
from agent.store.port import Store
from agent.store.round_trips import RoundTrips
from agent.store.secrets import Secrets
from agent.workspaces import Workspaces
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallingSide:
    """What stands behind `/_slack/`, and behind Slack's events about the installation."""

    grounds: Grounds
    greetings: Greetings
    organisations: Organisations
    rotation: Rotation
    installing: Installing

    def background(self, ports: Ports, unlinking: Unlinking | None) -> list[Coroutine[Any, Any, None]]:
        """What runs beside."""
        tasks = [
            self.rotation.run(),
            self.organisations.run(),
            departing.run(self.grounds, unlinking),
        ]
        if ports.homes:
            tasks.append(self.greetings.run(partial(greet_installer, ports=ports, homes=ports.homes)))
        return tasks


def installing_side(
    settings: Settings,
    *,
    network: Network,
    store: Store,
    secrets: Secrets,
    workspaces: Workspaces,
    look: Callable[[], None],
    woken: Callable[[], None],
    clock: Clock,
) -> InstallingSide:
    """What these settings make; `network` is the way to Slack."""
    grounds = Grounds(
        oauth=SlackOAuth(FormCalls(network, settings.slack_api_url, clock), _client(settings)),
        store=store,
        secrets=secrets,
        clock=clock,
        workspaces=workspaces,
        look=look,
        woken=woken,
    )
    greetings = Greetings(clock)
    organisations = Organisations(grounds, greetings)
    return InstallingSide(
        grounds=grounds,
        greetings=greetings,
        organisations=organisations,
        rotation=Rotation(grounds),
        installing=Installing(
            settings,
            grounds=grounds,
            round_trips=RoundTrips(store, clock),
            organisations=organisations,
            greetings=greetings,
        ),
    )


def _client(settings: Settings) -> tuple[str, str] | None:
    if not settings.slack_client_id or settings.slack_client_secret is None:
        return None
    return settings.slack_client_id, settings.slack_client_secret.get_secret_value()
