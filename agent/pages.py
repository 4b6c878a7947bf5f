"""The agent's pages and probes, on an assembled agent."""

from aiohttp import web

from agent import status
from agent.assembly import Assembly
from agent.ghes.hosts import Hosts
from agent.settings import missing
from agent.web.app import Parts, application


def pages(agent: Assembly) -> web.Application:
    """The application that `agent.web.server` serves."""
    settings, pool = agent.settings, agent.slack.pool
    lacking = missing(settings)
    return application(
        Parts(
            store=agent.store,
            clock=agent.clock,
            intake=agent.intake,
            webhook_secrets=tuple(secret.get_secret_value().encode() for secret in settings.ghes_webhook_secret),
            ghes_hosts=Hosts.of(settings.ghes_url),
            metrics=agent.metrics,
            status=status.table(
                store=agent.store,
                clock=agent.clock,
                sockets=pool.status if pool else None,
                token_trouble=lambda: agent.token_trouble.says,
                server=agent.ghes.ghes.server if agent.ghes else None,
                log_trouble=lambda: agent.log_trouble.says,
                missing=lacking,
            ),
            missing=lacking,
            on_recorded=agent.recorded,
            on_unavailable=agent.readiness.lost,
            open_sockets=(lambda: pool.status().open) if pool else lambda: 0,
        )
    )
