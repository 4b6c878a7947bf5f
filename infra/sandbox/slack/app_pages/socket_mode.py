"""`/apps/<app id>/socket-mode`: whether the app may open sockets."""

from collections.abc import Mapping
from typing import Any

from infra.sandbox.slack.app_pages.visit import Visit
from infra.sandbox.slack.breakage import disable_link, enable_link


def draw(_visit: Visit) -> Mapping[str, Any]:
    """Everything that is shown stands in the app."""
    return {}


def _on(visit: Visit) -> Mapping[str, Any]:
    enable_link(visit.world, visit.app)
    _in_manifest(visit, enabled=True)
    return {"done": "Socket Mode is on."}


def _off(visit: Visit) -> Mapping[str, Any]:
    visit.app.link_enabled = False
    visit.world.line.aside(disable_link(visit.world, visit.app))
    _in_manifest(visit, enabled=False)
    return {"done": "Socket Mode is off, and its sockets are closed."}


def _in_manifest(visit: Visit, *, enabled: bool) -> None:
    """A manifest that was given says it too; the ready-made app's is written from what the app is."""
    whole = visit.app.manifest
    if whole:
        visit.app.manifest = {**whole, "settings": {**whole.get("settings", {}), "socket_mode_enabled": enabled}}


ACTS = {"on": _on, "off": _off}
