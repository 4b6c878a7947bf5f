from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.blockkit.github_markdown import Links, mrkdwn
from shared.blockkit.mrkdwn import mentioned, mentioning, unmentioned

LINKS = Links(repository="https://ghe.example/acme/site", root="https://ghe.example")
MENTIONS = Links(repository="https://ghe.example/acme/site", root="https://ghe.example", mentions=True)

MARKDOWN = st.lists(
    st.sampled_from(
        [
            *"\n \t`*_~#>-+|[]()!<&@\\:=\"'1a",
            *("```", "~~~", "**", "\n\n", "    ", "<!--", "-->", "<!channel>", "<@U123>", "<#C1|x>", "<!subteam^S1>"),
            *("[a](", "![a](", "https://x.io/a|b", "http://", "mailto:a@b.c", "javascript:", "#12", "o/r#3", "@bob"),
            *(
                "<b>",
                "</b>",
                "<a href='https://e.io/|'>",
                "</a>",
                "<pre>",
                "</pre>",
                "<code>",
                "</code>",
                "<br>",
                "<li>",
            ),
            *(
                "<img src=x alt='|'>",
                "<details>",
                "<summary>",
                "</h1>",
                "| a | b |\n|---|--:|\n| c | `|` |\n",
                "- [ ] ",
            ),
            *(
                "- ",
                "1. ",
                "> ",
                "> > ",
                "[x]: https://r.io\n",
                "[x]",
                "word",
                "ünï",
                "&lt;",
                "&#60;!here&#62;",
                "\x00",
            ),
            *("3f786850e387550fdab836ed7e6dc881de23001b", "<script>", "<!here|x>"),
        ]
    )
    | st.text(max_size=8),
    max_size=60,
).map("".join)


@given(markdown=MARKDOWN, limit=st.integers(20, 400), linked=st.booleans())
@settings(max_examples=400, deadline=None)
def test_no_text_can_mention_anybody_or_forge_a_link_or_leave_code_open_or_pass_the_limit(
    markdown: str, limit: int, mrkdwn_faults: Callable[[str], list[str]], *, linked: bool
) -> None:
    drawn, _ = mrkdwn(markdown, limit, LINKS if linked else None)

    assert mrkdwn_faults(drawn) == []
    assert len(drawn) <= limit
    drawn.encode()


@given(words=st.lists(st.text(alphabet="abcdefg ", min_size=1, max_size=30), max_size=40).map("\n\n".join))
def test_nothing_is_called_shortened_that_fits(words: str) -> None:
    drawn, shortened = mrkdwn(words, 10_000)

    assert not shortened
    assert drawn.split() == words.split()


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("<pre>```", "```\n``ˋ\n```"),
        ("<pre>", ""),
        ("<pre><pre>```", "```\n``ˋ\n```"),
        ("<b><pre>```", "```\n``ˋ\n```"),
        ("<b>bold <i>both</b> plain", "*bold _both_* plain"),
        ("a <b>bold one", "a *bold one*"),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("`a < b`", "`a &lt; b`"),
        ("```\n<!channel> & co\n```", "```\n&lt;!channel&gt; &amp; co\n```"),
        ("ping <!channel> <@U1>", "ping  &lt;<https://ghe.example/U1|@U1>&gt;"),
        ("## Sub **b** and `c`", "*Sub b and `c`*"),
        ("foo**bar**baz, **a** *b* ~~c~~", "foo\u200b*bar*\u200bbaz, *a* _b_ ~c~"),
        ("**bold *and italic***", "*bold _and italic_*"),
        ("> one\n> two\n>\n> > deeper", "> one\n> two\n>\n> &gt; deeper"),
        ("> [!WARNING]\n> careful", "> *Warning*\n> careful"),
        ("> says\n> ```\n> code\n> ```", "> says\n>\n```\ncode\n```"),
        ("- a\n  - b\n    - c\n- d", "• a\n    ◦ b\n        ▪ c\n• d"),
        ("3. three\n4. four\n   five", "3. three\n4. four\n    five"),
        ("- [ ] open\n- [x] done", "☐ open\n☑ done"),
        ("- item\n  ```\n  code\n  ```", "• item\n```\ncode\n```"),
        ("one\ntwo  \nthree\\\nfour", "one\ntwo\nthree\nfour"),
        ("``a`b`` and \\`c", "`aˋb` and ˋc"),
        ("```\na ``` b\n```", "```\na ``ˋ b\n```"),
        ("***\n\nend", "──────────\n\nend"),
        ("[a|b](https://x.io/a|b>c)", "<https://x.io/a%7Cb%3Ec|a¦b>"),
        ("[r][1]\n\n[1]: https://r.io 'T'", "<https://r.io|r>"),
        ("![shot](https://x.io/s.png)", "<https://x.io/s.png|shot>"),
        ("[![build](https://x.io/b.svg)](https://x.io/ci)", "<https://x.io/ci|build>"),
        ("[here](/acme/site/wiki)", "<https://ghe.example/acme/site/wiki|here>"),
        ("[here](docs/a.md)", "here"),
        ("[mail](mailto:a@b.io)", "<mailto:a@b.io|mail>"),
        ("[nobody](mailto:) [nowhere](https://) [still](https:///path)", "nobody nowhere still"),
        ("<https://x.io>", "<https://x.io>"),
        (
            "see https://x.io/a_b?c=1&d=2. (https://x.io/e_(f))",
            "see <https://x.io/a_b?c=1&amp;d=2>. (<https://x.io/e_(f)>)",
        ),
        (
            "(#3) a#4 x/y#5",
            "(<https://ghe.example/acme/site/issues/3|#3>) a#4 <https://ghe.example/x/y/issues/5|x/y#5>",
        ),
        (
            "@mona, @acme/web, a@b.io",
            "<https://ghe.example/mona|@mona>, <https://ghe.example/orgs/acme/teams/web|@acme/web>, a@b.io",
        ),
        (
            "3f786850e387550fdab836ed7e6dc881de23001b",
            "<https://ghe.example/acme/site/commit/3f786850e387550fdab836ed7e6dc881de23001b|3f78685>",
        ),
        ("`#12 @mona`", "`#12 @mona`"),
        ("<!-- fill in\n\nplease -->\n\ntext <!-- x -->end", "text end"),
        ("a<br>b <kbd>Esc</kbd> <sub>c</sub>", "a\nb `Esc` c"),
        ("<a href='https://x.io'>x **y**</a>", "<https://x.io|x *y*>"),
        ("<details><summary>More</summary>\n\ntext\n\n</details>", "*More*\n\ntext"),
        (
            "<p>Bumps <a href='https://x.io/d'>dep</a></p>\n<ul>\n<li>one</li>\n<li><b>two</b></li>\n</ul>",
            "Bumps <https://x.io/d|dep>\n• one\n• *two*",
        ),
        ("<img src='https://x.io/i.png' alt='pic'>", "<https://x.io/i.png|pic>"),
        ("<script>\nalert(1)\n</script>\n\nafter", "after"),
        (
            "| a | b |\n|---|--:|\n| `x<y` | 12 |\n| **long** | 1 |",
            "```\na      b\n────  ──\nx&lt;y   12\nlong   1\n```",
        ),
        ("", ""),
    ],
)
def test_githubs_markdown_becomes(markdown: str, expected: str) -> None:
    drawn, shortened = mrkdwn(markdown, 3000, LINKS)

    assert (drawn, shortened) == (expected, False)


