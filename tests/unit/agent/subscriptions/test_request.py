import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.subscriptions.features import FEATURES, LATER_FILTERS, LATER_FLAGS
from agent.subscriptions.parser import ArgumentsError, typed
from agent.subscriptions.request import Named, Request, read
from agent.subscriptions.subscription import PLAIN, FeatureValue

GHES = "https://ghe.example.com"
SHOP = Named(owner="octo", repo="shop")


def asked(text: str) -> Request:
    return read(text, GHES)


def refused(text: str) -> ArgumentsError:
    with pytest.raises(ArgumentsError) as error:
        asked(text)
    return error.value


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("octo/shop", (SHOP,)),
        ("octo", (Named(owner="octo"),)),
        ("octo/*", (Named(owner="octo"),)),
        ("octo/shop octo/next.js", (SHOP, Named(owner="octo", repo="next.js"))),
        ("octo/shop OCTO/Shop", (SHOP,)),
        ("https://ghe.example.com/octo/shop", (SHOP,)),
        ("http://GHE.example.com/octo/shop/", (SHOP,)),
        ("https://ghe.example.com/octo/shop.git", (SHOP,)),
        ("https://ghe.example.com/octo/shop?tab=readme#install", (SHOP,)),
        ("https://ghe.example.com/octo", (Named(owner="octo"),)),
        ("ghe.example.com/octo/shop", (SHOP,)),
        ("ann_corp/shop", (Named(owner="ann_corp", repo="shop"),)),
    ],
)
def test_a_repository_or_owner_is_named_by_name_or_address(text: str, targets: tuple[Named, ...]) -> None:
    assert asked(text).targets == targets


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Name a repository first, such as `owner/repo`."),
        ("issues pulls", "Name a repository first, such as `owner/repo`."),
        ("*", "`*` is no repository; write `owner/repo` or its address."),
        ("https://github.com/octo/shop", "I'm connected to `ghe.example.com`, not to `github.com`."),
        ("github.com/octo/shop", "I'm connected to `ghe.example.com`, not to `github.com`."),
        (
            "https://ghe.example.com:8443/octo/shop",
            "I'm connected to `ghe.example.com`, not to `ghe.example.com:8443`.",
        ),
        (
            "https://ghe.example.com/octo/shop/issues/5",
            "`https://ghe.example.com/octo/shop/issues/5` is no repository; write `owner/repo` or its address.",
        ),
        ("octo/..", "`octo/..` is no repository; write `owner/repo` or its address."),
        ("-octo", "There is no feature `octo`."),
        ("octo/noisy-*", "`octo/noisy-*` isn't supported yet."),
        (" ".join(f"octo/r{n}" for n in range(11)), "One command takes 10 repositories at most."),
    ],
)
def test_what_is_no_repository_is_refused_by_name(text: str, says: str) -> None:
    assert refused(text).says.partition(" There are")[0] == says


def test_everything_is_meant_by_a_star_only_where_it_may_be() -> None:
    request = read("* issues", GHES, takes_everything=True)

    assert (request.targets, set(request.features)) == ((), {"issues"})


