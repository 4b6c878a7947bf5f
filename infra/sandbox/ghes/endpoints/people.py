"""People and organizations."""

from infra.sandbox.ghes.answers import Answer, not_found, paged
from infra.sandbox.ghes.gate import Call, Route
from infra.sandbox.ghes.identity import UserIdentity
from infra.sandbox.ghes.render.people import full_organization_json, full_user_json, user_json
from infra.sandbox.ghes.things import Account


def user(call: Call) -> Answer:
    """GET /users/{u}: organizations and bots are found here too."""
    return Answer(body=full_user_json(call.world, known(call, "username")))


def organization(call: Call) -> Answer:
    """GET /orgs/{o}."""
    return Answer(body=full_organization_json(call.world, organization_named(call)))


def team_members(call: Call) -> Answer:
    """GET /orgs/{o}/teams/{t}/members: a person who isn't in the organization gets 404."""
    org, slug = organization_named(call), call.word("team")
    if isinstance(call.identity, UserIdentity) and call.identity.actor not in org.members:
        raise not_found()
    for team in call.world.teams.values():
        if team.organization is org and team.slug == slug:
            members = [user_json(call.world, it) for it in team.members]
            return paged(call.request, members, root=call.world.web_url)
    raise not_found()


def known(call: Call, part: str) -> Account:
    """The account that a part of the path names."""
    try:
        return call.world.account(call.word(part))
    except KeyError:
        raise not_found() from None


def organization_named(call: Call) -> Account:
    """The organization in the path; a person's name is 404."""
    account = known(call, "org")
    if account.type != "Organization":
        raise not_found()
    return account


ENDPOINTS = (
    Route(method="GET", path="/users/{username}", answer=user),
    Route(method="GET", path="/orgs/{org}", answer=organization),
    Route(method="GET", path="/orgs/{org}/teams/{team}/members", answer=team_members),
)
