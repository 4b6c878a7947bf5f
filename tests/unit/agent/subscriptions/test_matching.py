from collections.abc import Callable, Mapping
from typing import Any

import pytest

from agent.card_table import ALWAYS
from agent.subject import Kind, Subject, SubjectKey
from agent.subscriptions.matching import Wish, wants
from agent.subscriptions.subscription import PLAIN, FeatureValue, Subscription
from shared.event import Event

MakeEvent = Callable[[str, Mapping[str, Any]], Event]
MakeSubscription = Callable[..., Subscription]

THREAD, CHANNEL = Wish(to_channel=False), Wish(to_channel=True)


def words(*values: str) -> FeatureValue:
    return FeatureValue(words=values)


def fields(**values: tuple[str, ...]) -> FeatureValue:
    return FeatureValue(fields=values)


def run(event: str, branch: str = "topic", base: str | None = None, **more: Any) -> dict[str, Any]:
    pulls = [{"base": {"ref": base}}] if base else []
    return {"workflow_run": {"name": "CI", "event": event, "head_branch": branch, "pull_requests": pulls, **more}}


@pytest.mark.parametrize(
    ("value", "ref", "wanted"),
    [
        (PLAIN, "refs/heads/main", True),
        (PLAIN, "refs/heads/topic", False),
        (PLAIN, "refs/tags/main", False),
        (PLAIN, "", False),
        (words("*"), "refs/heads/users/ann/fix", True),
        (words("*"), "refs/tags/v1", False),
        (words("topic"), "refs/heads/topic", True),
        (words("topic"), "refs/heads/main", False),
        (words("users/*"), "refs/heads/users/ann/fix", True),
        (words("users/*"), "refs/heads/users", False),
        (words("v?.x"), "refs/heads/v1.x", True),
        (words("v?.x"), "refs/heads/v1-x", False),
        (words("topic", "rel/*"), "refs/heads/rel/1", True),
    ],
)
def test_commits_are_those_of_the_default_branch_or_of_the_named_ones(
    event: MakeEvent, subscription: MakeSubscription, value: FeatureValue, ref: str, *, wanted: bool
) -> None:
    wish = wants(subscription({"commits": value}), "commits", event("push", {"ref": ref}), None)

    assert wish == (THREAD if wanted else None)


@pytest.mark.parametrize(
    ("value", "payload", "wanted"),
    [
        (PLAIN, run("pull_request", base="main"), True),
        (PLAIN, run("pull_request", base="release/1"), False),
        (PLAIN, run("pull_request"), True),
        (PLAIN, run("push", branch="main"), False),
        (PLAIN, run("pull_request_target", base="main"), False),
        (PLAIN, {}, False),
        (fields(branch=("main",)), run("push", branch="main"), True),
        (fields(branch=("main",)), run("push", branch="topic"), False),
        (fields(branch=("main",)), run("pull_request", branch="main", base="next"), False),
        (fields(branch=("main",)), run("pull_request_target", branch="x", base="main"), True),
        (fields(branch=("rel/*",)), run("pull_request", base="rel/1"), True),
        (fields(event=("push", "pull_request")), run("push"), True),
        (fields(event=("push", "pull_request")), run("schedule"), False),
        (fields(name=("ci",)), run("schedule"), True),
        (fields(name=("Deploy *",)), run("schedule"), False),
        (fields(name=("Deploy *",)), run("schedule", name="Deploy to staging"), True),
        (fields(actor=("Ann",)), run("push", actor={"login": "ann"}), True),
        (fields(actor=("Ann",)), run("push", actor=None), False),
        (fields(actor=("dependabot[bot]",)), run("push", actor={"login": "dependabot[bot]"}), True),
        (fields(event=("push",), branch=("main",)), run("push", branch="main"), True),
        (fields(event=("push",), branch=("main",)), run("push", branch="topic"), False),
    ],
)
def test_workflow_runs_pass_all_fields_and_a_pull_request_counts_for_its_target(
    event: MakeEvent, subscription: MakeSubscription, value: FeatureValue, payload: dict[str, Any], *, wanted: bool
) -> None:
    wish = wants(subscription({"workflows": value}), "workflows", event("workflow_run", payload), None)

    assert wish == (THREAD if wanted else None)


@pytest.mark.parametrize(
    ("value", "category", "wanted"),
    [
        (PLAIN, "Ideas", True),
        (fields(category=("ideas",)), "Ideas", True),
        (fields(category=("Q&A", "Ideas")), "Ideas", True),
        (fields(category=("Q&A",)), "Ideas", False),
    ],
)
def test_discussions_pass_their_category(
    event: MakeEvent, subscription: MakeSubscription, value: FeatureValue, category: str, *, wanted: bool
) -> None:
    happened = event("discussion", {"discussion": {"category": {"name": category}}})

    assert wants(subscription({"discussions": value}), "discussions", happened, None) == (THREAD if wanted else None)