@pytest.mark.parametrize(
    ("text", "features", "added", "labels"),
    [
        ("", {}, {}, ()),
        ("issues pulls", {"issues": PLAIN, "pulls": PLAIN}, {}, ()),
        ("Issues,PULLS", {"issues": PLAIN, "pulls": PLAIN}, {}, ()),
        ("+releases", {}, {"releases": PLAIN}, ()),
        ("issues +releases", {"issues": PLAIN}, {"releases": PLAIN}, ()),
        ("commits:*", {"commits": FeatureValue(words=("*",))}, {}, ()),
        ("+commits:main,users/*", {}, {"commits": FeatureValue(words=("main", "users/*"))}, ()),
        ('reviews:"channel"', {"reviews": FeatureValue(words=("channel",))}, {}, ()),
        ("comments:Channel", {"comments": FeatureValue(words=("channel",))}, {}, ()),
        (
            'workflows:{name:"a" event:"push","pull_request" branch:"main" actor:"x"}',
            {
                "workflows": FeatureValue(
                    fields={"name": ("a",), "event": ("push", "pull_request"), "branch": ("main",), "actor": ("x",)}
                )
            },
            {},
            (),
        ),
        ('discussions:{category:"Ideas"}', {"discussions": FeatureValue(fields={"category": ("Ideas",)})}, {}, ()),
        ('+label:"good first issue"', {}, {}, (("good first issue",),)),
        ("label:bug", {}, {}, (("bug",),)),
        ("+label:a,b +label:c +label:c", {}, {}, (("a", "b"), ("c",))),
        ("+label:priority:HIGH", {}, {}, (("priority:HIGH",),)),
    ],
)
def test_features_and_labels_are_read(
    text: str, features: dict[str, FeatureValue], added: dict[str, FeatureValue], labels: tuple[tuple[str, ...], ...]
) -> None:
    request = asked(f"octo/shop {text}")

    assert request == Request(targets=(SHOP,), features=features, added=added, labels=labels)
    assert request.names_nothing is (text == "")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        *(
            (f'{sign}{name}:"x"', f"{sign}{name}:")
            for name, signs in LATER_FILTERS.items()
            for sign in ("", *sorted(signs))
        ),
        *((f"{sign}{name}", f"{sign}{name}") for name, signs in LATER_FLAGS.items() for sign in sorted(signs)),
        *(
            (f"{name}:{word}", f"{name}:{word}")
            for name in ("issues", "pulls")
            for word in sorted(FEATURES[name].later)
        ),
        ("-label:wontfix", "-label:"),
        ("pulls:opened,merged", "pulls:opened"),
        ("releases:published,prereleased", "releases:published"),
        ("comments:issues|pulls", "comments:issues|pulls"),
        ("reviews:approved", "reviews:approved"),
        ("branches:created", "branches:created"),
        ("deployments:failure", "deployments:failure"),
        ('workflows:{conclusion:"failure"}', "workflows:{conclusion:…}"),
        ("discussions:answered", "discussions:answered"),
        ("path:{glob:x}", "path:"),
    ],
)
def test_what_is_not_evaluated_yet_is_refused_by_its_name(text: str, what: str) -> None:
    error = refused(f"octo/shop {text}")

    assert error.says == f"`{what}` isn't supported yet."
    assert error.at >= len("octo/shop ")


@pytest.mark.parametrize(
    ("text", "says", "at"),
    [
        ("isues", "There is no feature `isues`. Did you mean `issues`?", "isues"),
        ("+relases", "There is no feature `relases`. Did you mean `releases`?", "+relases"),
        ("brnch:main", "There is no feature or filter `brnch`. Did you mean `branch`?", "brnch"),
        ("brnch:{a:b}", "There is no feature or filter `brnch`. Did you mean `branch`?", "brnch"),
        ("workflows:{bronch:x}", "`workflows` has no field `bronch`. Did you mean `branch`?", "bronch"),
        (
            "workflows:{zz:x}",
            "`workflows` has no field `zz`. There are `name`, `event`, `branch`, `actor`.",
            "zz",
        ),
        ("workflows:{name:a name:b}", "`name` is named twice; name it once, with all its values.", "name:b"),
        ('workflows:{name:""}', "`name:` needs a value here.", '""'),
        ('workflows:{conclusion:""}', "`workflows:{conclusion:…}` isn't supported yet.", "conclusion"),
        ("issues issues", "`issues` is named twice; name it once, with all its values.", "issues"),
        ("commits +commits:x", "`commits` is named twice; name it once, with all its values.", "+commits"),
        ("-issues", "To turn `issues` off, use `unsubscribe owner/repo issues`.", "-issues"),
        ("branch", '`branch` is a filter and is written `branch:"…"`.', "branch"),
        ("+label", '`label` is a filter and is written `label:"…"`.', "+label"),
        ("draft", "`draft` is a filter and is written `-draft`.", "draft"),
        ('+label:" "', "`label:` needs a value here.", '" "'),
        ('commits:a,""', "`commits:` needs a value here.", '""'),
        ("reviews:thread", '`reviews` takes the value `reviews:"channel"`, or none.', "thread"),
        ("workflows:CI", '`workflows` takes fields in braces, such as `workflows:{name:"…"}`.', "CI"),
        ("issues:maybe", "`issues` takes no such value.", "maybe"),
        ("commits:{branch:x}", "`commits` takes no fields in braces.", "commits"),
    ],
)
def test_a_bad_argument_is_named_and_pointed_at(text: str, says: str, at: str) -> None:
    error = refused(f"octo/shop {text}")

    assert error.says == says
    assert error.at == len("octo/shop ") + text.rindex(at)


@given(st.lists(st.sampled_from([*FEATURES, *'+-:," {}*', "label", "octo/shop", "event:", "channel"]), max_size=12))
def test_nothing_asked_for_raises_anything_but_its_own_error(pieces: list[str]) -> None:
    says = "."
    try:
        read(typed("".join(pieces)), GHES, takes_everything=True)
    except ArgumentsError as error:
        says = error.says

    assert says.endswith((".", "?"))
