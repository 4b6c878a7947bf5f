"""What is said without anybody having asked, as the click that nobody made: so it is kept, and survives a kill."""

from uuid import uuid4

from agent.slash.click import Click
from agent.subscriptions.subscription import Scope, Target
from shared.address import Address

TAKE_OVER = "take_over"
"""`action_id` of *Take over*; its value is the target, as `value_of` makes it."""
ALLOW, REFUSE = "allow", "refuse"
"""`action_id`s of an administrator's buttons; their value is a question, as `question` makes it."""
PAUSED, GOES_ON, QUESTION, ANSWERED = "paused", "goes_on", "allowance_question", "allowance_answered"
"""No button has these."""
OFFERED = "offered"
"""Nor this: what an administrator subscribed a channel to is private, and waits for somebody there to take it over."""


def value_of(target: Target) -> str:
    """A target as a button's value."""
    return f"{target.scope} {target.id} {target.name}"


def target_of(value: str) -> Target | None:
    """The inverse; None for what is none."""
    scope, _, rest = value.partition(" ")
    id_, _, name = rest.partition(" ")
    if scope not in set(Scope) or not id_.isdecimal():
        return None
    return Target(scope=Scope(scope), id=int(id_), name=name)


def about(address: Address, target: Target) -> str:
    """A question about a target in a channel, as a button's value."""
    return f"{address.channel_id} {value_of(target)}"


def asked_about(team_id: str, value: str) -> tuple[Address, Target] | None:
    """The inverse; None for what is none."""
    channel_id, _, rest = value.partition(" ")
    target = target_of(rest)
    return (Address(team_id=team_id, channel_id=channel_id), target) if target else None


def notice(action_id: str, address: Address, value: str, user_id: str = "") -> Click:
    """What leads to a message in a channel; without a channel to one person, directly."""
    return Click(
        id=str(uuid4()),
        action_id=action_id,
        value=value,
        team_id=address.team_id,
        channel_id=address.channel_id,
        user_id=user_id,
        response_url="",
    )


def question(address: Address, target: Target, asker: str, admin: str) -> Click:
    """What asks an administrator, directly."""
    directly = Address(team_id=address.team_id, channel_id="")
    return notice(QUESTION, directly, f"{asker or '-'} {about(address, target)}", admin)
