"""No text from outside can mention, ping, forge a link, or end one early, however it is cut."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.blockkit.mrkdwn import cut, escape, link, one_line, url

HOSTILE = st.lists(
    st.sampled_from(
        [
            *(
                "<!channel>",
                "<!here|x>",
                "<@U123>",
                "<#C1>",
                "<!subteam^S1>",
                "<https://evil.example|good>",
                "&lt;!here>",
            ),
            *(
                "<",
                ">",
                "|",
                "&",
                "&amp;",
                "```",
                "`",
                "*",
                "\n",
                "\t",
                " ",
                "\u2028",
                "\x00",
                "\x1f",
                "\u00a0",
                "word",
            ),
        ]
    )
    | st.text(max_size=8),
    max_size=20,
).map("".join)
ADDRESSES = (
    (HOSTILE.map("https://ghe.example/".__add__)) | HOSTILE | st.sampled_from(["https://", "http://", "https:// "])
)

Faults = Callable[[str], list[str]]


@given(HOSTILE)
@settings(max_examples=50)
def test_escaped_text_holds_nothing_that_slack_reads_as_its_own(text: str) -> None:
    escaped = escape(text)

    assert "<" not in escaped
    assert ">" not in escaped
    assert re.findall("&(?!amp;|lt;|gt;)", escaped) == []


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf"], include_characters="\n\t")))
def test_slack_shows_escaped_text_as_it_was(text: str) -> None:
    shown = escape(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    assert shown == text


@pytest.mark.parametrize("unseen", ["\0", "\x1b", "\u202e", "\u2067"])
def test_what_nobody_sees_can_neither_stand_in_a_text_nor_turn_it_around(unseen: str) -> None:
    assert escape(f"Fix{unseen} it") == "Fix it"


@given(st.text(alphabet=st.characters(categories=["Cs", "L"])))
def test_half_characters_are_dropped_since_nobody_can_send_them(text: str) -> None:
    for safe in (escape(text), one_line(text), url(f"https://ghe.example/{text}"), link(f"https://x.io/{text}", "x")):
        safe.encode()


@given(text=HOSTILE, limit=st.integers(1, 60))
@settings(max_examples=60)
def test_one_line_is_one_line_of_escaped_text_within_its_limit(text: str, limit: int, mrkdwn_faults: Faults) -> None:
    line = one_line(text, limit)

    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert mrkdwn_faults(line) == []


@given(address=ADDRESSES, words=HOSTILE)
@settings(max_examples=60)
def test_a_link_leads_where_it_should_and_nothing_in_it_ends_it_early(
    address: str, words: str, mrkdwn_faults: Faults
) -> None:
    drawn = link(address, escape(words.replace("```", "")))

    assert mrkdwn_faults(drawn) == []
    assert drawn.count("<") == drawn.count(">") == (1 if url(address) else 0)
    if url(address):
        assert drawn.startswith(f"<{url(address)}")
        assert drawn.endswith(">")


@given(ADDRESSES)
def test_an_address_is_http_with_a_host_or_nothing(address: str) -> None:
    safe = url(address)

    assert safe == "" or re.fullmatch(r"https?://[^\s|<>\"`]+", safe)
    assert re.findall("&(?!amp;)", safe) == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://ghe.example/a?b=1&c=2#d", "https://ghe.example/a?b=1&amp;c=2#d"),
        ("http://ghe.localhost:8080/x", "http://ghe.localhost:8080/x"),
        ("https://x.io/a|b<c>d", "https://x.io/a%7Cb%3Cc%3Ed"),
        ("https://x.io/a b\nc", "https://x.io/a%20b%0Ac"),
        ("https://x.io/a\u2028b\u00a0c", "https://x.io/a%E2%80%A8b%C2%A0c"),
        ("https://x.io/ü", "https://x.io/ü"),
        ("https://", ""),
        ("http:///path", ""),
        ("javascript:alert(1)", ""),
        ("ftp://x.io", ""),
        ("//x.io", ""),
        ("", ""),
    ],
)
def test_an_address_becomes(address: str, expected: str) -> None:
    assert url(address) == expected


@pytest.mark.parametrize(
    ("address", "words", "expected"),
    [
        ("https://x.io", "a|b\nc", "<https://x.io|a¦b c>"),
        ("https://x.io", "", "<https://x.io>"),
        ("https://x.io", " \n ", "<https://x.io>"),
        ("javascript:x", "words", "words"),
        ("", "a|b", "a¦b"),
        ("", "", ""),
    ],
)
def test_a_link_becomes(address: str, words: str, expected: str) -> None:
    assert link(address, words) == expected


@given(
    pieces=st.lists(HOSTILE.map(escape) | ADDRESSES.map(lambda address: link(address, "words")), max_size=8),
    limit=st.integers(1, 80),
)
@settings(max_examples=60)
def test_a_cut_keeps_its_limit_and_breaks_neither_an_entity_nor_a_link(
    pieces: list[str], limit: int, mrkdwn_faults: Faults
) -> None:
    whole = "".join(pieces).replace("```", "")

    kept = cut(whole, limit)

    assert len(kept) <= limit
    assert mrkdwn_faults(kept) == []
    assert kept == whole or (kept.endswith("…") and whole.startswith(kept[:-1]))


@given(st.text(max_size=50))
def test_what_fits_is_not_cut(text: str) -> None:
    assert cut(text, len(text)) == text


def test_a_cut_shows_and_leaves_no_white_space_before_it() -> None:
    assert cut("one two three", 9) == "one two…"
    assert cut("one &amp; two", 8) == "one…"
    assert cut("see <https://x.io|x> there", 12) == "see…"
    assert unescape(cut("&lt;&lt;&lt;", 9)) == "<<…"
