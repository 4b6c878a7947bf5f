"""The rules of previews, one by one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.previews.deciding import EVERYWHERE, Size, Verdict, Wishes, size_of, verdict
from agent.subscriptions.subscription import PLAIN, Scope, Subscription, Target, Wants
from shared.address import Address
from shared.event import Repository

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def repository(visibility: str) -> Repository:
    return Repository(
        id=42,
        owner_id=7,
        owner="octo",
        name="vault",
        visibility=visibility,
        url="https://ghe.example.com/octo/vault",
        default_branch="main",
    )


def subscription(scope: Scope, id_: int) -> Subscription:
    return Subscription(
        id=1,
        address=Address(team_id="T1", channel_id="C1"),
        target=Target(scope=scope, id=id_, name="octo/vault"),
        wants=Wants(features={"issues": PLAIN}),
        created_by="U1",
        created_at=NOW,
    )


def decided(
    visibility: str = "private",
    *subscriptions: Subscription,
    wishes: Wishes | None = None,
    channel_id: str = "C1",
    is_ext_shared: bool = False,
    can_ask: bool = True,
) -> Verdict:
    return verdict(
        repository(visibility),
        subscriptions,
        wishes or Wishes(),
        channel_id=channel_id,
        is_ext_shared=is_ext_shared,
        now=NOW,
        can_ask=can_ask,
    )


@pytest.mark.parametrize(("links", "size"), [(0, None), (1, Size.FULL), (2, Size.CONDENSED), (3, None), (9, None)])
def test_the_number_of_links_decides_how_big_a_preview_is(links: int, size: Size | None) -> None:
    assert size_of(links) is size


@pytest.mark.parametrize("visibility", ["public", "internal"])
def test_what_everybody_may_read_is_shown_even_if_prompts_are_muted(visibility: str) -> None:
    assert decided(visibility, wishes=Wishes(muted_for_good=True)) is Verdict.SHOW


def test_an_account_is_shown() -> None:
    assert verdict(None, (), Wishes(), channel_id="C1", now=NOW, can_ask=False) is Verdict.SHOW


def test_a_private_repository_is_asked_about() -> None:
    assert decided() is Verdict.ASK


def test_a_visibility_that_nobody_knows_counts_as_private() -> None:
    assert decided("secret") is Verdict.ASK


def test_a_subscription_of_the_repository_itself_is_a_yes() -> None:
    assert decided("private", subscription(Scope.REPO, 42)) is Verdict.SHOW


@pytest.mark.parametrize(("scope", "id_"), [(Scope.REPO, 43), (Scope.OWNER, 7), (Scope.OWNER, 42)])
def test_other_subscriptions_are_no_yes(scope: Scope, id_: int) -> None:
    assert decided("private", subscription(scope, id_)) is Verdict.ASK


@pytest.mark.parametrize(
    ("always", "channel_id", "expected"),
    [
        ((42, "C1"), "C1", Verdict.SHOW),
        ((42, "C1"), "C2", Verdict.ASK),
        ((42, EVERYWHERE), "C2", Verdict.SHOW),
        ((43, EVERYWHERE), "C1", Verdict.ASK),
    ],
)
def test_always_holds_where_it_was_said(always: tuple[int, str], channel_id: str, expected: Verdict) -> None:
    assert decided(wishes=Wishes(always=frozenset({always})), channel_id=channel_id) is expected


@pytest.mark.parametrize(("where", "expected"), [(EVERYWHERE, Verdict.ASK), ("C1", Verdict.SHOW)])
def test_everywhere_does_not_reach_another_organisation(where: str, expected: Verdict) -> None:
    assert decided(wishes=Wishes(always=frozenset({(42, where)})), is_ext_shared=True) is expected


def test_a_paused_subscription_is_no_yes() -> None:
    assert decided("private", replace(subscription(Scope.REPO, 42), paused=True)) is Verdict.ASK


def test_a_draft_shows_nothing_private_since_another_organisation_may_read_where_it_goes() -> None:
    here, everywhere = (Wishes(always=frozenset({(42, where)})) for where in ("C1", EVERYWHERE))

    drafts = [decided(wishes=each, channel_id="", is_ext_shared=True, can_ask=False) for each in (here, everywhere)]

    assert drafts == [Verdict.NOTHING, Verdict.NOTHING]


def test_muted_prompts_are_silent_until_their_time_is_over() -> None:
    wishes = [Wishes(muted_until=NOW + timedelta(seconds=s)) for s in (1, 0)]

    assert [decided(wishes=each) for each in wishes] == [Verdict.NOTHING, Verdict.ASK]


def test_a_yes_counts_more_than_muted_prompts() -> None:
    wishes = Wishes(always=frozenset({(42, "C1")}), muted_for_good=True)

    assert decided(wishes=wishes) is Verdict.SHOW
