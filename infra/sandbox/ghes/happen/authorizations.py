"""A person takes back what he granted to an App."""

from infra.sandbox.ghes import oauth
from infra.sandbox.ghes.apps import App
from infra.sandbox.ghes.hooks import queue
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World


def revoke_authorization(world: World, person: Account, app: App | None = None) -> None:
    """End the person's authorization, tokens and all; the App (the first one) hears of it, subscribed or not (§4)."""
    app = app or world.app
    oauth.forget(world, app, person)
    queue(world, app, "github_app_authorization", "revoked", by=person, fields={})
