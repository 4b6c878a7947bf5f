"""What the agent's pages and probes stand on: an assembled agent."""

from collections.abc import Mapping, Sequence

from agent import status
from agent.assembly import Assembly
from agent.ghes.hosts import Hosts
from agent.settings import missing
from agent.store.round_trips import RoundTrips
from agent.web.client_address import client_address
from agent.web.console.parts import Console
from agent.web.origin import origin
from agent.web.parts import Parts


def pages(agent: Assembly) -> Parts:
    """Those of `agent.web.app.application`."""
    settings, pool = agent.settings, agent.slack.pool
    lacking = missing(settings)
    looks = _looks(agent, lacking)
    return Parts(
        store=agent.store,
        clock=agent.clock,
        intake=agent.intake,
        webhook_secrets=tuple(secret.get_secret_value().encode() for secret in settings.ghes_webhook_secret),
        ghes_hosts=Hosts.of(settings.ghes_url),
        metrics=agent.metrics,
        status=looks,
        linking=agent.people.linking,
        agent_url=settings.agent_url,
        command=settings.slack_command,
        missing=lacking,
        on_recorded=agent.recorded,
        on_unavailable=agent.readiness.lost,
        on_installed=agent.installed,
        open_sockets=(lambda: pool.status().open) if pool else lambda: 0,
        installing=agent.installing.installing,
        console=_console(agent, lacking, looks),
        address_of=client_address(settings.agent_trusted_proxies),
        origin_of=origin(settings.agent_trusted_proxies),
    )


def _looks(agent: Assembly, lacking: Sequence[str]) -> Mapping[str, status.Look]:
    pool = agent.slack.pool
    return status.table(
        store=agent.store,
        clock=agent.clock,
        sockets=pool.status if pool else None,
        token_trouble=lambda: agent.token_trouble.says,
        server=agent.ghes.ghes.server if agent.ghes else None,
        log_trouble=lambda: agent.log_trouble.says,
        missing=lacking,
        enabled=agent.settings.slack_enabled,
        relay=agent.relay.status,
    )


def _console(agent: Assembly, lacking: Sequence[str], looks: Mapping[str, status.Look]) -> Console:
    given = agent.given
    return Console(
        settings=agent.settings,
        fixed=agent.fixed,
        missing=tuple(lacking),
        store=given.store,
        secrets=given.secrets,
        clock=given.clock,
        configuration=given.configuration,
        round_trips=RoundTrips(given.store, given.clock),
        workspaces=given.workspaces,
        outside=given.outside,
        inside=given.inside,
        api=agent.slack.api,
        status=looks,
        look=agent.look,
        woken=agent.worker.wake,
        grounds=agent.installing.grounds,
        unlinking=agent.people.unlinking,
        password=given.password,
        oauth=agent.people.oauth,
    )
