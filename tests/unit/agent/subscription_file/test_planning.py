"""What a file differs in from what is there: what is done, and what is left alone."""

from collections.abc import Callable

import pytest

from agent.slash.channel_settings import Chosen
from agent.subscription_file.declared import DeclaredChannel
from agent.subscription_file.held import HeldChannel
from agent.subscription_file.planning import steps
from agent.subscription_file.resolving import Answers, wished
from agent.subscription_file.steps_text import lines, summary
from shared.address import Address

Read = Callable[[str], tuple[DeclaredChannel, ...]]
Held = Callable[..., dict[Address, HeldChannel]]
HEAD = "[T1.C1.subscriptions]\n"
THREE = {"acme/docs": "issues", "acme/api": "pulls", "acme": "releases"}


@pytest.fixture
def plan(read_file: Read) -> Callable[..., list[str]]:
    """The lines of what a text differs in; its names must be known."""

    def made(text: str, held: dict[Address, HeldChannel], *, prune: bool = False) -> list[str]:
        meant = wished(read_file(text), held, {"T1"}, Answers())
        return lines(steps(meant.channels, held, prune=prune))

    return made


def test_changes_and_removals_have_a_line_each(plan: Callable[..., list[str]], held: Held) -> None:
    text = HEAD + "'acme/docs' = 'issues pulls'\n'ACME/api' = 'pulls'\n"

    found = plan(text, held(THREE))

    assert found == ["- T1/C1 acme: releases", "~ T1/C1 acme/docs: issues -> issues pulls"]


def test_settings_and_allowances_are_changed_both_ways(plan: Callable[..., list[str]], held: Held) -> None:
    has = held(THREE, chosen=Chosen(threading=False), allowed=("acme/docs",))
    text = "[T1.C1]\nthreading = true\npreviews = false\nallow_private = ['acme/api']\n"
    text += HEAD + "'acme/docs' = 'issues'\n'acme/api' = 'pulls'\nacme = 'releases'\n"

    found = plan(text, has)

    assert found == [
        "~ T1/C1 threading: off -> on",
        "~ T1/C1 previews: on -> off",
        "+ T1/C1 acme/api: private, and allowed here although the channel is shared with another organisation",
        "- T1/C1 acme/docs: not allowed any more where the channel is shared with another organisation",
    ]


@pytest.mark.parametrize("text", ["", "[T1.C1]\n", "[T1.C1]\nthreading = false\n"])
def test_what_a_file_does_not_say_stays_as_it_is(plan: Callable[..., list[str]], held: Held, text: str) -> None:
    has = held(THREE, chosen=Chosen(threading=False), allowed=("acme/docs",))

    found = plan(text, has)

    assert found == []


def test_an_empty_table_takes_everything(plan: Callable[..., list[str]], held: Held) -> None:
    found = plan(HEAD, held(THREE))

    assert [line.partition(":")[0] for line in found] == ["- T1/C1 acme", "- T1/C1 acme/api", "- T1/C1 acme/docs"]


def test_pruning_takes_the_subscriptions_of_channels_that_are_not_named(
    plan: Callable[..., list[str]], held: Held
) -> None:
    has = held(THREE, chosen=Chosen(threading=False))

    named, unnamed = plan("[T1.C1]\n", has, prune=True), plan("", has, prune=True)

    assert named == []
    assert [line[0] for line in unnamed] == ["-", "-", "-"]


def test_what_differs_is_counted(read_file: Read, held: Held) -> None:
    has = held(THREE)
    meant = wished(read_file(HEAD + "'acme/docs' = 'issues pulls'\n"), has, {"T1"}, Answers())

    differs, same = steps(meant.channels, has, prune=False), steps((), has, prune=False)

    assert summary(differs) == "To add: 0, to change: 1, to remove: 2."
    assert summary(same) == "Nothing differs."


def test_equal_states_have_equal_steps_whatever_things_are_called(read_file: Read, held: Held) -> None:
    before, after = held({"acme/docs": "issues"}), held({"acme/manual": "issues"})
    text = HEAD + "'{}' = 'pulls'\n"

    old = steps(wished(read_file(text.format("acme/docs")), before, {"T1"}, Answers()).channels, before, prune=False)
    new = steps(wished(read_file(text.format("acme/manual")), after, {"T1"}, Answers()).channels, after, prune=False)

    assert old == new
