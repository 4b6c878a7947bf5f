"""Who and what is there at the start: workspaces with people, channels and the app's bot.

    world = sample(clock)      two workspaces, "acme" and "globex"

| channel | | who is in it |
|---|---|---|
| `general`, `dev` | public | everybody, and the bot |
| `random` | public | everybody, without the bot |
| `secret` | private | mona and defunkt, without the bot |
| `team` | private | everybody, and the bot |
| `dm-<name>` | direct message | that person and the bot |

People: `mona`, `defunkt`, `ada`.
"""

from collections.abc import Iterable
from typing import Literal

from infra.sandbox.slack.state import Channel, Team, User
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
) -> World:
    """Return a world with this many populated workspaces; ids depend on their order only, so they never change."""
    world = World(clock=clock, switches=switches or Switches(), limits=limits, delivery=delivery)
    for number in range(workspaces):
        domain = DOMAINS[number] if number < len(DOMAINS) else f"team{number + 1}"
        team = add_team(world, domain)
        for name in PEOPLE:
            add_user(world, team.domain, name)
        for name in ("general", "dev"):
            add_channel(world, domain, name, members=[*PEOPLE, "ghe"])
        add_channel(world, domain, "random", members=PEOPLE)
        add_channel(world, domain, "secret", kind="private", members=["mona", "defunkt"])
        add_channel(world, domain, "team", kind="private", members=[*PEOPLE, "ghe"])
        for name in PEOPLE:
            direct_message(world, domain, name)
    return world


def add_team(world: World, domain: str) -> Team:
    """Add a workspace in which the app is installed; its bot is the user `ghe`."""
    team_id = world.new_id("T")
    team = Team(
        team_id=team_id,
        name=domain.capitalize(),
        domain=domain,
        bot_user_id=world.new_id("U"),
        bot_id=world.new_id("B"),
        bot_token=f"xoxb-{team_id}-sandbox",
    )
    team.users[team.bot_user_id] = User(user_id=team.bot_user_id, name="ghe", real_name="GHE", email="", is_bot=True)
    world.teams[team_id] = team
    return team


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


def direct_message(world: World, team: str, user: str) -> Channel:
    """Return the bot's direct message with this person, opening it the first time."""
    person = world.user(team, user)
    for channel in world.team(team).channels.values():
        if channel.kind == "im" and person.user_id in channel.members:
            return channel
    return add_channel(world, team, f"dm-{person.name}", kind="im", members=[person.user_id, "ghe"])
