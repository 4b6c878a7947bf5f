"""Who and what is there at the start: workspaces with people, channels and the app's bot.

    world = sample(clock)                 two workspaces, "acme" and "globex"
    world = sample(clock, app=False)      the same without any app, so without its bot and direct messages

| channel | | who is in it |
|---|---|---|
| `general`, `dev` | public | everybody, and the bot |
| `random` | public | everybody, without the bot |
| `secret` | private | mona and defunkt, without the bot |
| `team` | private | everybody, and the bot |
| `dm-<name>` | direct message | that person and the bot |
| `partners` | public, in the first workspace | mona, ada, the bot, the guest `gus`, the stranger `stella` |

People: `mona`, `defunkt`, `ada`; `gus` is a guest, `stella` belongs to another organisation (Slack Connect).
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from infra.sandbox.slack.app import App, ready_made
from infra.sandbox.slack.installing import install
from infra.sandbox.slack.state import Channel, Organisation, Team, User
from infra.sandbox.slack.switches import Switches
from infra.sandbox.slack.world import World
from shared.clock import Clock

DOMAINS = ("acme", "globex", "initech", "umbrella")
PEOPLE = ("mona", "defunkt", "ada")


def sample(
    clock: Clock,
    *,
    workspaces: int = 2,
    switches: Switches | None = None,
    limits: bool = True,
    delivery: Literal["round_robin", "random"] = "round_robin",
    app: bool = True,
) -> World:
    """Return a world with this many populated workspaces; ids depend on their order only, so they never change."""
    world = World(clock=clock, switches=switches or Switches(), limits=limits, delivery=delivery)
    if app:
        add_app(world, ready_made())
    bot = ["ghe"] if app else []
    for number in range(workspaces):
        domain = DOMAINS[number] if number < len(DOMAINS) else f"team{number + 1}"
        team = add_team(world, domain)
        for name in PEOPLE:
            add_user(world, team.domain, name)
        for name in ("general", "dev"):
            add_channel(world, domain, name, members=[*PEOPLE, *bot])
        add_channel(world, domain, "random", members=PEOPLE)
        add_channel(world, domain, "secret", kind="private", members=["mona", "defunkt"])
        add_channel(world, domain, "team", kind="private", members=[*PEOPLE, *bot])
        for name in PEOPLE if app else ():
            direct_message(world, domain, name)
    first = next(iter(world.teams.values()))
    add_channel(world, first.team_id, "partners", members=["mona", "ada", *bot])
    add_guest(world, first.team_id, "gus", channels=["partners"])
    if app:
        direct_message(world, first.team_id, "gus")
    add_stranger(world, first.team_id, "stella", channels=["partners"])
    return world


def add_app(world: World, app: App) -> App:
    """Add an app that is installed nowhere yet."""
    if app.app_id in world.apps:
        raise ValueError(f"there is an app {app.app_id} already")
    world.apps[app.app_id] = app
    return app


def add_team(world: World, domain: str, *, organisation: Organisation | None = None) -> Team:
    """Add a workspace in which the first app is installed, if there is any; its bot is the user `ghe`.

    One of an organisation has no app: the organisation lets some in (`installing.let_in`), or people install one.
    """
    team = Team(team_id=world.new_id("T"), name=domain.capitalize(), domain=domain)
    world.teams[team.team_id] = team
    if organisation is not None:
        team.organisation_id = organisation.organisation_id
    elif world.apps:
        install(world, world.app, team)
    return team


def add_organisation(world: World, domain: str, *, teams: Iterable[str] = ()) -> Organisation:
    """Add an Enterprise Grid organisation; these workspaces, by domain or id, belong to it from now on."""
    made = Organisation(organisation_id=world.new_id("E"), name=f"{domain.capitalize()} Group", domain=domain)
    world.organisations[made.organisation_id] = made
    for team in teams:
        world.team(team).organisation_id = made.organisation_id
    return made


def add_user(world: World, team: str, name: str) -> User:
    """Add a person."""
    user = User(
        user_id=world.new_id("U"),
        name=name,
        real_name=name.capitalize(),
        email=f"{name}@{world.team(team).domain}.example",
    )
    world.team(team).users[user.user_id] = user
    return user


def add_guest(world: World, team: str, name: str, *, channels: Iterable[str] = (), single: bool = False) -> User:
    """Add a guest of a workspace, who sees only these channels; `single`: one who may be in no more than one."""
    home = world.team(team)
    guest = replace(add_user(world, team, name), is_restricted=True, is_ultra_restricted=single)
    home.users[guest.user_id] = guest
    for channel in channels:
        world.channel(team, channel).members.add(guest.user_id)
    return guest


def add_stranger(world: World, team: str, name: str, *, channels: Iterable[str] = (), home: str | None = None) -> User:
    """Let a person of another organisation in, by the channels that are shared with it (which this makes them).

    `home`: a workspace of this world, where the person then exists under the same id; else one that nobody sees.
    """
    guest_in = world.team(team)
    if home is None:
        own = User(user_id=world.new_id("U"), name=name, real_name=name.capitalize(), email=f"{name}@partner.example")
        home_id = world.new_id("T")
    else:
        there = world.team(home)
        own = next((it for it in there.users.values() if it.name == name), None) or add_user(world, home, name)
        home_id = there.team_id
    stranger = replace(own, home_team_id=home_id)
    guest_in.users[stranger.user_id] = stranger
    for channel in channels:
        share_channel(world, team, channel, home_id).members.add(stranger.user_id)
    return stranger


def share_channel(world: World, team: str, channel: str, other: str) -> Channel:
    """Share a channel with another organisation's workspace, by domain or id; it may be one that nobody sees."""
    place = world.channel(team, channel)
    other_id = next((it.team_id for it in world.teams.values() if other in {it.domain, it.team_id}), other)
    place.shared_with |= {other_id}
    return place


def add_channel(
    world: World,
    team: str,
    name: str,
    *,
    kind: Literal["public", "private", "im", "mpim"] = "public",
    members: Iterable[str] = (),
) -> Channel:
    """Add a channel with these people, by name or id; nobody is told."""
    channel = Channel(
        channel_id=world.new_id("D" if kind == "im" else "C"),
        name=name,
        kind=kind,
        created_s=int(world.clock.now().timestamp()),
        members={world.user(team, member).user_id for member in members},
    )
    world.team(team).channels[channel.channel_id] = channel
    return channel


def direct_message(world: World, team: str, user: str, *, app_id: str = "") -> Channel:
    """Return a bot's direct message with this person, opening it the first time; the first app's unless said."""
    person, home = world.user(team, user), world.team(team)
    bot_user_id = home.installed[app_id].bot_user_id if app_id else home.bot_user_id
    for channel in home.channels.values():
        if channel.kind == "im" and {person.user_id, bot_user_id} <= channel.members:
            return channel
    taken = any(channel.name == f"dm-{person.name}" for channel in home.channels.values())
    name = f"dm-{person.name}-{home.users[bot_user_id].name}" if taken else f"dm-{person.name}"
    return add_channel(world, team, name, kind="im", members=[person.user_id, bot_user_id])
