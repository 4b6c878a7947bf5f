import pytest

from agent.subscriptions.changes import Change, pack, subscribed, unpack, unsubscribed
from agent.subscriptions.features import DEFAULTS
from agent.subscriptions.request import Request, read
from agent.subscriptions.subscription import Scope, Target, Wants
from agent.subscriptions.words import added, removed, short

TARGET = Target(scope=Scope.REPO, id=42, name="octo/shop")


def asked(text: str) -> Request:
    return read(f"octo/shop {text}", "https://ghe.example.com")


def wants(text: str) -> Wants:
    """Exactly these features and labels."""
    request = asked(text)
    return Wants(features=request.features, labels=request.labels)


ALL_DEFAULTS = wants(" ".join(DEFAULTS))


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        (None, "", " ".join(DEFAULTS)),
        (None, "issues", "issues"),
        (None, "releases issues", "issues releases"),
        (None, "+reviews", " ".join((*DEFAULTS, "reviews"))),
        (None, "issues +reviews", "issues reviews"),
        (None, "+label:bug", f"{' '.join(DEFAULTS)} +label:bug"),
        ("issues pulls", "", "issues pulls"),
        ("issues pulls", "commits", "commits"),
        ("issues pulls", "+releases", "issues pulls releases"),
        ("issues commits", "+commits:*", "issues commits:*"),
        ("issues commits:*", "commits", "commits"),
        ("issues +label:bug", "pulls", "pulls +label:bug"),
        ("issues +label:bug", "+label:ui", "issues +label:bug +label:ui"),
        ("issues +label:bug", "+label:bug", "issues +label:bug"),
    ],
)
def test_subscribing_replaces_what_is_named_and_adds_what_has_a_plus(before: str | None, text: str, after: str) -> None:
    standing = None if before is None else wants(before)

    assert subscribed(standing, asked(text)) == wants(after)


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("issues pulls", "", None),
        ("issues pulls", "issues", "pulls"),
        ("issues pulls", "issues pulls", None),
        ("issues pulls", "releases", "issues pulls"),
        ("issues commits:*", "commits", "issues"),
        ("issues commits:*", "commits:*", "issues"),
        ("issues commits:*", "commits:main", "issues commits:*"),
        ("issues +label:bug +label:ui", "+label:bug", "issues +label:ui"),
        ("issues +label:bug,ui", "+label:UI", "issues +label:bug"),
        ("issues pulls +label:bug", "issues label:bug", "pulls"),
        ("issues +label:bug", "issues", None),
    ],
)
def test_unsubscribing_turns_off_what_is_named_and_ends_with_the_last_feature(
    before: str, text: str, after: str | None
) -> None:
    assert unsubscribed(wants(before), asked(text)) == (wants(after) if after else None)


@pytest.mark.parametrize(
    ("before", "after", "came", "went"),
    [
        (None, "releases", ["*releases*: releases published"], []),
        ("releases", None, [], ["*releases*: releases published"]),
        ("releases", "releases", [], []),
        (
            "commits",
            "commits:main +label:bug,ui",
            [
                "*commits*: pushes to `main`",
                "*label*: of issues and pull requests, only those labelled `bug` or `ui`",
            ],
            ["*commits*: pushes to the default branch"],
        ),
    ],
)
def test_a_change_tells_what_came_and_what_went(
    before: str | None, after: str | None, came: list[str], went: list[str]
) -> None:
    change = Change(target=TARGET, before=wants(before) if before else None, after=wants(after) if after else None)

    assert (added(change), removed(change)) == (came, went)


def test_packed_changes_are_unpacked_again() -> None:
    changes = (
        Change(target=TARGET, before=None, after=ALL_DEFAULTS),
        Change(target=Target(scope=Scope.OWNER, id=7, name="octo"), before=wants("commits:*"), after=None),
    )

    unpacked = unpack(pack(changes))

    assert unpacked == changes
    assert [change.target.name for change in unpacked] == ["octo/shop", "octo"]


@pytest.mark.parametrize(
    "text",
    [
        'issues commits:"main","users/*" +label:"bug","ui" +label:"x"',
        'workflows:{event:"push" branch:"a b"}',
        'reviews:"channel"',
    ],
)
def test_what_is_shown_of_a_subscription_can_be_typed_again(text: str) -> None:
    shown = short(wants(text)).replace("`", "")

    assert (shown, wants(shown)) == (text, wants(text))
