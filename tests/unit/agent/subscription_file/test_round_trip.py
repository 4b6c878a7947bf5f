"""What is exported changes nothing when it is applied, whatever is in the store."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from agent.slash.channel_settings import Chosen
from agent.subscription_file.held import HeldChannel, HeldSubscription
from agent.subscription_file.planning import steps
from agent.subscription_file.reading import declared
from agent.subscription_file.resolving import Answers, questions, wished
from agent.subscription_file.toml_text import array, comment, key, places_of, string
from agent.subscription_file.writing import written
from agent.subscriptions.features import FEATURES, Takes
from agent.subscriptions.subscription import PLAIN, FeatureValue, Scope, Target, Wants
from shared.address import Address

GHES = "https://ghes.example.com"
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
_WORDS = st.lists(_TEXTS, min_size=1, max_size=3, unique=True).map(tuple)
_IDS = st.from_regex(r"[A-Z0-9]{1,6}", fullmatch=True)
_OWNERS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True)
_REPOS = st.from_regex(r"[A-Za-z0-9_.-]{1,8}", fullmatch=True).filter(lambda name: name not in {".", ".."})


def _value(name: str) -> st.SearchStrategy[FeatureValue]:
    feature = FEATURES[name]
    match feature.takes:
        case Takes.NOTHING:
            return st.just(PLAIN)
        case Takes.BRANCHES:
            return st.just(PLAIN) | _WORDS.map(lambda words: FeatureValue(words=words))
        case Takes.CHANNEL:
            return st.sampled_from([PLAIN, FeatureValue(words=("channel",))])
        case Takes.FIELDS:
            filled = st.dictionaries(st.sampled_from(feature.fields), _WORDS, min_size=1)
            return st.just(PLAIN) | filled.map(lambda fields: FeatureValue(fields=fields))


_FEATURES = st.sets(st.sampled_from(list(FEATURES)), min_size=1).flatmap(
    lambda names: st.fixed_dictionaries({name: _value(name) for name in FEATURES if name in names})
)
_WANTS = st.builds(
    lambda features, labels: Wants(features=features, labels=tuple(labels)),
    _FEATURES,
    st.lists(_WORDS, max_size=2, unique=True),
)
_NAMES = st.builds(lambda owner, repo: f"{owner}/{repo}" if repo else owner, _OWNERS, st.just("") | _REPOS)


@st.composite
def channels(draw: st.DrawFn) -> HeldChannel:
    names = draw(st.lists(_NAMES, max_size=4, unique_by=str.lower))
    return HeldChannel(
        address=Address(team_id=f"T{draw(_IDS)}", channel_id=f"{draw(st.sampled_from('CGD'))}{draw(_IDS)}"),
        subscriptions=tuple(
            HeldSubscription(
                target=Target(scope=Scope.REPO if "/" in name else Scope.OWNER, id=id_, name=name),
                wants=draw(_WANTS),
                allowed="/" in name and draw(st.booleans()),
            )
            for id_, name in enumerate(names, start=1)
        ),
        chosen=Chosen(threading=draw(st.booleans()), previews=draw(st.booleans())),
    )


@given(st.lists(channels(), max_size=3, unique_by=lambda each: str(each.address)), _TEXTS)
def test_what_is_exported_differs_in_nothing_and_asks_nobody(found: list[HeldChannel], called: str) -> None:
    held = {each.address: each for each in found}
    teams = {each.address.team_id for each in found}

    text = written(found, {each.address: called for each in found})
    read = declared(text.encode(), Path("x.toml"), GHES)
    asked = questions(read, held, teams)
    meant = wished(read, held, teams, Answers())

    assert not asked.names
    assert not asked.channels
    assert meant.problems == ()
    assert steps(meant.channels, held, prune=True) == ()


@given(st.lists(channels(), max_size=3, unique_by=lambda each: str(each.address)), st.randoms())
def test_the_order_of_the_store_does_not_show(found: list[HeldChannel], shuffled: Random) -> None:
    again = list(found)
    shuffled.shuffle(again)

    assert written(again, {}) == written(found, {})


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_back(text: str) -> None:
    found = tomllib.loads(f"{comment(text)}\nlist = {array([text, text])}\n[table]\n{key(text)} = {string(text)}\n")

    assert found == {"list": [text, text], "table": {text: text}}


def test_a_file_has_a_table_for_each_channel_and_a_line_for_each_subscription(
    held: Callable[..., dict[Address, HeldChannel]],
) -> None:
    found = held(
        {"acme/docs": 'issues commits:release/* +label:"it\'s a bug"', "acme/api": "pulls", "acme": "releases"},
        chosen=Chosen(threading=False),
        allowed=("acme/api",),
    )

    text = written(found.values(), dict.fromkeys(found, "Acme #general"))

    assert text.splitlines()[3:] == [
        "[T1.C1]  # Acme #general",
        "threading = false",
        "previews = true",
        "allow_private = ['acme/api']",
        "",
        "[T1.C1.subscriptions]",
        "\"acme\" = 'releases'",
        "\"acme/api\" = 'pulls'",
        '"acme/docs" = "issues commits:\\"release/*\\" +label:\\"it\'s a bug\\""',
    ]


def test_a_channel_of_which_there_is_nothing_to_say_is_left_out() -> None:
    quiet = HeldChannel(address=Address(team_id="T1", channel_id="C1"))

    assert "[" not in written([quiet], {})


def test_places_are_found_of_tables_and_keys_that_stand_alone() -> None:
    text = '[a."b c"] # x = 1\nd = [\n  "e",\n]\n  f.g = "=" \n\n[a."b c".h]\n"i/j" = 1\nbroken\n'

    found = places_of(text)

    assert {path: (place.line, place.column) for path, place in found.items()} == {
        ("a",): (1, 1),
        ("a", "b c"): (1, 1),
        ("a", "b c", "d"): (2, 1),
        ("a", "b c", "f"): (5, 3),
        ("a", "b c", "f", "g"): (5, 3),
        ("a", "b c", "h"): (7, 1),
        ("a", "b c", "h", "i/j"): (8, 1),
    }
