import pytest

from agent.subscriptions.features import DEFAULTS, FEATURES
from agent.subscriptions.subscription import PLAIN, FeatureValue, UnreadableWantsError, Wants, decode, encode

WANTS = Wants(
    features={
        "issues": PLAIN,
        "commits": FeatureValue(words=("main", "users/*")),
        "workflows": FeatureValue(fields={"event": ("push",), "branch": ("main", "größe")}),
    },
    labels=(("bug", "crash"), ("ui",)),
)


def test_what_is_stored_is_read_again() -> None:
    assert decode(encode(WANTS)) == WANTS


def test_the_stored_text_is_the_documented_one() -> None:
    assert encode(WANTS) == (
        '{"v": 1, "features": {"issues": true, "commits": ["main", "users/*"], '
        '"workflows": {"branch": ["main", "größe"], "event": ["push"]}}, "labels": [["bug", "crash"], ["ui"]]}'
    )


def test_equal_wants_give_equal_texts_whatever_their_order() -> None:
    turned = Wants(
        features={
            "workflows": FeatureValue(fields={"branch": ("main", "größe"), "event": ("push",)}),
            "commits": WANTS.features["commits"],
            "issues": PLAIN,
        },
        labels=WANTS.labels,
    )

    assert encode(turned) == encode(WANTS)


@pytest.mark.parametrize(
    "text",
    [
        '{"v": 2, "features": {}, "labels": []}',
        '{"v": 1, "features": {}, "labels": [], "paths": ["a"]}',
        '{"v": 1, "features": {"gists": true}, "labels": []}',
        '{"v": 1, "features": {"issues": 5}, "labels": []}',
        '{"v": 1, "features": []}',
        "[]",
        "5",
        "{",
        "",
    ],
)
def test_words_of_a_newer_version_are_refused_and_never_left_out(text: str) -> None:
    with pytest.raises(UnreadableWantsError):
        decode(text)


def test_the_five_defaults_are_those_of_the_feature_table() -> None:
    assert DEFAULTS == ("issues", "pulls", "commits", "releases", "deployments")
    assert set(FEATURES) - set(DEFAULTS) == {"reviews", "comments", "branches", "workflows", "discussions"}
