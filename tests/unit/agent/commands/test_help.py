from collections.abc import Awaitable, Callable

import pytest

from agent.slash.reply import Reply, Visible
from agent.slash.tables import verbs

Say = Callable[..., Awaitable[Reply]]

SOME_OF_IT = """\
• `/ghe subscribe owner/repo [features] [filters]` – post a repository's news in this channel
• `/ghe subscribe owner` – the same for all repositories of an organisation or a person
• `/ghe subscribe list [features]` – what this channel is subscribed to
• `/ghe unsubscribe owner/repo` – end a subscription; with features or `+label:"…"` turn only those off
• `/ghe unsubscribe *` – end all of this channel's subscriptions"""


@pytest.mark.parametrize("text", ["", "  ", "help", "HELP me"])
async def test_help_lists_all_commands_to_the_person(say: Say, text: str) -> None:
    reply = await say(text)

    assert reply.visible is Visible.PERSON
    assert reply.text.startswith("What I can do:\n• `/ghe ")
    assert SOME_OF_IT in reply.text


async def test_help_is_derived_from_the_table_of_verbs(say: Say) -> None:
    reply = await say("help")

    usages = [usage for verb in verbs().values() for usage in verb.usages]
    assert reply.text.count("•") == len(usages)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("subscirbe o/r", "There is no command `subscirbe`. Did you mean `/ghe subscribe`?"),
        ("unsubcribe", "There is no command `unsubcribe`. Did you mean `/ghe unsubscribe`?"),
        ("dance", "There is no command `dance`."),
        ("&lt;!channel&gt;", "There is no command `&lt;!channel&gt;`."),
    ],
)
async def test_an_unknown_verb_gets_help_and_the_nearest_verb(say: Say, text: str, first: str) -> None:
    reply = await say(text)

    assert reply.visible is Visible.PERSON
    assert reply.text.startswith(f"{first}\nWhat I can do:")
    assert SOME_OF_IT in reply.text
