"""Reviews of pull requests, and the asking for them."""

from typing import Literal

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.answers import Answer, invalid, not_found, paged
from infra.sandbox.ghes.gate import Call, RepositoryRoute
from infra.sandbox.ghes.numbered import pull_in
from infra.sandbox.ghes.render.people import team_json, user_json
from infra.sandbox.ghes.render.pulls import pull_of, review_comment_json, review_json, short_pull_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account, Team

STATES: dict[str, Literal["approved", "changes_requested", "commented"]] = {
    "APPROVE": "approved",
    "REQUEST_CHANGES": "changes_requested",
    "COMMENT": "commented",
}


def listed(call: Call, repository: Repository) -> Answer:
    """GET …/pulls/{n}/reviews: oldest first, states in upper case."""
    issue = pull_in(call, repository)
    shown = [review_json(call.world, repository, issue, it, rest=True) for it in pull_of(issue).reviews]
    return paged(call.request, shown, root=call.world.web_url)


def create(call: Call, repository: Repository) -> Answer:
    """POST …/pulls/{n}/reviews: 200; a body is required except for APPROVE, one's own can't be judged (§9)."""
    issue, event, text = pull_in(call, repository), str(call.body.get("event", "")), call.body.get("body")
    if event not in STATES:
        raise invalid("PullRequestReview", "event")
    if event != "APPROVE" and not text:
        raise invalid("PullRequestReview", "body", "missing_field")
    if event != "COMMENT" and issue.user is call.actor:
        words = {"APPROVE": "approve", "REQUEST_CHANGES": "request changes on"}[event]
        raise invalid("PullRequestReview", "user", "custom", f"Can not {words} your own pull request")
    review = happen.submit_review(call.world, repository, issue, STATES[event], by=call.actor, body=text)
    return Answer(body=review_json(call.world, repository, issue, review, rest=True))


def requested(call: Call, repository: Repository) -> Answer:
    """GET …/pulls/{n}/requested_reviewers."""
    pull = pull_of(pull_in(call, repository))
    body = {
        "users": [user_json(call.world, it) for it in pull.requested_reviewers],
        "teams": [team_json(call.world, it) for it in pull.requested_teams],
    }
    return Answer(body=body)


def request(call: Call, repository: Repository) -> Answer:
    """POST …/pulls/{n}/requested_reviewers: 201; 422 for the author and for anybody but a collaborator (§9)."""
    issue = pull_in(call, repository)
    reviewers = _reviewers(call, repository)
    if issue.user in reviewers:
        text = "Review cannot be requested from pull request author."
        raise invalid("PullRequest", "reviewers", "custom", text)
    pull = pull_of(issue)
    for reviewer in reviewers:
        if reviewer not in pull.requested_reviewers and reviewer not in pull.requested_teams:
            happen.request_review(call.world, repository, issue, reviewer, by=call.actor)
    return Answer(status=201, body=short_pull_json(call.world, repository, issue, rest=True))


def take_back(call: Call, repository: Repository) -> Answer:
    """DELETE …/pulls/{n}/requested_reviewers: 200."""
    issue = pull_in(call, repository)
    pull = pull_of(issue)
    for reviewer in _reviewers(call, repository):
        if reviewer in pull.requested_reviewers or reviewer in pull.requested_teams:
            happen.unrequest_review(call.world, repository, issue, reviewer, by=call.actor)
    return Answer(body=short_pull_json(call.world, repository, issue, rest=True))


def _reviewers(call: Call, repository: Repository) -> list[Account | Team]:
    people = {it.login.lower(): it for it in repository.collaborators}
    teams = {it.slug: it for it in call.world.teams.values() if it.organization is repository.owner}
    logins = [str(it).lower() for it in call.body.get("reviewers", ())]
    slugs = [str(it) for it in call.body.get("team_reviewers", ())]
    if not set(logins) <= set(people) or not set(slugs) <= set(teams):
        text = "Reviews may only be requested from collaborators."
        raise invalid("PullRequest", "reviewers", "custom", text)
    return [*(people[it] for it in logins), *(teams[it] for it in slugs)]


def line_comment(call: Call, repository: Repository) -> Answer:
    """GET …/pulls/comments/{id}: a comment on a line."""
    for issue in repository.issues.values():
        for found in issue.pull.review_comments if issue.pull else ():
            if found.id == call.number("comment_id"):
                return Answer(body=review_comment_json(call.world, repository, issue, found, rest=True))
    raise not_found()


READ, WRITE = (("pull_requests", "read"),), (("pull_requests", "write"),)
REVIEWS, REQUESTS = r"/pulls/{number:\d+}/reviews", r"/pulls/{number:\d+}/requested_reviewers"

ENDPOINTS = (
    RepositoryRoute(method="GET", path=r"/pulls/comments/{comment_id:\d+}", answer=line_comment, needs=READ),
    RepositoryRoute(method="GET", path=REVIEWS, answer=listed, needs=READ),
    RepositoryRoute(method="POST", path=REVIEWS, answer=create, needs=WRITE),
    RepositoryRoute(method="GET", path=REQUESTS, answer=requested, needs=READ),
    RepositoryRoute(method="POST", path=REQUESTS, answer=request, needs=WRITE, level="triage"),
    RepositoryRoute(method="DELETE", path=REQUESTS, answer=take_back, needs=WRITE, level="triage"),
)
