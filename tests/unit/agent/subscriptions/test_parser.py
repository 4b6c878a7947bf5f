import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.subscriptions.parser import ArgumentsError, parse, typed
from agent.subscriptions.syntax import Argument, Group, Pair, Value, Word, written

NAMES = st.from_regex(r"[a-z][a-z_-]{0,9}", fullmatch=True)
SIGNS = st.sampled_from(["", "+", "-"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.lists(TEXTS.map(Value), min_size=1, max_size=3).map(tuple)
FIELDS = st.lists(st.builds(Pair, st.just(""), NAMES, VALUES), min_size=1, max_size=3).map(tuple)
ARGUMENTS = st.one_of(
    st.builds(Word, SIGNS, TEXTS),
    st.builds(Pair, SIGNS, NAMES, VALUES),
    st.builds(Group, SIGNS, NAMES, FIELDS),
)
TROUBLE = st.text(st.sampled_from('aZ/:,"{}+-* \n\\‘“.<>|@&;lt'), max_size=40)


def pair(name: str, *values: str, sign: str = "") -> Pair:
    return Pair(sign, name, tuple(Value(value) for value in values))


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("", ()),
        (" , ", ()),
        ("o/r issues pulls", (Word("", "o/r"), Word("", "issues"), Word("", "pulls"))),
        ("o/r issues, pulls,releases", (Word("", "o/r"), Word("", "issues"), Word("", "pulls"), Word("", "releases"))),
        ("o/r\n+releases", (Word("", "o/r"), Word("+", "releases"))),
        ("https://h.example/o/r", (Word("", "https://h.example/o/r"),)),
        ('"o/r"', (Word("", "o/r"),)),
        ("commits:*", (pair("commits", "*"),)),
        ("COMMITS:Main", (pair("commits", "Main"),)),
        ("commits:main,users/*", (pair("commits", "main", "users/*"),)),
        ('commits:main , "b c"', (pair("commits", "main", "b c"),)),
        ("commits:main,releases", (pair("commits", "main"), Word("", "releases"))),
        ('commits:main,"releases"', (pair("commits", "main", "releases"),)),
        ("commits:main,releases/*", (pair("commits", "main", "releases/*"),)),
        ("pulls:opened,issues:closed", (pair("pulls", "opened"), pair("issues", "closed"))),
        ("commits:main,+releases", (pair("commits", "main"), Word("+", "releases"))),
        ("commits:main, releases", (pair("commits", "main"), Word("", "releases"))),
        ("+label:type:bug,area:ui", (pair("label", "type:bug", "area:ui", sign="+"),)),
        ('+label:"good first issue",bug', (pair("label", "good first issue", "bug", sign="+"),)),
        (r'+label:"say \"hi\" \\"', (pair("label", r'say "hi" \\'[:-1], sign="+"),)),
        ("-author:dependabot[bot]", (pair("author", "dependabot[bot]", sign="-"),)),
        ("comments:issues|pulls", (pair("comments", "issues|pulls"),)),
        (
            'workflows:{event:"push","pull_request" branch:main}',
            (Group("", "workflows", (pair("event", "push", "pull_request"), pair("branch", "main"))),),
        ),
        (
            "workflows: { event:push,issues,branch:main, }",
            (Group("", "workflows", (pair("event", "push", "issues"), pair("branch", "main"))),),
        ),
    ],
)
def test_the_grammar_reads(text: str, arguments: tuple[Argument, ...]) -> None:
    assert parse(text) == arguments


@pytest.mark.parametrize(
    ("text", "says", "pointer"),
    [
        ('o/r +label:"bug', 'This quote is never closed. Add the closing `"`.', "           ^"),
        ("o/r commits:", "Here the text ends, where I expected a value.", "            ^"),
        ("o/r commits: main", "Here there is ` `, where I expected a value.", "            ^"),
        ("o/r }", "Here there is `}`, where I expected a repository, a feature or a filter.", "    ^"),
        ("o/r - x", "Here there is ` `, where I expected a repository, a feature or a filter.", "     ^"),
        ('workflows:{name:"a"', "Here the text ends, where I expected a `}`.", "                   ^"),
        ("workflows:{name}", "Here there is `n`, where I expected a field such as `branch:`.", "           ^"),
        ("workflows:{}", "Here there is `}`, where I expected a field such as `branch:`.", "           ^"),
        ('+label:"x"y', "Here there is `y`, where I expected a space or a comma.", "          ^"),
        ('a"b"', 'Here there is `"`, where I expected a space or a comma.', " ^"),
    ],
)
def test_an_error_points_at_the_character_and_says_what_was_expected(text: str, says: str, pointer: str) -> None:
    with pytest.raises(ArgumentsError) as error:
        parse(text)

    assert error.value.says == says
    assert error.value.pointer() == f"{text}\n{pointer}"


def test_a_pointer_into_a_long_text_shows_its_surroundings() -> None:
    with pytest.raises(ArgumentsError) as error:
        parse("a " * 100 + "} " + "b " * 100)

    line, carets = error.value.pointer("/ghe subscribe ").split("\n")

    assert len(line) < 140
    assert line.startswith("/ghe subscribe …")
    assert line.endswith("…")
    assert line[carets.index("^")] == "}"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("<https://h.example/o/r>", "https://h.example/o/r"),
        ("<https://h.example/o/r|https://h.example/o/r>", "https://h.example/o/r"),
        ("<https://h.example/o/r|the repository>", "https://h.example/o/r"),
        ("<http://h.example/o/r|h.example/o/r>", "h.example/o/r"),
        ('+label:"<http://node.js|node.js>"', '+label:"node.js"'),
        ("+label:R&amp;D &lt;x&gt; &amp;lt;", "+label:R&D <x> &lt;"),
        ("author:<@U123|ann> <#C123|dev> <@U123>", "author:@ann #dev <@U123>"),
        ("+label:“won’t fix” „a‟", '+label:"won\'t fix" "a"'),
        ("o/r\u00a0issues", "o/r issues"),
    ],
)
def test_what_slack_made_of_the_text_is_undone(sent: str, meant: str) -> None:
    assert typed(sent) == meant


@given(st.one_of(TEXTS, TROUBLE))
def test_nothing_typed_raises_anything_but_its_own_error(text: str) -> None:
    says, pointer = ".", "\n"
    try:
        parse(typed(text))
    except ArgumentsError as error:
        says, pointer = error.says, error.pointer()

    assert says.endswith(".")
    assert pointer.count("\n") == 1


@given(st.lists(ARGUMENTS, max_size=4).map(tuple))
def test_what_is_written_is_read_again(arguments: tuple[Argument, ...]) -> None:
    assert parse(written(arguments)) == arguments
