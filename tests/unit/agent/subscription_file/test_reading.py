"""A file's text becomes what it declares, or sentences that say where it is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.subscription_file.declared import DeclaredChannel
from agent.subscription_file.reading import MOST_BYTES, bytes_of
from agent.subscription_file.wrong_file import Place, WrongFileError
from agent.subscriptions.features import LATER_FILTERS
from agent.subscriptions.request import Named
from agent.subscriptions.subscription import Wants
from shared.address import Address

Read = Callable[[str | bytes], tuple[DeclaredChannel, ...]]
HEAD = "[T1.C1.subscriptions]\n"


def _told(read_file: Read, text: str | bytes) -> str:
    with pytest.raises(WrongFileError) as caught:
        read_file(text)
    return str(caught.value)


def test_a_channel_has_the_words_that_one_types(read_file: Read, wants: Callable[[str], Wants]) -> None:
    text = """
    [T1.C1]  # general
    threading = false
    allow_private = ["ACME/secret"]

    [T1.C1.subscriptions]
    "acme" = ""
    "acme/secret" = 'issues commits:"release/*" +label:"good first issue"'
    """

    [channel] = read_file(text)

    assert channel.address == Address(team_id="T1", channel_id="C1")
    assert (channel.threading, channel.previews) == (False, None)
    assert channel.allowed == frozenset({Named(owner="acme", repo="secret")})
    assert [(str(each.named), each.wants, each.place) for each in channel.subscriptions or ()] == [
        ("acme", wants(""), Place(line=7, column=5)),
        ("acme/secret", wants('issues commits:"release/*" +label:"good first issue"'), Place(line=8, column=5)),
    ]


def test_what_a_file_leaves_out_is_not_said(read_file: Read) -> None:
    silent, empty = read_file("[T1.C1]\n[T1.C2.subscriptions]\n")

    assert (silent.subscriptions, silent.threading, silent.previews, silent.allowed) == (None, None, None, None)
    assert empty.subscriptions == ()
    assert read_file("") == ()


def test_a_byte_order_mark_and_the_line_ends_of_windows_are_no_error(read_file: Read) -> None:
    [channel] = read_file("\ufeff[T1.C1]\r\nthreading = true\r\n")

    assert channel.threading is True


def test_an_owner_whose_name_is_a_feature_word_can_be_named(read_file: Read) -> None:
    [channel] = read_file(f"{HEAD}issues = 'pulls'\n")

    assert [each.named for each in channel.subscriptions or ()] == [Named(owner="issues")]


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        (b"# caf\xe9\n", "1:6", "It isn't UTF-8; save it as such."),
        (b"a = 1\nb = '\xff'\n", "2:6", "It isn't UTF-8; save it as such."),
        ("[T1.C1\n", "1:7", "It can't be read as TOML here: Expected ']' at the end of a table declaration."),
        (HEAD + "\"a/b\" = 'x'\n\"a/b\" = 'x'\n", "3:12", "It can't be read as TOML here: Cannot overwrite a value."),
        (HEAD + "acme = '''issues\n", "2:17", "It can't be read as TOML here: Expected \"'''\"."),
        ("x = " + "[" * 5000, None, "It can't be read as TOML: it is nested too deeply"),
        ("x = " + "9" * 5000, None, "It can't be read as TOML"),
        ("\nversion = 1\n", "2:1", "`version` isn't a workspace's id: a table is called `[T….C…]`."),
        ("[acme.C1]\n", "1:1", "`acme` isn't a workspace's id"),
        ("[T1.general]\n", "1:1", "`general` isn't a channel's id: a table is called `[T1.C…]`."),
        ("[[T1.C1]]\n", "1:1", "`C1` isn't a channel's id"),
        ("[T1]\nC1 = true\n", "2:1", "`C1` isn't a channel's id"),
        (
            "[T1.C1]\n\nthreads = true\n",
            "3:1",
            "`threads` isn't known here. A channel's table has `threading`, `previews`",
        ),
        ("[T1.C1]\nthreading = 'yes'\n", "2:1", "`threading` is either `true` or `false`."),
        ("[T1.C1]\npreviews = 1\n", "2:1", "`previews` is either `true` or `false`."),
        ("[T1.C1]\nsubscriptions = ['acme/docs']\n", "2:1", "`subscriptions` is a table"),
        (HEAD + "\"acme/docs\" = ['issues']\n", "2:1", "`acme/docs`: what it wants is a text in quotes"),
        (HEAD + "acme/docs = 'issues'\n", "2:5", "It can't be read as TOML here"),
        (HEAD + "acme.docs = 'issues'\n", "2:1", "`acme`: what it wants is a text in quotes"),
        (HEAD + "\"acme/docs issues\" = ''\n", "2:1", "`acme/docs issues` is no repository and no owner"),
        (HEAD + "\"\" = ''\n", "2:1", "`` is no repository and no owner"),
        (HEAD + "\"acme/*\" = ''\n", "2:1", "`acme/*` is no repository and no owner"),
        (HEAD + "\"https://ghes.example.com/acme/docs\" = ''\n", "2:1", "is no repository and no owner"),
        (HEAD + "'acme/docs' = ''\n'Acme/Docs' = ''\n", "3:1", "`Acme/Docs` is there twice in this channel"),
        (HEAD + "'acme/docs' = ''\n[T1.C1]\nallow_private = 'acme/docs'\n", "4:1", "`allow_private` is a list"),
        ("[T1.C1]\nallow_private = ['acme/x']\n", "2:1", "`allow_private` names `acme/x`, which isn't among"),
        (
            HEAD + "acme = ''\n[T1.C1]\nallow_private = ['acme']\n",
            "4:1",
            "`allow_private` names `acme`, which isn't among",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    read_file: Read, text: str | bytes, place: str | None, says: str
) -> None:
    told = _told(read_file, text)

    at = "" if place is None else ", line {}, column {}".format(*place.split(":"))
    assert told.startswith(f"roster.toml{at}: ")
    assert says in told


@pytest.mark.parametrize(
    ("words", "at", "says"),
    [
        ("isues", 1, "There is no feature `isues`. Did you mean `issues`?"),
        ("issues pulls:opened", 14, "`pulls:opened` isn't supported yet."),
        ("issues acme/api", 8, "`acme/api` is another repository; give it a line of its own."),
        ('issues +label:"bug', 15, 'This quote is never closed. Add the closing `"`.'),
        ("issues issues", 8, "`issues` is named twice; name it once, with all its values."),
        ("label", 1, '`label` is a filter and is written `label:"…"`.'),
        *((f'issues +{name}:"x"', 8, "isn't supported yet.") for name, signs in LATER_FILTERS.items() if "+" in signs),
    ],
)
def test_wrong_words_are_pointed_at_by_their_character(read_file: Read, words: str, at: int, says: str) -> None:
    told = _told(read_file, f"{HEAD}'acme/docs' = '{words}'\n")

    first, shown, carets = told.split("\n")
    assert first.startswith(f"roster.toml, line 2, column {15 + at}: `acme/docs`: ")
    assert says in first
    assert shown == f"    {words}"
    assert carets.index("^") == 4 + at - 1


@pytest.mark.parametrize(
    "written",
    [r'''"issues \u0069sues"''', "'''\nissues isues'''"],
)
def test_words_that_are_not_written_out_on_their_line_have_the_place_of_their_key(
    read_file: Read, written: str
) -> None:
    told = _told(read_file, f"{HEAD}  'acme/docs' = {written}\n")

    first, shown, carets = told.split("\n")
    assert first.startswith("roster.toml, line 2, column 3: `acme/docs`: There is no feature `isues`.")
    assert shown[carets.index("^") :] == "isues"


def test_everything_that_is_wrong_is_told_at_once(read_file: Read) -> None:
    told = _told(read_file, f"{HEAD}'acme/docs' = 'isues'\n'acme/api' = 'pulls'\n\n[T1.C2]\npreviews = 0\n[nobody]\n")

    places = [line.partition(": ")[0] for line in told.splitlines() if line.startswith("roster")]
    assert places == [
        "roster.toml, line 2, column 16",
        "roster.toml, line 6, column 1",
        "roster.toml, line 7, column 1",
    ]


def test_a_files_words_reach_the_terminal_without_its_control_characters(read_file: Read) -> None:
    told = _told(read_file, f"{HEAD}'acme/docs' = \"\\u001b[2J\"\n")

    assert "\x1b" not in told


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (MOST_BYTES + 1))

    for path, says in (
        (large, "It is larger than 16 MB; split it in two."),
        (tmp_path / "none.toml", "It can't be read: No such file or directory."),
        (tmp_path, "It can't be read: Is a directory."),
    ):
        with pytest.raises(WrongFileError) as caught:
            bytes_of(path)
        assert str(caught.value) == f"{path}: {says}"


def test_the_file_that_the_documentation_shows_is_one(read_file: Read) -> None:
    page = Path(__file__).parents[4] / "docs" / "subscriptions-as-code.md"
    example = page.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]

    general, partners = read_file(example)

    assert [str(each.named) for each in general.subscriptions or ()] == ["acme", "acme/docs", "acme/pay"]
    assert partners.allowed == frozenset({Named(owner="acme", repo="api")})
