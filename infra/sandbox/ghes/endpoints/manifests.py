"""The end of making an App from a manifest: a code for the App and its secrets (§2)."""

from infra.sandbox.ghes import manifests
from infra.sandbox.ghes.answers import Answer, invalid, not_found
from infra.sandbox.ghes.gate import Call, Route
from infra.sandbox.ghes.render.installations import app_json


def convert(call: Call) -> Answer:
    """POST /app-manifests/{code}/conversions: 201, once; 422 for whoever tries too many wrong codes."""
    try:
        app = manifests.converted(call.world, call.word("code"))
    except manifests.TooManyWrongCodesError:
        raise invalid("IntegrationManifest", "code", "custom", "Too many wrong codes were tried.") from None
    if app is None:
        raise not_found()
    body = app_json(call.world, app) | {
        "client_secret": app.client_secret,
        "webhook_secret": app.hook.secret or None,
        "pem": app.private_key_pem,
    }
    return Answer(status=201, body=body)


ENDPOINTS = (
    Route(
        method="POST",
        path="/app-manifests/{code}/conversions",
        answer=convert,
        open_=lambda world: not world.switches.conversions_closed,
    ),
)
