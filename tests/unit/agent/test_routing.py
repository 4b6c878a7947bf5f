"""Which channels get what of an event, for any event and any subscriptions."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.card_table import ALWAYS, Placement, Shown
from agent.routing import Draft, Subscribed, route
from agent.subject import Subject, SubjectKey
from agent.subscriptions.features import FEATURES
from agent.subscriptions.matching import wants
from agent.subscriptions.subscription import PLAIN, FeatureValue, Scope, Subscription, Target, Wants
from shared.address import Address
from shared.event import Event, Repository, label
from shared.post import Role

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
REPOSITORY = {
    "id": 42,
    "full_name": "octo/shop",
    "name": "shop",
    "owner": {"id": 7, "login": "octo"},
    "default_branch": "main",
    "visibility": "internal",
}
KEY = "42/issue/7"
SUBJECT = Subject(
    key=SubjectKey.parse(KEY),
    repository=Repository(
        id=42, owner_id=7, owner="octo", name="shop", visibility="internal", url="", default_branch="main"
    ),
    fields={},
    updated_at=None,
    complete=True,
)
ROLES = {
    Placement.OPENING: ([Role.PARENT], []),
    Placement.FOLLOW: ([Role.PARENT, Role.REPLY], [Role.REPLY]),
    Placement.RESULT: ([Role.PARENT], [Role.REPLY]),
    Placement.BROADCAST: ([Role.PARENT], [Role.BROADCAST]),
    Placement.ASIDE: ([Role.PLAIN], [Role.REPLY]),
    Placement.PLAIN: ([Role.PLAIN], [Role.PLAIN]),
    Placement.SILENT: ([], []),
}
"""By placement: the roles in a channel that hasn't a card of the subject, and in one that has."""


def rule(placement: Placement = Placement.OPENING, feature: str = "issues", unless: str | None = None) -> Shown:
    return Shown(feature=feature, placement=placement, unless=lambda _: unless)


def event(name: str = "issues", **payload: Any) -> Event:
    return label("d1", name, {"repository": REPOSITORY, **payload}, AT)


def subscribed(
    address_id: int = 1,
    features: Mapping[str, FeatureValue] | None = None,
    *labels: tuple[str, ...],
    scope: Scope = Scope.REPO,
    threading: bool = True,
) -> Subscribed:
    chosen = {"issues": PLAIN} if features is None else features
    return Subscribed(
        address_id=address_id,
        threading=threading,
        subscription=Subscription(
            id=address_id,
            address=Address(team_id="T1", channel_id=f"C{address_id}"),
            target=Target(scope=scope, id=42 if scope is Scope.REPO else 7, name="octo"),
            wants=Wants(features=chosen, labels=labels),
            created_by="U1",
            created_at=AT,
        ),
    )


def roles(drafts: Sequence[Draft], address_id: int = 1) -> list[Role]:
    return [draft.role for draft in drafts if draft.address_id == address_id]


@pytest.mark.parametrize("placement", Placement)
@pytest.mark.parametrize("carded", [False, True])
def test_a_card_goes_where_its_placement_says(placement: Placement, *, carded: bool) -> None:
    found = route(event(), rule(placement), SUBJECT, [subscribed()], {1} if carded else {2})

    assert roles(found.drafts) == ROLES[placement][carded]
    assert {draft.thread_key for draft in found.drafts} <= {KEY}


@pytest.mark.parametrize("placement", sorted(set(Placement) - {Placement.SILENT}))
def test_with_threading_off_each_event_is_a_message_of_its_own(placement: Placement) -> None:
    for carded in ((), {1}):
        found = route(event(), rule(placement), SUBJECT, [subscribed(threading=False)], carded)

        assert roles(found.drafts) == [Role.PLAIN]


@pytest.mark.parametrize("placement", sorted(set(Placement) - {Placement.SILENT}))
def test_what_has_no_subject_is_a_message_of_its_own(placement: Placement) -> None:
    found = route(event("push"), rule(placement), None, [subscribed()], ())

    assert found.drafts == [Draft(address_id=1, role=Role.PLAIN, thread_key=None)]


@pytest.mark.parametrize("feature", ["reviews", "comments"])
def test_replies_that_are_wanted_in_the_channel_are_broadcast(feature: str) -> None:
    wanted = subscribed(1, {feature: FeatureValue(words=("channel",))})

    found = route(event(), rule(Placement.FOLLOW, feature), SUBJECT, [wanted, subscribed(2, {feature: PLAIN})], {1, 2})

    assert (roles(found.drafts, 1), roles(found.drafts, 2)) == ([Role.BROADCAST], [Role.REPLY])


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize(
    ("own", "owners", "arrives"),
    [({"pulls": PLAIN}, {"issues": PLAIN}, False), ({"issues": PLAIN}, {"pulls": PLAIN}, True), ({}, None, False)],
)
def test_a_repositorys_own_subscription_overrides_its_owners(
    own: dict[str, FeatureValue], owners: dict[str, FeatureValue] | None, *, arrives: bool, in_order: bool
) -> None:
    both = [subscribed(1, owners, scope=Scope.OWNER), subscribed(1, own)]

    found = route(event(), rule(), SUBJECT, both if in_order else both[::-1], ())

    assert roles(found.drafts) == ([Role.PARENT] if arrives else [])


