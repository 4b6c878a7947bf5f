"""Everything that speaks to Slack, wired from the settings. Without an app-level token no socket is opened."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from agent.ghes.hosts import Hosts
from agent.ghes.in_time import InTime
from agent.ghes.repositories import Repositories
from agent.metrics import Metrics
from agent.net.outbound import Network
from agent.settings import Settings
from agent.slack.answering import Answering
from agent.slack.channel_events import Surroundings
from agent.slack.channels import SlackChannels
from agent.slack.inbox import Acknowledgement, Lanes
from agent.slack.replies import Replies
from agent.slack.socket_mode.envelope import Envelope
from agent.slack.socket_mode.pool import Pool, Receive
from agent.slack.socket_mode.tickets import Tickets
from agent.slack.web_api import WebApi
from agent.slash import ports
from agent.store.envelopes import SqlEnvelopes
from agent.store.later import SqlLater
from agent.store.port import Store
from agent.store.subscriptions import SqlSubscriptions
from agent.transports.slack import SlackTransport
from agent.workspaces import Workspaces
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSide:
    """What the agent says to Slack and hears from it."""

    api: WebApi
    transport: SlackTransport
    answering: Answering
    pool: Pool | None


class _NotSetUp:
    """`agent.slash.ports.Repositories` while there is no GitHub App."""

    async def find(self, owner: str, name: str) -> ports.NotSetUp:  # noqa: ARG002 - the port's
        return ports.NotSetUp()

    async def find_owner(self, login: str) -> ports.NotSetUp:  # noqa: ARG002 - the port's
        return ports.NotSetUp()


def slack_side(
    settings: Settings,
    *,
    network: Network,
    store: Store,
    workspaces: Workspaces,
    repositories: Repositories | None,
    woken: Callable[[], None],
    sockets_elsewhere: Callable[[], int] | None,
    metrics: Metrics,
    clock: Clock,
) -> SlackSide:
    """The adapters that these settings make; `woken` is called when something may be due for posting.

    `sockets_elsewhere`: those of other replicas; None when there can be none.
    """
    api = WebApi(network=network, api_url=settings.slack_api_url, workspaces=workspaces, clock=clock)
    hosts = Hosts.of(settings.ghes_url)
    surroundings = Surroundings(
        store=store,
        clock=clock,
        api=api,
        ports=ports.Ports(
            subscriptions=SqlSubscriptions(store, clock),
            repositories=InTime(repositories, hosts=hosts, clock=clock, within_s=ports.ASKED_S)
            if repositories
            else _NotSetUp(),
            channels=SlackChannels(api, clock),
            later=SqlLater(store, clock),
            ghes_url=hosts.web,
            app_slug=settings.ghes_app_slug or "",
        ),
        replies=Replies(network=network, api=api, clock=clock),
        workspaces=workspaces,
        woken=woken,
    )
    answering = Answering(surroundings)
    return SlackSide(
        api=api,
        transport=SlackTransport(api),
        answering=answering,
        pool=_pool(settings, network, _receive(store, answering, metrics), sockets_elsewhere, metrics, clock),
    )


def _receive(store: Store, answering: Answering, metrics: Metrics) -> Receive:
    """The lanes; what they took is answered at once, and its acknowledgement follows at once."""
    lanes = Lanes(SqlEnvelopes(store), {})

    async def receive(envelope: Envelope) -> Acknowledgement | None:
        metrics.envelopes.labels(envelope.type).inc()
        answer = await lanes.receive(envelope)
        answering.wake()
        return answer

    return receive


def _pool(
    settings: Settings,
    network: Network,
    receive: Receive,
    sockets_elsewhere: Callable[[], int] | None,
    metrics: Metrics,
    clock: Clock,
) -> Pool | None:
    if settings.slack_app_token is None:
        return None
    return Pool(
        network,
        Tickets(
            network,
            api_url=settings.slack_api_url,
            app_token=settings.slack_app_token.get_secret_value(),
            clock=clock,
        ),
        receive,
        clock=clock,
        random=Random(),
        connections=settings.slack_connections,
        expected_elsewhere=sockets_elsewhere,
        measured=metrics.ack_s.observe,
    )
