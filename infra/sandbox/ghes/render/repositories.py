"""Repositories in JSON."""

from typing import Any

from infra.sandbox.ghes.render.nodes import node_id
from infra.sandbox.ghes.render.people import user_json
from infra.sandbox.ghes.repository import Level, Repository
from infra.sandbox.ghes.times import iso
from infra.sandbox.ghes.world import World

LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def page_url(world: World, repository: Repository) -> str:
    """The repository's page."""
    return f"{world.web_url}/{repository.full_name}"


def api_url(world: World, repository: Repository) -> str:
    """The repository's address in the REST API."""
    return f"{world.web_url}/api/v3/repos/{repository.full_name}"


def repository_json(world: World, repository: Repository) -> dict[str, Any]:
    """All usual fields, as webhooks and REST share them."""
    page, api = page_url(world, repository), api_url(world, repository)
    host = world.web_url.partition("://")[2]
    open_issues = sum(it.state == "open" for it in repository.issues.values())
    hidden = {"public": False, "internal": world.switches.internal_is_private, "private": True}
    return {
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": hidden[repository.visibility],
        "owner": user_json(world, repository.owner),
        "html_url": page,
        "description": repository.description,
        "fork": repository.fork_of is not None,
        "url": api,
        **{name: api + path for name, path in LINKS.items()},
        "git_url": f"git://{host}/{repository.full_name}.git",
        "ssh_url": f"git@{host.partition(':')[0]}:{repository.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "mirror_url": None,
        "homepage": None,
        "language": repository.language,
        "license": None,
        "size": 128,
        "stargazers_count": repository.stars,
        "watchers_count": repository.stars,
        "watchers": repository.stars,
        "forks_count": repository.forks,
        "forks": repository.forks,
        "open_issues_count": open_issues,
        "open_issues": open_issues,
        "has_issues": repository.has_issues,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": True,
        "has_pages": False,
        "has_discussions": repository.has_discussions,
        "archived": repository.archived,
        "disabled": False,
        "visibility": repository.visibility,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": list(repository.topics),
        "default_branch": repository.default_branch,
        "created_at": iso(repository.created_at),
        "updated_at": iso(repository.updated_at),
        "pushed_at": iso(repository.pushed_at),
    }


def permissions_json(level: Level) -> dict[str, bool]:
    """What somebody with this level may do."""
    order = ("read", "triage", "write", "maintain", "admin")
    rank = order.index(level) if level in order else -1
    names = {"admin": "admin", "maintain": "maintain", "push": "write", "triage": "triage", "pull": "read"}
    return {name: rank >= order.index(it) for name, it in names.items()}


def full_repository_json(world: World, repository: Repository, level: Level = "read") -> dict[str, Any]:
    """What `GET /repos/{o}/{r}` says to somebody with this level."""
    parent = repository.fork_of
    inherited = {"parent": repository_json(world, parent), "source": repository_json(world, parent)} if parent else {}
    organization = user_json(world, repository.owner)
    return (
        repository_json(world, repository)
        | {
            "permissions": permissions_json(level),
            "allow_squash_merge": True,
            "allow_merge_commit": True,
            "allow_rebase_merge": True,
            "allow_auto_merge": True,
            "delete_branch_on_merge": False,
            "network_count": repository.forks,
            "subscribers_count": 0,
        }
        | ({"organization": organization} if repository.owner.type == "Organization" else {})
        | inherited
    )


def pushed_repository_json(world: World, repository: Repository) -> dict[str, Any]:
    """The odd form in a push: `created_at` and `pushed_at` are integers here (§8), the owner has a name."""
    owner = repository.owner
    named = {"name": owner.login, "email": owner.email}
    extra = {"organization": owner.login} if owner.type == "Organization" else {}
    return (
        repository_json(world, repository)
        | {
            "created_at": int(repository.created_at.timestamp()),
            "pushed_at": int(repository.pushed_at.timestamp()),
            "owner": user_json(world, owner) | named,
            "stargazers": repository.stars,
            "master_branch": repository.default_branch,
        }
        | extra
    )


def short_repository_json(world: World, repository: Repository) -> dict[str, Any]:
    """The few fields in `installation.repositories`."""
    full = repository_json(world, repository)
    return {name: full[name] for name in ("id", "node_id", "name", "full_name", "private")}
