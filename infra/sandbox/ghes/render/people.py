"""Accounts and teams in JSON."""

from typing import Any

from infra.sandbox.ghes.render.nodes import node_id
from infra.sandbox.ghes.things import Account, Team
from infra.sandbox.ghes.times import iso
from infra.sandbox.ghes.world import World

GHOST_ID = 10137
PREFIX = {"User": "U", "Organization": "O", "Bot": "BOT"}


def user_json(world: World, account: Account) -> dict[str, Any]:
    """The short form that stands inside other objects; an organization that owns or sends has it too."""
    api = f"{world.web_url}/api/v3/users/{account.login}"
    page = f"apps/{account.login.removesuffix('[bot]')}" if account.type == "Bot" else account.login
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id(PREFIX[account.type], account.id),
        "avatar_url": f"{world.web_url}/avatars/u/{account.id}?v=4",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{world.web_url}/{page}",
        "followers_url": f"{api}/followers",
        "following_url": f"{api}/following{{/other_user}}",
        "gists_url": f"{api}/gists{{/gist_id}}",
        "starred_url": f"{api}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{api}/subscriptions",
        "organizations_url": f"{api}/orgs",
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events{{/privacy}}",
        "received_events_url": f"{api}/received_events",
        "type": account.type,
        "site_admin": account.site_admin,
    }


def user_or_null(world: World, account: Account | None) -> dict[str, Any] | None:
    """The short form, or null."""
    return user_json(world, account) if account else None


def author_json(world: World, account: Account | None, *, rest: bool) -> dict[str, Any] | None:
    """An author; one whose account is deleted is null in webhooks and `ghost` in REST (§8)."""
    if account or not rest:
        return user_or_null(world, account)
    return user_json(world, Account(id=GHOST_ID, login="ghost", type="User", created_at=world.now()))


def full_user_json(world: World, account: Account) -> dict[str, Any]:
    """What `/users/{u}` says."""
    return user_json(world, account) | {
        "name": account.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": account.email,
        "hireable": None,
        "bio": None,
        "public_repos": sum(it.owner is account for it in world.repositories.values()),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": iso(account.created_at),
        "updated_at": iso(account.created_at),
        "suspended_at": iso(account.created_at) if account.suspended else None,
    }


def own_user_json(world: World, account: Account) -> dict[str, Any]:
    """What `/user` says to a person of himself."""
    owned = sum(it.owner is account and it.visibility == "private" for it in world.repositories.values())
    return full_user_json(world, account) | {
        "private_gists": 0,
        "total_private_repos": owned,
        "owned_private_repos": owned,
        "disk_usage": 0,
        "collaborators": 0,
        "two_factor_authentication": False,
    }


def organization_json(world: World, account: Account) -> dict[str, Any]:
    """The short form of an organization, as webhooks and `/orgs/{o}` carry it."""
    api = f"{world.web_url}/api/v3/orgs/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("O", account.id),
        "url": api,
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events",
        "hooks_url": f"{api}/hooks",
        "issues_url": f"{api}/issues",
        "members_url": f"{api}/members{{/member}}",
        "public_members_url": f"{api}/public_members{{/member}}",
        "avatar_url": f"{world.web_url}/avatars/u/{account.id}?v=4",
        "description": account.name,
    }


def full_organization_json(world: World, account: Account) -> dict[str, Any]:
    """What `/orgs/{o}` says."""
    return organization_json(world, account) | {
        "name": account.name,
        "html_url": f"{world.web_url}/{account.login}",
        "type": "Organization",
        "public_repos": sum(it.owner is account and it.visibility == "public" for it in world.repositories.values()),
        "has_organization_projects": True,
        "has_repository_projects": True,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": iso(account.created_at),
        "updated_at": iso(account.created_at),
    }


def team_json(world: World, team: Team) -> dict[str, Any]:
    """A team, as in `requested_team` and `reviewers`."""
    api = f"{world.web_url}/api/v3/organizations/{team.organization.id}/team/{team.id}"
    return {
        "name": team.name,
        "id": team.id,
        "node_id": node_id("T", team.id),
        "slug": team.slug,
        "description": None,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "url": api,
        "html_url": f"{world.web_url}/orgs/{team.organization.login}/teams/{team.slug}",
        "members_url": f"{api}/members{{/member}}",
        "repositories_url": f"{api}/repos",
        "permission": "push",
        "parent": None,
    }
