"""`/apps/<app id>/distribution`: whether workspaces other than the app's own may install it (slack.md §16)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from infra.sandbox.slack.app_pages.pages import WrongError
from infra.sandbox.slack.app_pages.visit import Visit
from infra.sandbox.slack.app_settings import distribute, stop_distributing


def draw(visit: Visit) -> Mapping[str, Any]:
    """With the address that other workspaces begin at, once they may."""
    query = urlencode({"client_id": visit.app.client_id, "scope": ",".join(sorted(visit.app.bot_scopes))})
    return {"address": f"{visit.world.public_url}/oauth/v2/authorize?{query}"}


def _activate(visit: Visit) -> Mapping[str, Any]:
    if "reviewed" not in visit.form:
        raise WrongError("To activate public distribution, say that no information is hard-coded.")
    if not visit.app.redirect_urls:
        raise WrongError("Add a redirect URL to the app's manifest first: other workspaces need one.")
    distribute(visit.app)
    return {"done": "Public distribution is active: any workspace can install the app."}


def _deactivate(visit: Visit) -> Mapping[str, Any]:
    stop_distributing(visit.world, visit.app)
    return {"done": f"Public distribution is over: the app is removed from every workspace but {visit.owner.name}."}


ACTS = {"activate": _activate, "deactivate": _deactivate}
