"""What answers somebody who looks for the way: help, and a word that is no command."""

from typing import Any

from agent.slash.tables import verbs


async def test_help_lists_every_command_to_the_person_alone(rig: Any) -> None:
    for text in ("help", "", "   ", "HELP", "help me please"):
        answer = await rig.said(text)

        said = [line.split()[2].strip("`") for line in answer.text.splitlines()[1:]]
        assert said == [verb.name for verb in verbs().values() for _ in verb.usages]
        assert answer.ephemeral_for == rig.slack.user("acme", "mona").user_id

    assert rig.seen(user="ada") == []


async def test_help_is_about_the_command_that_was_typed(rig: Any) -> None:
    rig.type("help", command="/github")
    await rig.answered()

    [answer] = rig.seen()
    assert "`/github subscribe owner" in answer.text
    assert "/ghe" not in answer.text


async def test_an_unknown_word_gets_the_nearest_command_and_the_help(rig: Any) -> None:
    answer = await rig.said("subscrieb acme/docs")

    assert answer.text.startswith("There is no command `subscrieb`. Did you mean `/ghe subscribe`?\nWhat I can do:")
    assert answer.ephemeral_for


async def test_what_somebody_typed_wakes_nobody_up_when_it_is_repeated(rig: Any) -> None:
    rig.slack.app.should_escape = False  # whatever a client may send
    for text in (
        "<!channel>",
        "@defunkt",
        "<@U00000004|defunkt>",
        "`<!here>`",
        "subscribe acme/docs <!everyone>",
        'subscribe acme/docs commits:"`<!channel>`" oops',
        "unsubscribe acme/`<!here>`",
    ):
        answer = await rig.said(text)

        assert (text, answer.mentions) == (text, frozenset())
        assert answer.ephemeral_for
