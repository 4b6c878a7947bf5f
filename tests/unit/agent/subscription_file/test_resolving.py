"""From names to ids: what is asked of whom, and what can't be."""

from collections.abc import Callable

import pytest

from agent.ghes.repositories import Found, NotFound, NotInstalled, Owner, Suspended
from agent.slash.ports import Channel, ChannelKind, SlackRefusal
from agent.subscription_file.declared import DeclaredChannel
from agent.subscription_file.held import HeldChannel
from agent.subscription_file.planning import steps
from agent.subscription_file.resolving import Answers, Looked, questions, wished
from agent.subscription_file.steps_text import lines
from agent.subscription_file.wrong_file import Place
from agent.subscriptions.request import Named
from shared.address import Address
from shared.event import Repository

Read = Callable[[str], tuple[DeclaredChannel, ...]]
Held = Callable[..., dict[Address, HeldChannel]]
HERE, NEW = Address(team_id="T1", channel_id="C1"), Address(team_id="T1", channel_id="C2")
DOCS = Named(owner="acme", repo="docs")
FILE = "[T1.C1.subscriptions]\n'acme/docs' = 'issues'\n"


def _found(id_: int, *, visibility: str = "internal") -> Found:
    repository = Repository(
        id=id_, owner_id=1, owner="acme", name="docs", visibility=visibility, url="", default_branch="main"
    )
    return Found(repository=repository, installation_id=1)


def _channel(*, kind: ChannelKind = ChannelKind.PUBLIC, member: bool = False, archived: bool = False) -> Channel:
    return Channel(kind=kind, name="x", bot_is_member=member, is_archived=archived, is_ext_shared=False)


def test_only_what_a_channel_does_not_have_is_asked(read_file: Read, held: Held) -> None:
    text = FILE + "'acme/api' = ''\n[T1.C2]\npreviews = true\n[T9.C1]\n[T9.C1.subscriptions]\n'a/b' = ''\n"

    asked = questions(read_file(text), held({"Acme/Docs": "issues"}), {"T1"})

    assert asked.names == {Named(owner="acme", repo="api")}
    assert asked.channels == {HERE, NEW}


@pytest.mark.parametrize(("allowed", "asked_of"), [("['acme/docs']", []), ("[]", [HERE])])
def test_whether_a_channel_is_shared_is_asked_where_a_yes_is_taken_back(
    read_file: Read, held: Held, allowed: str, asked_of: list[Address]
) -> None:
    text = f"[T1.C1]\nallow_private = {allowed}\n{FILE}"

    asked = questions(read_file(text), held({"acme/docs": "issues"}, allowed=("acme/docs",)), {"T1"})

    assert (sorted(asked.names, key=str), list(asked.channels)) == ([], asked_of)


def test_an_archived_channel_can_lose_something(read_file: Read, held: Held) -> None:
    has = held({"acme/docs": "issues"}, allowed=("acme/docs",))
    answers = Answers(channels={HERE: _channel(archived=True)})

    meant = wished(read_file(f"[T1.C1]\nallow_private = []\n{FILE}"), has, {"T1"}, answers)

    assert meant.problems == ()
    assert [each.is_shared for each in meant.channels] == [False]


def test_a_name_that_two_repositories_had_is_asked(read_file: Read, held: Held) -> None:
    has = held({"acme/docs": "issues", "ACME/docs": "pulls"})

    asked = questions(read_file(FILE), has, {"T1"})

    assert asked.names == {DOCS}


def test_a_renamed_repository_is_the_same_subscription(read_file: Read, held: Held) -> None:
    has = held({"acme/manual": "issues"})

    meant = wished(read_file(FILE), has, {"T1"}, Answers(names={DOCS: _found(1)}))

    assert meant.problems == ()
    assert steps(meant.channels, has, prune=False) == ()


def test_what_is_private_and_new_waits_for_somebody_to_take_it_over(read_file: Read, held: Held) -> None:
    has = held({"acme/api": "issues"})
    text = FILE + "'acme/api' = 'issues'\nacme = 'pulls'\n"
    owner = Owner(id=5, login="acme", kind="Organization", installation_id=1)
    answers = Answers(names={DOCS: _found(7, visibility="private"), Named(owner="acme"): owner})

    meant = wished(read_file(text), has, {"T1"}, answers)

    assert lines(steps(meant.channels, has, prune=False)) == [
        "+ T1/C1 acme: pulls (of its private repositories only those that somebody in the channel vouches for)",
        "+ T1/C1 acme/docs: issues (private: paused until somebody in the channel who may read it takes it over)",
    ]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (NotInstalled(owner="acme", settings_url=""), "nobody called acme, or the GitHub App isn't installed there."),
        (NotInstalled(owner="acme", settings_url="https://g/s"), "has only some repositories of acme, and not this"),
        (Suspended(owner="acme"), "`acme/docs`: the GitHub App is suspended on acme"),
        (NotFound(owner="acme", name="docs"), "`acme/docs`: acme has no repository docs; check its name."),
    ],
)
def test_what_ghes_does_not_have_is_told_with_its_line(read_file: Read, held: Held, answer: Looked, says: str) -> None:
    meant = wished(read_file(FILE), held({"acme/api": "issues"}), {"T1"}, Answers(names={DOCS: answer}))

    assert [(each.place, says in each.says) for each in meant.problems] == [(Place(line=2, column=1), True)]


def test_two_names_of_one_repository_are_told(read_file: Read, held: Held) -> None:
    text = FILE + "'acme/manual' = 'pulls'\n"

    meant = wished(read_file(text), held({"acme/manual": "pulls"}), {"T1"}, Answers(names={DOCS: _found(1)}))

    assert [(each.place, each.says) for each in meant.problems] == [
        (Place(line=2, column=1), "`acme/docs` is the same as another line of this channel; keep one of them."),
        (Place(line=3, column=1), "`acme/manual` is the same as another line of this channel; keep one of them."),
    ]


def test_an_unknown_workspace_is_told_with_those_that_are_known(read_file: Read) -> None:
    unknown = wished(read_file("[T9.C1]\n"), {}, {"T2", "T1"}, Answers())
    none = wished(read_file("[T9.C1]\n"), {}, (), Answers())

    assert [each.says for each in unknown.problems] == ["There is no workspace T9. Those known are T1, T2."]
    assert [each.says for each in none.problems] == [
        "There is no workspace T9. None is known: install the Slack app first."
    ]


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        (SlackRefusal("channel_not_found"), "Slack shows the app no channel C1 in T1."),
        (_channel(archived=True), "The channel C1 in T1 is archived"),
        (_channel(kind=ChannelKind.PRIVATE), "The app isn't in C1 in T1, and can't join it by itself"),
    ],
)
def test_a_channel_that_nothing_can_be_posted_in_is_told(
    read_file: Read, channel: Channel | SlackRefusal, says: str
) -> None:
    answers = Answers(names={DOCS: _found(1)}, channels={HERE: channel})

    meant = wished(read_file(FILE), {}, {"T1"}, answers)

    assert [(each.place, each.says.startswith(says)) for each in meant.problems] == [(Place(line=1, column=1), True)]


def test_a_public_channel_without_the_app_is_joined(read_file: Read) -> None:
    answers = Answers(names={DOCS: _found(1)}, channels={HERE: _channel(), NEW: _channel(member=True)})

    meant = wished(read_file(FILE), {}, {"T1"}, answers)

    assert meant.problems == ()
    assert answers.to_join == (HERE,)
