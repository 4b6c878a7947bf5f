import pytest

from agent.slash.quoting import markdown, people_in, quoted


def test_a_message_becomes_a_quote_with_the_way_back() -> None:
    text = quoted("one &amp; two\n\nthree", "https://acme.slack.com/archives/C1/p12", author="Mona")

    assert text == "> one & two\n>\n> three\n\n[Message by Mona in Slack](https://acme.slack.com/archives/C1/p12)"


@pytest.mark.parametrize(
    ("mrkdwn", "plain"),
    [
        ("<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"),
        ("<https://example.com|the page>", "[the page](https://example.com)"),
        ("<http://node.js|node.js>", "http://node.js"),
        ("<@U1|ada> in <#C1|general>", "ada in #general"),
        ("<@U1>, <!here>, <!subteam^S1>", "somebody, here, subteam"),
        ("<mailto:a@example.com|a@example.com>", "a@example.com"),
        ("a &lt;b&gt;", "a <b>"),
    ],
)
def test_slacks_way_of_writing_is_undone_and_mentions_nobody(mrkdwn: str, plain: str) -> None:
    assert markdown(mrkdwn) == plain


def test_a_long_message_is_cut_and_its_address_is_not() -> None:
    text = quoted("word " * 2000, "https://acme.slack.com/archives/C1/p12")

    assert len(text) <= 3000
    assert text.endswith("…\n\n[Message in Slack](https://acme.slack.com/archives/C1/p12)")


def test_a_message_without_words_leaves_its_address() -> None:
    assert quoted("", "https://x.example/p1") == "[Message in Slack](https://x.example/p1)"
    assert quoted("hi", "") == "> hi"


def test_the_authors_name_is_no_markup_and_mentions_nobody() -> None:
    made = quoted("", "https://acme.slack.com/archives/C1/p1", author="@ada](https://evil.example)\n*x*")

    assert made == (
        "[Message by @\u2060ada\\](https://evil.example) \\*x\\* in Slack](https://acme.slack.com/archives/C1/p1)"
    )


def test_who_is_mentioned_without_a_name_gets_the_one_that_slack_shows() -> None:
    message = "<@U1>, <@U2|ada>, <@U3> and <@U1> again"

    text = quoted(message, "", names={"U1": "*mona*"})

    assert people_in(message) == ["U1", "U3"]
    assert text == "> \\*mona\\*, ada, somebody and \\*mona\\* again"
