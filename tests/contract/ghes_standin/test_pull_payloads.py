"""What webhooks say of pull requests and reviews, traps included. ghes.md §8."""

import json
from typing import Any

import pytest

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import Switches, World


def sent(world: World) -> list[tuple[str, Any]]:
    return [(it.label(), json.loads(it.body)) for it in world.pending()]


def test_a_force_push_lists_no_commits_and_synchronizes(world: World, api: Repository, ada: Account) -> None:
    # §8 pulls: "`synchronize` on force-push"; commits: "force-push may have commits=[]"
    pull = happen.open_pull(world, api, by=ada, head="mend")
    world.pending()

    happen.force_push(world, api, by=ada, branch="mend")

    (_, push), (name, synchronized) = sent(world)
    assert (push["forced"], push["commits"]) == (True, [])
    assert name == "pull_request.synchronize"
    assert synchronized["pull_request"]["head"]["sha"] == push["after"]
    assert synchronized["number"] == pull.number


def test_a_merge_is_a_push_and_a_closed_with_merged(
    world: World, api: Repository, ada: Account, grace: Account
) -> None:
    # §8 pulls: "merged = `closed` && merged"; commits: "web merges give push + PR closed"
    pull = happen.open_pull(world, api, by=ada)
    opened = sent(world)[0][1]["pull_request"]

    happen.merge(world, api, pull, by=grace)

    (push, _), (closed, payload) = sent(world)
    assert (push, closed) == ("push", "pull_request.closed")
    assert payload["pull_request"]["merged"] is True
    assert payload["pull_request"]["merged_by"]["login"] == "grace"
    assert opened["mergeable"] is None
    assert {"additions", "deletions", "changed_files"} <= set(opened)


def test_one_event_a_reviewer_person_or_team(world: World, api: Repository, ada: Account, grace: Account) -> None:
    # §8 pulls: "one event per reviewer, requested_reviewer XOR requested_team"
    pull = happen.open_pull(world, api, by=ada)
    team = next(iter(world.teams.values()))
    world.pending()

    happen.request_review(world, api, pull, grace, by=ada)
    happen.request_review(world, api, pull, team, by=ada)

    (_, person), (_, group) = sent(world)
    assert person["requested_reviewer"]["login"] == "grace"
    assert "requested_team" not in person
    assert group["requested_team"]["slug"] == "backend"
    assert "requested_reviewer" not in group


@pytest.mark.parametrize("null", [True, False])
def test_the_fork_behind_a_pull_request_may_be_gone(world: World, api: Repository, ada: Account, *, null: bool) -> None:
    # §8 pulls: "`head.repo` null when the fork is gone [U]; cross-repo when head.repo.id ≠ base.repo.id"
    world.switches = Switches(head_repository_null=null)
    fork = happen.fork(world, api, ada, by=ada)
    pull = happen.open_pull(world, api, by=ada, source=fork)
    before = sent(world)[-1][1]["pull_request"]

    happen.delete_fork(world, api, pull)
    happen.close(world, api, pull, by=ada)

    after = sent(world)[-1][1]["pull_request"]
    assert before["head"]["repo"]["id"] == fork.id != before["base"]["repo"]["id"]
    assert (after["head"]["repo"] is None) is null


def test_reviews_are_lower_case_and_lines_have_events_of_their_own(
    world: World, api: Repository, ada: Account, grace: Account
) -> None:
    # §8 reviews: "state lower case in hooks"; "one inline comment also makes a `commented` review"
    pull = happen.open_pull(world, api, by=ada)
    world.pending()

    happen.submit_review(world, api, pull, "approved", by=grace)
    happen.comment_on_line(world, api, pull, by=grace)

    (_, approved), (review, commented), (line, comment) = sent(world)
    assert approved["review"]["state"] == "approved"
    assert (review, line) == ("pull_request_review.submitted", "pull_request_review_comment.created")
    assert (commented["review"]["state"], commented["review"]["body"]) == ("commented", None)
    assert comment["comment"]["pull_request_review_id"] == commented["review"]["id"]
    assert (comment["comment"]["path"], comment["comment"]["line"]) == ("README.md", 2)


def test_a_comment_on_a_pull_request_shows_it(world: World, api: Repository, ada: Account) -> None:
    # §8 comments: "comment on a PR ⇔ `issue.pull_request` present"
    issue, pull = happen.open_issue(world, api, by=ada), happen.open_pull(world, api, by=ada)
    world.pending()

    for subject in (issue, pull):
        happen.comment(world, api, subject, by=ada)

    (_, plain), (_, on_pull) = sent(world)
    assert "pull_request" not in plain["issue"]
    assert on_pull["issue"]["pull_request"]["html_url"].endswith(f"/pull/{pull.number}")