@pytest.mark.parametrize(
    ("feature", "value", "wish"),
    [
        ("reviews", PLAIN, THREAD),
        ("reviews", words("channel"), CHANNEL),
        ("comments", PLAIN, THREAD),
        ("comments", words("channel"), CHANNEL),
        ("issues", PLAIN, THREAD),
        ("releases", PLAIN, THREAD),
    ],
)
def test_only_reviews_and_comments_ask_for_the_channel(
    event: MakeEvent, subscription: MakeSubscription, feature: str, value: FeatureValue, wish: Wish
) -> None:
    assert wants(subscription({feature: value}), feature, event("any", {}), None) == wish


def test_a_feature_that_is_off_is_not_wanted(event: MakeEvent, subscription: MakeSubscription) -> None:
    assert wants(subscription({"issues": PLAIN}), "pulls", event("pull_request", {}), None) is None


def test_what_always_arrives_arrives_whatever_is_on(event: MakeEvent, subscription: MakeSubscription) -> None:
    assert wants(subscription({"issues": PLAIN}, ("bug",)), ALWAYS, event("public", {}), None) == THREAD


@pytest.mark.parametrize(
    ("groups", "labels", "wanted"),
    [
        ((("bug",),), ["bug"], True),
        ((("Bug",),), ["bUG"], True),
        ((("bug",),), ["chore"], False),
        ((("bug",),), [], False),
        ((("bug", "crash"),), ["crash"], True),
        ((("bug",), ("ui",)), ["bug"], False),
        ((("bug",), ("ui", "ux")), ["ux", "bug"], True),
        ((("bu*",),), ["bug"], False),
    ],
)
def test_labels_are_required_of_issues_and_pull_requests(
    event: MakeEvent, subscription: MakeSubscription, groups: tuple[Any, ...], labels: list[str], *, wanted: bool
) -> None:
    thing = {"labels": [{"name": name} for name in labels]}

    wishes = [
        wants(subscription({"issues": PLAIN}, *groups), "issues", event("issues", {"issue": thing}), None),
        wants(subscription({"pulls": PLAIN}, *groups), "pulls", event("pull_request", {"pull_request": thing}), None),
        wants(subscription({"comments": PLAIN}, *groups), "comments", event("issue_comment", {"issue": thing}), None),
    ]

    assert wishes == [THREAD if wanted else None] * 3


@pytest.mark.parametrize(
    ("feature", "name", "payload"),
    [
        ("commits", "push", {"ref": "refs/heads/main"}),
        ("comments", "commit_comment", {"comment": {}}),
        ("releases", "release", {"release": {}}),
        ("discussions", "discussion", {"discussion": {"labels": []}}),
        ("deployments", "deployment", {"deployment": {}}),
    ],
)
def test_what_has_no_labels_is_not_filtered_by_them(
    event: MakeEvent, subscription: MakeSubscription, feature: str, name: str, payload: dict[str, Any]
) -> None:
    assert wants(subscription({feature: PLAIN}, ("bug",)), feature, event(name, payload), None) == THREAD


@pytest.mark.parametrize(
    ("known", "wanted"), [({"labels": [{"name": "bug"}]}, True), ({"labels": []}, False), ({"title": "x"}, True)]
)
def test_the_labels_of_the_subject_count_before_those_of_the_payload(
    event: MakeEvent, subscription: MakeSubscription, known: dict[str, Any], *, wanted: bool
) -> None:
    said = "bug" if "title" in known else "chore" if wanted else "bug"
    happened = event("issues", {"issue": {"labels": [{"name": said}]}})
    repository = happened.repository
    assert repository is not None
    subject = Subject(
        key=SubjectKey(repository_id=42, kind=Kind.ISSUE, number="1"),
        repository=repository,
        fields=known,
        updated_at=None,
        complete=True,
    )

    wish = wants(subscription({"issues": PLAIN}, ("bug",)), "issues", happened, subject)

    assert wish == (THREAD if wanted else None)


def test_a_push_to_a_repository_that_cannot_be_read_is_not_wanted(
    event: MakeEvent, subscription: MakeSubscription
) -> None:
    happened = event("push", {"ref": "refs/heads/main", "repository": None})

    assert wants(subscription({"commits": PLAIN}), "commits", happened, None) is None


def test_that_a_branch_was_deleted_is_not_told_as_a_push_where_branches_tell_it(
    event: MakeEvent, subscription: MakeSubscription
) -> None:
    push = event("push", {"ref": "refs/heads/topic", "deleted": True})

    assert wants(subscription({"commits": words("*")}), "commits", push, None) == THREAD
    assert wants(subscription({"commits": words("*"), "branches": PLAIN}), "commits", push, None) is None
