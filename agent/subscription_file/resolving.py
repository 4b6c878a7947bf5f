"""From names to ids. What a channel is subscribed to already is known by the store; for the rest GHES is asked.

Slack is asked about channels that get something new, as `/ghe subscribe` asks it: whether there is one of that id,
whether the app is in it or may join, and whether it's shared with another organisation. That is asked, too, about
channels where something private isn't allowed any more.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from agent.ghes.answers import Unreachable
from agent.ghes.repositories import Found, NotFound, NotInstalled, Owner, Suspended
from agent.people.ports import NotSetUp
from agent.slash.ports import Channel, ChannelKind, SlackRefusal
from agent.subscription_file.declared import DeclaredChannel, DeclaredSubscription, WishedChannel
from agent.subscription_file.held import HeldChannel
from agent.subscription_file.wrong_file import Problem
from agent.subscriptions.request import Named
from agent.subscriptions.subscription import Scope, Target
from shared.address import Address

Looked = Found | Owner | NotInstalled | Suspended | NotFound | Unreachable | NotSetUp
"""What GHES may say of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What the store doesn't know."""

    names: frozenset[Named]
    channels: frozenset[Address]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What GHES and Slack said, to every question."""

    names: Mapping[Named, Looked] = field(default_factory=dict)
    channels: Mapping[Address, Channel | SlackRefusal] = field(default_factory=dict)

    @property
    def to_join(self) -> tuple[Address, ...]:
        """Public channels that the app isn't in yet."""
        return tuple(
            address
            for address, channel in self.channels.items()
            if isinstance(channel, Channel) and not channel.bot_is_member
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """What the file means, or what is wrong with it."""

    channels: tuple[WishedChannel, ...]
    problems: tuple[Problem, ...]


def questions(
    declared: Sequence[DeclaredChannel], held: Mapping[Address, HeldChannel], teams: Collection[str]
) -> Questions:
    """What to ask; nothing about workspaces that aren't among `teams`."""
    asked = [each for each in declared if each.address.team_id in teams]
    return Questions(
        names=frozenset(named for each in asked for named in _unknown(each, held)),
        channels=frozenset(each.address for each in asked if _gains(each, held) or _loses_a_yes(each, held)),
    )


def wished(
    declared: Sequence[DeclaredChannel],
    held: Mapping[Address, HeldChannel],
    teams: Collection[str],
    answers: Answers,
) -> Wished:
    """The declared channels by ids; `answers` are those to `questions`."""
    problems: list[Problem] = []
    channels: list[WishedChannel] = []
    for each in declared:
        if each.address.team_id not in teams:
            problems.append(_unknown_team(each, teams))
            continue
        if _gains(each, held) and (says := _unfit(each.address, answers.channels.get(each.address))):
            problems.append(Problem(says=says, place=each.place))
        channels.append(_channel(each, _held(each, held), answers, problems))
    return Wished(channels=tuple(channels), problems=tuple(problems))


def _held(declared: DeclaredChannel, held: Mapping[Address, HeldChannel]) -> HeldChannel:
    return held.get(declared.address, HeldChannel(address=declared.address))


def _unknown(declared: DeclaredChannel, held: Mapping[Address, HeldChannel]) -> list[Named]:
    has = _held(declared, held)
    return [each.named for each in declared.subscriptions or () if has.named(each.named) is None]


def _gains(declared: DeclaredChannel, held: Mapping[Address, HeldChannel]) -> bool:
    return declared.address not in held or bool(_unknown(declared, held))


def _loses_a_yes(declared: DeclaredChannel, held: Mapping[Address, HeldChannel]) -> bool:
    has = _held(declared, held)
    kept = {has.named(each) for each in declared.allowed or ()}
    return declared.allowed is not None and any(each.allowed and each.target not in kept for each in has.subscriptions)


def _channel(declared: DeclaredChannel, held: HeldChannel, answers: Answers, problems: list[Problem]) -> WishedChannel:
    targets: dict[Named, Target] = {}
    private: set[Target] = set()
    for each in declared.subscriptions or ():
        if target := held.named(each.named):
            targets[each.named] = target
            continue
        match answers.names[each.named]:
            case Found(repository=repository):
                target = Target(scope=Scope.REPO, id=repository.id, name=repository.full_name)
                targets[each.named] = target
                private |= set() if repository.open_to_all else {target}
            case Owner(id=id_, login=login):
                targets[each.named] = Target(scope=Scope.OWNER, id=id_, name=login)
            case missing:
                problems.append(Problem(says=_missing(str(each.named), missing), place=each.place))
    channel = answers.channels.get(declared.address)
    wants = {targets[each.named]: each.wants for each in declared.subscriptions or () if each.named in targets}
    problems += _doubles(declared.subscriptions or (), targets)
    return WishedChannel(
        address=declared.address,
        wants=None if declared.subscriptions is None else wants,
        private=frozenset(private) - {each.target for each in held.subscriptions},
        is_shared=channel.is_ext_shared if isinstance(channel, Channel) else True,
        threading=declared.threading,
        previews=declared.previews,
        allowed=None
        if declared.allowed is None
        else frozenset(targets[each] for each in declared.allowed if each in targets),
    )


def _doubles(subscriptions: Sequence[DeclaredSubscription], targets: Mapping[Named, Target]) -> list[Problem]:
    counts = Counter(targets.values())
    return [
        Problem(says=f"`{each.named}` is the same as another line of this channel; keep one of them.", place=each.place)
        for each in subscriptions
        if (target := targets.get(each.named)) and counts[target] > 1
    ]


def _unknown_team(declared: DeclaredChannel, teams: Collection[str]) -> Problem:
    known = f"Those known are {', '.join(sorted(teams))}." if teams else "None is known: install the Slack app first."
    return Problem(says=f"There is no workspace {declared.address.team_id}. {known}", place=declared.place)


def _unfit(address: Address, channel: Channel | SlackRefusal | None) -> str:
    where = f"{address.channel_id} in {address.team_id}"
    match channel:
        case SlackRefusal():
            return (
                f"Slack shows the app no channel {where}. Check the id; if it's a private channel, invite the app "
                "there first."
            )
        case Channel(is_archived=True):
            return f"The channel {where} is archived, so nothing can be posted there."
        case Channel(bot_is_member=False, kind=kind) if kind is not ChannelKind.PUBLIC:
            return f"The app isn't in {where}, and can't join it by itself: invite it there first."
        case _:
            return ""


def _missing(name: str, why: Looked) -> str:
    owner, _, repo = name.partition("/")
    match why:
        case NotInstalled(settings_url=""):
            return f"`{name}`: there is nobody called {owner}, or the GitHub App isn't installed there."
        case NotInstalled(settings_url=url):
            return f"`{name}`: the GitHub App has only some repositories of {owner}, and not this one; see {url}."
        case Suspended():
            return f"`{name}`: the GitHub App is suspended on {owner}; one of its owners can end that."
        case NotFound():
            return f"`{name}`: {owner} has no repository {repo}; check its name."
        case _:
            return f"`{name}` isn't known."
