import pytest

from agent.subscriptions.features import FEATURES
from agent.subscriptions.request import read
from agent.subscriptions.subscription import PLAIN, Wants
from agent.subscriptions.words import arriving, code, meaning, pointed


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("issues", "*issues*: issues opened, closed and reopened, transferred and deleted"),
        ("commits", "*commits*: pushes to the default branch"),
        ("commits:*", "*commits*: pushes to every branch"),
        ("commits:main,users/*", "*commits*: pushes to `main` or `users/*`"),
        ("reviews:channel", "*reviews*: reviews of pull requests, in the channel too"),
        (
            "comments:channel",
            "*comments*: comments on issues, pull requests, their code and commits, in the channel too",
        ),
        ("workflows", "*workflows*: workflow runs of pull requests to the default branch"),
        (
            "workflows:{actor:x branch:main event:push,schedule name:CI}",
            "*workflows*: workflow runs named `CI` triggered by `push` or `schedule` on `main` started by `x`",
        ),
        ("discussions:{category:Ideas}", "*discussions*: discussions created and answered in `Ideas`"),
        ("+label:a,b", "*label*: of issues and pull requests, only those labelled `a` or `b`"),
    ],
)
def test_what_arrives_is_said_in_words(text: str, line: str) -> None:
    request = read(f"o/r {text}", "https://ghe.example.com")

    assert arriving(Wants(features=request.features, labels=request.labels)) == [line]


@pytest.mark.parametrize("name", FEATURES)
def test_every_feature_has_a_meaning(name: str) -> None:
    assert meaning(name, PLAIN) == FEATURES[name].meaning


def test_somebodys_words_stay_inside_their_code_span() -> None:
    assert code("a`<!channel>&\nb") == "`aˋ&lt;!channel&gt;&amp; b`"


def test_a_pointer_stays_inside_its_block() -> None:
    assert pointed("``` <!here>\n ^") == "```ˋˋˋ &lt;!here&gt;\n ^```"