def test_a_channels_own_choice_changes_nothing_for_another_channel() -> None:
    both = [subscribed(1, {}, scope=Scope.REPO), subscribed(2, scope=Scope.OWNER), subscribed(1, scope=Scope.OWNER)]

    found = route(event(), rule(), SUBJECT, both, ())

    assert [draft.address_id for draft in found.drafts] == [2]


@pytest.mark.parametrize(
    ("found", "fate"),
    [
        (route(event(), rule(), SUBJECT, [subscribed()], ()), "for 1 channel"),
        (route(event(), rule(), SUBJECT, [subscribed(1), subscribed(2)], ()), "for 2 channels"),
        (route(event(), rule(Placement.FOLLOW), SUBJECT, [subscribed()], ()), "for 1 channel"),
        (route(event(), rule(), SUBJECT, [subscribed()], {1}), "shown by the cards that 1 channel had already"),
        (route(event(), rule(), SUBJECT, [subscribed(1, {})], ()), "no subscription wants this of `issues`"),
        (route(event(), rule(), SUBJECT, [], ()), "nobody is subscribed"),
        (route(event(), rule(unless="a draft"), SUBJECT, [subscribed()], ()), "not shown: a draft"),
        (route(event(), rule(Placement.SILENT), SUBJECT, [subscribed()], ()), "brought cards up to date"),
    ],
)
def test_the_fate_says_in_words_what_became_of_it(found: Any, fate: str) -> None:
    assert found.fate == fate
    assert bool(found.drafts) == fate.startswith("for ")


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["main", "refs/heads/main", "push", "bug", ""]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["labels", "name", "event", "login", "base", "ref"]), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = st.sampled_from(["issue", "pull_request", "workflow_run", "discussion", "ref", "comment", "action"])
EVENTS = st.builds(
    lambda name, payload: event(name, **payload),
    st.sampled_from(["issues", "push", "workflow_run", "discussion", "public"]),
    st.dictionaries(NAMES, JSON, max_size=4),
)
GLOBS = st.sampled_from(["*", "main", "rel/*", "channel", "bug", "?", "[a", "push"])
VALUES = st.just(PLAIN) | st.builds(FeatureValue, words=st.lists(GLOBS, min_size=1, max_size=2).map(tuple))
FIELDS = st.dictionaries(
    st.sampled_from(["name", "event", "branch", "actor", "category"]), GLOBS.map(lambda glob: (glob,)), max_size=3
).map(lambda fields: FeatureValue(fields=fields))
SUBSCRIBED = st.builds(
    subscribed,
    st.integers(1, 3),
    st.dictionaries(st.sampled_from(list(FEATURES)), VALUES | FIELDS, max_size=4),
    scope=st.sampled_from(Scope),
    threading=st.booleans(),
)
RULES = st.builds(rule, st.sampled_from(Placement), st.sampled_from([*FEATURES, ALWAYS]))


@given(EVENTS, RULES, st.none() | st.just(SUBJECT), st.lists(SUBSCRIBED, max_size=5), st.sets(st.integers(1, 3)))
@settings(max_examples=60)
def test_a_channel_gets_an_event_once_and_only_when_its_subscription_wants_it(
    happened: Event, shown: Shown, subject: Subject | None, all_of_them: list[Subscribed], carded: set[int]
) -> None:
    found = route(happened, shown, subject, all_of_them, carded)

    own = {each.address_id for each in all_of_them if each.subscription.target.scope is Scope.REPO}
    for address_id in (1, 2, 3):
        drafted = roles(found.drafts, address_id)
        asked = [
            each
            for each in all_of_them
            if each.address_id == address_id
            and (address_id not in own or each.subscription.target.scope is Scope.REPO)
            and wants(each.subscription, shown.feature, happened, subject)
        ]
        assert asked or not drafted
        assert len(drafted) == len(set(drafted))
        assert drafted[:1] == [Role.PARENT] or len(drafted) <= 1
        assert address_id not in carded or Role.PARENT not in drafted


@pytest.mark.parametrize(("labels", "arrives"), [(["bug"], True), (["BUG", "ui"], True), (["ui"], False), ([], False)])
def test_a_label_filter_holds_for_issues_and_not_for_what_has_no_labels(labels: list[str], *, arrives: bool) -> None:
    wanted = subscribed(1, {"issues": PLAIN, "releases": PLAIN}, ("bug",))
    issue = event(issue={"labels": [{"name": name} for name in labels]})

    assert bool(route(issue, rule(), None, [wanted], ()).drafts) is arrives
    assert route(event("release"), rule(Placement.PLAIN, "releases"), None, [wanted], ()).drafts
