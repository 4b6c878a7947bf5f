"""The REST API: one module for each family, one row for each endpoint. The order matters only within a module."""

from infra.sandbox.ghes.endpoints import (
    apps,
    authorizations,
    comments,
    commits,
    contents,
    hook_log,
    instance,
    issues,
    manifests,
    me,
    people,
    pulls,
    repositories,
    reviews,
    runs,
    search,
)

ENDPOINTS = (
    *instance.ENDPOINTS,
    *apps.ENDPOINTS,
    *manifests.ENDPOINTS,
    *authorizations.ENDPOINTS,
    *hook_log.ENDPOINTS,
    *me.ENDPOINTS,
    *people.ENDPOINTS,
    *repositories.ENDPOINTS,
    *commits.ENDPOINTS,
    *contents.ENDPOINTS,
    *issues.ENDPOINTS,
    *comments.ENDPOINTS,
    *pulls.ENDPOINTS,
    *reviews.ENDPOINTS,
    *runs.ENDPOINTS,
    *search.ENDPOINTS,
)
