"""From what the store has to a file that changes nothing when it is applied."""

from collections.abc import Iterable, Mapping

from agent.subscription_file.held import HeldChannel
from agent.subscription_file.reading import ALLOW, PREVIEWS, SUBSCRIPTIONS, THREADING
from agent.subscription_file.toml_text import array, comment, key, string
from agent.subscriptions.words import as_typed
from shared.address import Address

_HEAD = (
    "What channels are subscribed to, for `ghe-slack subscriptions plan` and `apply`.",
    "What isn't said here stays as it is.",
)


def written(channels: Iterable[HeldChannel], names: Mapping[Address, str]) -> str:
    """A table for each channel, by ids; `names` stand beside them as comments. Equal channels give equal texts."""
    tables = [
        _channel(each, names.get(each.address, ""))
        for each in sorted(channels, key=lambda each: (each.address.team_id, each.address.channel_id))
        if each.says_something
    ]
    return "\n".join(("".join(f"{comment(line)}\n" for line in _HEAD), *tables))


def _channel(channel: HeldChannel, name: str) -> str:
    table = f"{channel.address.team_id}.{channel.address.channel_id}"
    ordered = sorted(channel.subscriptions, key=lambda each: (each.target.name.lower(), each.target.id))
    allowed = [each.target.name for each in ordered if each.allowed]
    lines = [
        f"[{table}]{f'  {comment(name)}' if name else ''}",
        f"{THREADING} = {_switch(is_on=channel.chosen.threading)}",
        f"{PREVIEWS} = {_switch(is_on=channel.chosen.previews)}",
        *([f"{ALLOW} = {array(allowed)}"] if allowed else []),
        "",
        f"[{table}.{SUBSCRIPTIONS}]",
        *(f"{key(each.target.name)} = {string(as_typed(each.wants))}" for each in ordered),
    ]
    return "\n".join(lines) + "\n"


def _switch(*, is_on: bool) -> str:
    return "true" if is_on else "false"
