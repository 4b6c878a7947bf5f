"""reactions.add (slack.md §8, §10)."""

import re
from dataclasses import replace
from typing import Any

from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.feed import Change
from infra.sandbox.slack.limits import TIER_3
from infra.sandbox.slack.refused import Refused

MOST_EMOJI = 23
_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def _add(call: Call) -> dict[str, Any]:
    name = call.text("name", "no_reaction").strip(":")
    if not _NAME.fullmatch(name):
        raise Refused("invalid_name")
    channel = call.channel()
    message = call.message(channel, "timestamp")
    if call.bot_user_id not in channel.members:
        raise Refused("not_in_channel")
    reaction = (name, call.bot_user_id)
    if reaction in message.reactions:
        raise Refused("already_reacted")
    if len({one for one, _ in message.reactions} | {name}) > MOST_EMOJI:
        raise Refused("too_many_emoji")
    call.world.put(replace(message, reactions=(*message.reactions, reaction)), Change(kind="reaction"))
    return {}


METHODS = {"reactions.add": Method(answer=_add, per_minute=TIER_3, scopes=frozenset({"reactions:write"}))}
