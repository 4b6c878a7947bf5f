"""`/ghe subscribe`, `subscribe list` and `unsubscribe`: as Slack hands over what was typed, until the cards arrive."""

from typing import Any

import pytest

from agent.subscriptions.features import DEFAULTS, FEATURES, LATER_FILTERS, LATER_FLAGS

DEFAULT = " ".join(f"`{name}`" for name in DEFAULTS)


async def test_a_repository_is_named_in_every_way_that_people_know(rig: Any) -> None:
    url = rig.ghes.web_url
    for text in (
        "acme/docs",
        "ACME/Docs",
        f"{url}/acme/docs",
        f"{url}/acme/docs/",
        f"{url}/acme/docs.git",
        f"{url}/Acme/docs?tab=readme#top",
    ):
        answer = await rig.said(f"subscribe {text}")

        assert f"subscribed this channel to <{url}/acme/docs|acme/docs>" in answer.text, text
        assert await rig.subscribed() == [f"acme/docs {DEFAULT}"]
        assert "unsubscribed this channel" in (await rig.said(f"unsubscribe {text}")).text


async def test_what_slack_makes_of_the_text_is_undone(rig: Any) -> None:
    rig.slack.app.should_escape = False
    url = rig.ghes.web_url
    for text, listed in (
        (f"subscribe <{url}/acme/docs|{url}/acme/docs>", DEFAULT),
        (f"subscribe  <{url}/acme/docs>   issues ,\u00a0pulls ", "`issues` `pulls`"),
        ("  subscribe acme/docs issues +label:“Q&amp;A &lt;3”", '`issues` `+label:"Q&amp;A &lt;3"`'),
        ("SUBSCRIBE acme/docs commits:„main”", '`commits:"main"`'),
        ('subscribe acme/docs workflows:{name:"b &gt; a"}', '`workflows:{name:"b &gt; a"}`'),
    ):
        await rig.said(text)

        assert await rig.subscribed() == [f"acme/docs {listed}"], text
        await rig.said("unsubscribe *")


async def test_named_features_are_exactly_those_and_a_plus_adds(rig: Any) -> None:
    for text, listed in (
        ("subscribe acme/docs issues", "`issues`"),
        ("subscribe acme/docs +comments:channel", '`issues` `comments:"channel"`'),
        (
            "subscribe acme/docs commits:main,users/* workflows:{branch:main}",
            '`commits:"main","users/*"` `workflows:{branch:"main"}`',
        ),
        ("unsubscribe acme/docs workflows", '`commits:"main","users/*"`'),
        ("subscribe acme/docs +label:bug,ui", '`commits:"main","users/*"` `+label:"bug","ui"`'),
        ("unsubscribe acme/docs +label:bug,ui", '`commits:"main","users/*"`'),
    ):
        answer = await rig.said(text)

        assert answer.ephemeral_for is None, text
        assert await rig.subscribed() == [f"acme/docs {listed}"], text


async def test_an_owner_brings_all_its_repositories_and_one_of_them_its_own_way(rig: Any) -> None:
    await rig.said("subscribe acme")
    await rig.said("subscribe acme/docs releases")
    await rig.issue("of docs", "acme/docs")
    await rig.issue("of shared", "acme/shared")
    await rig.issue("of the private api", "acme/api")

    assert [text.split()[-1] for text in rig.cards()] == ["shared"]
    assert [line.split()[0] for line in await rig.subscribed()] == ["acme", "acme/docs"]


async def test_what_is_subscribed_to_arrives_until_it_is_unsubscribed(rig: Any) -> None:
    await rig.said("subscribe acme/docs issues +label:bug")
    await rig.issue("first", labels=["bug"])
    await rig.issue("without the label")
    await rig.said("unsubscribe acme/docs +label:bug")
    await rig.issue("second")
    await rig.said("unsubscribe acme/docs issues")
    await rig.issue("third")

    assert [text.split()[-1] for text in rig.cards()] == ["first", "second"]
    assert (await rig.said("subscribe list")).text.startswith("This channel has no subscriptions.")


async def test_the_subscriptions_of_one_channel_are_no_others(rig: Any) -> None:
    await rig.link("ada")
    await rig.said("subscribe acme/docs")
    await rig.said("subscribe acme/docs", "dm-ada", "ada")

    assert await rig.subscribed("dev") == []
    assert (await rig.said("unsubscribe acme/docs", "dev")).text.startswith("This channel isn't subscribed to")
    await rig.issue("here")
    assert [len(rig.cards(channel)) for channel in ("general", "dm-ada", "dev")] == [1, 1, 0]


async def test_an_error_points_at_the_character_that_was_typed(rig: Any) -> None:
    answer = await rig.said('subscribe acme/docs issues +label:"Q&A <3" isues')

    says, pointer, end = (block["text"]["text"] for block in answer.blocks)
    assert says == "There is no feature `isues`. Did you mean `issues`?"
    assert end == "Nothing was changed."
    typed, carets = (_unescaped(line) for line in pointer.strip("`").splitlines())
    assert typed == '/ghe subscribe acme/docs issues +label:"Q&A <3" isues'
    assert typed[carets.index("^") :] == "isues"
    assert carets.count("^") == len("isues")


async def test_what_is_not_evaluated_yet_is_refused_by_its_name(rig: Any) -> None:
    filters = [f"{sign}{name}:" for name, signs in LATER_FILTERS.items() for sign in signs]
    flags = [f"{sign}{name}" for name, signs in LATER_FLAGS.items() for sign in signs]
    values = [f"{name}:{value}" for name, row in FEATURES.items() if not row.fields for value in sorted(row.later)[:1]]
    asked = {
        **{f'issues {each}"x"': each for each in (*filters, "-label:")},
        **{f"issues {each}": each for each in flags},
        **{each: each for each in values},
        'workflows:{conclusion:"failure"}': "workflows:{conclusion:…}",
    }

    for text, name in asked.items():
        answer = await rig.said(f"subscribe acme/docs {text}")

        assert answer.text.startswith(f"`{name}` isn't supported yet."), text
    assert await rig.subscribed() == []


@pytest.mark.parametrize("elsewhere", ["https://github.com/acme/docs", "https://ghe.example.com:444/acme/docs"])
async def test_an_address_of_another_server_is_refused(rig: Any, elsewhere: str) -> None:
    answer = await rig.said(f"subscribe {elsewhere}")

    ours, theirs = rig.ghes.web_url.partition("://")[2], elsewhere.split("/")[2]
    assert answer.text.startswith(f"I'm connected to `{ours}`, not to `{theirs}`.")


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
