"""Everything that speaks to Slack, wired from the settings. Without an app-level token no socket is opened."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from agent.deeds.choices import Choices
from agent.ghes.as_app import AsApp
from agent.ghes.hosts import Hosts
from agent.ghes.in_time import InTime
from agent.ghes.installations import Installations
from agent.ghes.repositories import Repositories
from agent.home.looks import Looks
from agent.home.ports import Homes
from agent.installing_side import InstallingSide
from agent.metrics import Metrics
from agent.net.outbound import Network
from agent.people_side import NoRepositories, PeopleSide
from agent.previews.ports import Previews
from agent.settings import Settings
from agent.slack.answerers import answerers
from agent.slack.answering import Answering
from agent.slack.channel_events import Surroundings
from agent.slack.channels import SlackChannels
from agent.slack.gestures import gesture
from agent.slack.home import SlackScreen
from agent.slack.inbox import Acknowledgement, Lanes
from agent.slack.members import SlackMembers
from agent.slack.openings import Openings
from agent.slack.replies import Replies
from agent.slack.socket_mode.envelope import Envelope
from agent.slack.socket_mode.pool import Pool, Receive
from agent.slack.socket_mode.tickets import Tickets
from agent.slack.unfurls import SlackUnfurls
from agent.slack.web_api import WebApi
from agent.slash import ports
from agent.sponsors.checking import Checking
from agent.store.acts import SqlActs
from agent.store.audit import SqlAudit
from agent.store.cards import SqlCards
from agent.store.channel_settings import SqlChannelSettings
from agent.store.envelopes import SqlEnvelopes
from agent.store.homes import SqlHomes
from agent.store.later import SqlLater
from agent.store.port import Store
from agent.store.previews import SqlPreviews
from agent.store.sponsors import SqlSponsoring
from agent.store.subscriptions import SqlSubscriptions
from agent.transports.slack import SlackTransport
from agent.workspaces import Workspaces, data_class_of
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSide:
    """What the agent says to Slack and hears from it."""

    api: WebApi
    transport: SlackTransport
    ports: ports.Ports
    answering: Answering
    sponsors: Checking
    openings: Openings
    later: SqlLater
    pool: Pool | None


def slack_side(
    settings: Settings,
    *,
    api: WebApi,
    members: SlackMembers,
    people: PeopleSide,
    installing: InstallingSide,
    network: Network,
    store: Store,
    workspaces: Workspaces,
    repositories: Repositories | None,
    installations: Installations | None,
    woken: Callable[[], None],
    sockets_elsewhere: Callable[[], int | None],
    metrics: Metrics,
    clock: Clock,
) -> SlackSide:
    """The adapters that these settings make; `woken` is called when something may be due for posting.

    `sockets_elsewhere`: those of the same app that others hold, as far as known; None when there can be none.
    """
    later = SqlLater(store, clock)
    openings = Openings(api, people.people)
    hosts = Hosts.of(settings.ghes_url)
    replies = Replies(network=network, api=api, clock=clock)
    surroundings = Surroundings(
        store=store,
        clock=clock,
        api=api,
        ports=ports.Ports(
            audit=SqlAudit(store, clock),
            choices=Choices(clock),
            subscriptions=SqlSubscriptions(store, clock),
            sponsoring=SqlSponsoring(store, clock, settings.agent_admins),
            repositories=InTime(repositories, hosts=hosts, clock=clock, within_s=ports.ASKED_S)
            if repositories
            else NoRepositories(),
            channels=SlackChannels(api, clock, workspaces),
            channel_settings=SqlChannelSettings(store, clock),
            members=members,
            people=people.people,
            signing_in=people.signing_in,
            actors=people.actors,
            acts=SqlActs(store, clock),
            cards=SqlCards(store, clock, woken),
            later=later,
            data_class=partial(data_class_of, workspaces),
            ghes_url=hosts.web,
            app_slug=settings.ghes_app_slug or "",
            command=settings.slack_command,
            previews=Previews(
                unfurls=SlackUnfurls(api, workspaces, clock),
                memory=SqlPreviews(store, clock),
                installed=AsApp(installations),
                clock=clock,
            )
            if installations
            else None,
            homes=Homes(
                screen=SlackScreen(api=api, replies=replies, workspaces=workspaces, clock=clock),
                memory=SqlHomes(store, clock),
                looks=Looks(clock),
                clock=clock,
            ),
        ),
        replies=replies,
        openings=openings,
        workspaces=workspaces,
        woken=woken,
        unlinking=people.unlinking,
        grounds=installing.grounds,
        organisations=installing.organisations,
    )
    answering = Answering(surroundings)
    return SlackSide(
        api=api,
        transport=SlackTransport(api),
        ports=surroundings.ports,
        answering=answering,
        sponsors=Checking(surroundings.ports, store, clock),
        openings=openings,
        later=later,
        pool=_pool(settings, network, _receive(surroundings, answering, metrics), sockets_elsewhere, metrics, clock),
    )


def _receive(given: Surroundings, answering: Answering, metrics: Metrics) -> Receive:
    """The lanes; what they took is answered at once, and its acknowledgement follows at once."""

    def kept(envelope: Envelope) -> None:
        if asked := gesture(envelope.type, envelope.payload):
            given.openings.begin(asked)

    lanes = Lanes(SqlEnvelopes(given.store), answerers(given.ports, given.clock), kept)

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
    sockets_elsewhere: Callable[[], int | None],
    metrics: Metrics,
    clock: Clock,
) -> Pool | None:
    if settings.slack_app_token is None or not settings.slack_enabled:
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
