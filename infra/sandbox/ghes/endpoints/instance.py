"""The server itself."""

from infra.sandbox.ghes.answers import Answer, RefusalError, forbidden
from infra.sandbox.ghes.gate import Call, Route


def meta(call: Call) -> Answer:
    """GET /meta."""
    body = {
        "verifiable_password_authentication": True,
        "packages": [],
        "domains": {"website": []},
        "installed_version": call.world.version,
    }
    return Answer(body=body)


def rate_limit(call: Call) -> Answer:
    """GET /rate_limit: limits are off unless an administrator turns them on, and then the endpoint says 404 (§7)."""
    del call
    raise RefusalError(404, "Rate limiting is not enabled.")


def notifications(call: Call) -> Answer:
    """GET /notifications: for classic personal tokens only (§10)."""
    del call
    raise forbidden()


ENDPOINTS = (
    Route(method="GET", path="/meta", answer=meta, open_=lambda world: not world.switches.meta_closed),
    Route(method="GET", path="/rate_limit", answer=rate_limit),
    Route(method="GET", path="/notifications", answer=notifications),
)
