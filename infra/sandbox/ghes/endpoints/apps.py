"""The App, its installations and their tokens. All but the last endpoint want the App's JWT."""

import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta

from infra.sandbox.ghes.answers import Answer, RefusalError, not_found, paged
from infra.sandbox.ghes.apps import Installation, InstallationToken, Permissions
from infra.sandbox.ghes.catalogue import RANK
from infra.sandbox.ghes.gate import Call, Route, named, reaches
from infra.sandbox.ghes.render.installations import app_json, installation_json
from infra.sandbox.ghes.render.repositories import repository_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.times import iso
from infra.sandbox.ghes.world import World

TOKEN_LIFE = timedelta(hours=1)


def app(call: Call) -> Answer:
    """GET /app."""
    return Answer(body=app_json(call.world, call.app))


def installations(call: Call) -> Answer:
    """GET /app/installations."""
    mine = [installation_json(call.world, it) for it in call.world.installations.values() if it.app is call.app]
    return paged(call.request, mine, root=call.world.web_url)


def installation(call: Call) -> Answer:
    """GET /app/installations/{id}."""
    return Answer(body=installation_json(call.world, _own(call)))


def repository_installation(call: Call) -> Answer:
    """GET /repos/{o}/{r}/installation: 404 means not installed; a former name answers 301 (§2)."""
    app, repository = call.app, named(call)
    for found in call.world.installations.values():
        if found.app is app and found.holds(repository):
            return Answer(body=installation_json(call.world, found))
    raise not_found()


def organization_installation(call: Call) -> Answer:
    """GET /orgs/{org}/installation."""
    return _on_account(call, "Organization")


def user_installation(call: Call) -> Answer:
    """GET /users/{u}/installation; an organization is found here too."""
    return _on_account(call, "")


def create_token(call: Call) -> Answer:
    """POST /app/installations/{id}/access_tokens: 201, for an hour, at most what the installation was given."""
    found = _own(call)
    if found.suspended_at:
        raise RefusalError(403, "This installation has been suspended")
    chosen = _chosen(call, found)
    token = InstallationToken(
        token=_new_token(call.world, found.app.id),
        installation_id=found.id,
        expires_at=call.world.now() + TOKEN_LIFE,
        permissions=_permissions(call, found),
        repository_ids=frozenset(it.id for it in chosen) if chosen is not None else None,
    )
    call.world.tokens[token.token] = token
    listed = {"repositories": [repository_json(call.world, it) for it in chosen]} if chosen is not None else {}
    body = {
        "token": token.token,
        "expires_at": iso(token.expires_at),
        "permissions": token.permissions,
        "repository_selection": found.selection if chosen is None else "selected",
        **listed,
    }
    return Answer(status=201, body=body)


def revoke_token(call: Call) -> Answer:
    """DELETE /installation/token."""
    del call.world.tokens[call.installation.token.token]
    return Answer(status=204)


def installation_repositories(call: Call) -> Answer:
    """GET /installation/repositories."""
    identity, world = call.installation, call.world
    reached = [repository_json(world, it) for it in world.repositories.values() if reaches(identity, it)]
    selection = identity.installation.selection
    return paged(call.request, reached, root=world.web_url, key="repositories", repository_selection=selection)


def _own(call: Call) -> Installation:
    found = call.world.installations.get(call.number("installation_id"))
    if found is None or found.app is not call.app:
        raise not_found()
    return found


def _on_account(call: Call, kind: str) -> Answer:
    app = call.app

    def fits(account: Account) -> bool:
        return account.login.lower() == call.word("account").lower() and kind in {"", account.type}

    for found in call.world.installations.values():
        if found.app is app and fits(found.account):
            return Answer(body=installation_json(call.world, found))
    raise not_found()


def _chosen(call: Call, found: Installation) -> list[Repository] | None:
    names, ids = call.body.get("repositories"), call.body.get("repository_ids")
    if names is None and ids is None:
        return None
    held = [it for it in call.world.repositories.values() if found.holds(it)]
    chosen = [it for it in held if it.name in (names or ()) or it.id in (ids or ())]
    if len(chosen) < len({*(names or ()), *(ids or ())}):
        raise RefusalError(
            422, "There is at least one repository that does not exist or is not accessible to the parent installation."
        )
    return chosen


def _permissions(call: Call, found: Installation) -> Permissions:
    asked = call.body.get("permissions")
    if not isinstance(asked, dict):
        return dict(found.permissions)
    for name, level in asked.items():
        if RANK.get(found.permissions.get(name, ""), 0) < RANK.get(level, len(RANK) + 1):
            raise RefusalError(422, "The permissions requested are not granted to this installation.")
    return {**asked, "metadata": "read"}


def _new_token(world: World, app_id: int) -> str:
    if not world.switches.long_tokens:
        return f"ghs_{secrets.token_hex(18)}"
    claims = ".".join(urlsafe_b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (27, 96, 192))
    return f"ghs_{app_id}_{claims}"


ENDPOINTS = (
    Route(method="GET", path="/app", answer=app),
    Route(method="GET", path="/app/installations", answer=installations),
    Route(method="GET", path=r"/app/installations/{installation_id:\d+}", answer=installation),
    Route(method="POST", path=r"/app/installations/{installation_id:\d+}/access_tokens", answer=create_token),
    Route(method="GET", path="/repos/{owner}/{repo}/installation", answer=repository_installation),
    Route(method="GET", path=r"/repositories/{repository_id:\d+}/installation", answer=repository_installation),
    Route(method="GET", path="/orgs/{account}/installation", answer=organization_installation),
    Route(method="GET", path="/users/{account}/installation", answer=user_installation),
    Route(method="GET", path="/installation/repositories", answer=installation_repositories),
    Route(method="DELETE", path="/installation/token", answer=revoke_token),
)
