"""What a webhook sets going beside cards, in the transaction that records it: a kill loses neither.

the App was installed, or may do more ─▶ what waits for that goes on
somebody revoked the App's authorization ─▶ an envelope for the worker, which may have to ask GHES
a deployment was approved or rejected, or its run has ended ─▶ what asked for it, and its card, lose their buttons
somebody may have lost access, or a repository became private ─▶ sponsors are asked about again
"""

import json

from sqlalchemy import Connection

from agent.deployment_review import ANSWERED, ENDED
from agent.slash.later import installed
from agent.store.approvals import redraw_deployments, redraw_ended, redraw_requests
from agent.store.envelopes import enqueue_revocation
from agent.store.later import resume
from agent.store.sponsor_checks import heed
from shared.event import Event, number, text

_INSTALLED = frozenset(
    {
        "installation.created",
        "installation.unsuspend",
        "installation.new_permissions_accepted",
        "installation_repositories.added",
    }
)
_REVOKED = "github_app_authorization.revoked"


def run_errands(connection: Connection, event: Event, now: float) -> None:
    """Do what `event` calls for; nothing, for most."""
    if event.key in _INSTALLED:
        resume(connection, installed(text(event.payload, "installation", "account", "login")), now)
    elif event.key == _REVOKED and (ghes_id := number(event.payload, "sender", "id")) is not None:
        enqueue_revocation(connection, event.delivery_id, json.dumps({"ghes_id": ghes_id}), now)
    elif event.key in ANSWERED:
        redraw_requests(connection, event, now)
        redraw_deployments(connection, event, now)
    elif event.key == ENDED:
        redraw_ended(connection, event, now)
    heed(connection, event)


def concerns_waiting(event: Event) -> bool:
    """Whether the worker of what was asked for has something to do now."""
    return event.key in _INSTALLED or event.key == _REVOKED
