"""The REST API: one module for each family, one row for each endpoint. The order matters only within a module."""

from infra.sandbox.ghes.endpoints import (
    apps,
    comments,
    commits,
    hook_log,
    instance,
    issues,
    people,
    pulls,
    repositories,
    reviews,
    runs,
)

ENDPOINTS = (
    *instance.ENDPOINTS,
    *apps.ENDPOINTS,
    *hook_log.ENDPOINTS,
    *people.ENDPOINTS,
    *repositories.ENDPOINTS,
    *commits.ENDPOINTS,
    *issues.ENDPOINTS,
    *comments.ENDPOINTS,
    *pulls.ENDPOINTS,
    *reviews.ENDPOINTS,
    *runs.ENDPOINTS,
)