def test_a_long_text_is_cut_between_blocks() -> None:
    drawn, shortened = mrkdwn(f"{'a' * 30}\n\n{'b' * 30}\n\n{'c' * 30}", 70)

    assert (drawn, shortened) == (f"{'a' * 30}\n\n{'b' * 30}", True)


def test_code_that_is_cut_is_closed() -> None:
    drawn, shortened = mrkdwn("```\n" + "line\n" * 30 + "```", 40)

    assert (drawn, shortened) == ("```\nline\nline\nline\nline\nline\nline\nl…\n```", True)


def test_a_body_of_seventy_thousand_characters_is_not_read_to_its_end() -> None:
    drawn, shortened = mrkdwn("<!-- " + "x" * 70_000, 1000)

    assert (drawn, shortened) == ("", True)


def test_without_links_references_stay_words() -> None:
    drawn, _ = mrkdwn("#12 by @mona", 100)

    assert drawn == "#12 by @mona"


@given(markdown=MARKDOWN, limit=st.integers(20, 400))
@settings(max_examples=400, deadline=None)
def test_no_text_mentions_anybody_who_is_no_user_and_those_who_are_only_where_it_says_so(
    markdown: str, limit: int, mrkdwn_faults: Callable[[str], list[str]]
) -> None:
    drawn, _ = mrkdwn(markdown, limit, MENTIONS)

    alone, told = unmentioned(drawn), unmentioned(mentioning(drawn, {"bob": "U7", "u123": "U8", "channel": "U9"}))
    assert mrkdwn_faults(alone) == []
    assert [mark for mark in ("<@", "<!", "<#") if mark in alone] == []
    assert mrkdwn_faults(told.replace("<@U7>", "").replace("<@U8>", "")) == []
    assert all(f"@{login}" in markdown.lower() for login in mentioned(drawn))


@pytest.mark.parametrize(
    ("markdown", "logins"),
    [
        ("@mona, please", {"mona"}),
        ("**@Mona**: look (@hubot).", {"mona", "hubot"}),
        ("> @mona said\n\n- [ ] @hubot", {"mona", "hubot"}),
        ("## For @mona\n\n<p>and @hubot</p>", {"mona", "hubot"}),
        ("`@mona` and <code>@mona</code>", set()),
        ("```\n@mona\n```\n\n    @mona\n\n<pre>@mona</pre>", set()),
        ("mail me@mona or me@mona.example, <me@mona.example>", set()),
        ("@mona.example and @mona/ and @mona/Web", set()),
        ("@acme/web and the @acme/mona team", set()),
        ("[@mona](https://x.io) ![@mona](https://x.io/i.png) https://x.io/@mona", set()),
        ("<!-- @mona -->", set()),
        ("a\\_@mona and x@@mona", set()),
    ],
)
def test_a_text_mentions_whom_github_would(markdown: str, logins: set[str]) -> None:
    drawn, _ = mrkdwn(markdown, 1000, MENTIONS)

    assert mentioned(drawn) == logins


def test_a_mention_is_never_cut_in_half() -> None:
    for limit in range(20, 90):
        drawn, _ = mrkdwn("Ask somebody such as @mona about it", limit, MENTIONS)

        assert "<@" not in mentioning(drawn, {"mona": "U7"}).replace("<@U7>", "")
