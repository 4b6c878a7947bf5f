"""`/apps/<app id>/manifest`: the manifest as JSON, to be read and changed."""

import json
from collections.abc import Mapping
from typing import Any

from infra.sandbox.slack import manifests
from infra.sandbox.slack.app_pages import pages
from infra.sandbox.slack.app_pages.visit import Visit


def draw(visit: Visit) -> Mapping[str, Any]:
    """What was posted stands there again, so that a mistake can be mended."""
    text = json.dumps(manifests.exported(visit.app), indent=2)
    return {"text": pages.one(visit.form, "manifest") or text}


def _save(visit: Visit) -> Mapping[str, Any]:
    again = manifests.update(visit.world, visit.app, pages.one(visit.form, "manifest"))
    more = " Install the app again: what it asks for has changed." if again else ""
    return {"done": f"The manifest is saved.{more}"}


ACTS = {"save": _save}
