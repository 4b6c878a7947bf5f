"""`ghe-slack subscriptions`, on the store, also while an agent runs: it routes each event by what is stored then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agent.cli_errors import Failure
from agent.clock import SystemClock
from agent.opened_store import opened
from agent.settings import Settings
from agent.slash.ports import Channel, ConflictError
from agent.store.port import Store
from agent.store.subscription_file import Held, apply, confirm, held
from agent.store.subscription_listing import Listed, page
from agent.subscription_file.declared import DeclaredChannel, WishedChannel
from agent.subscription_file.far_sides import far_sides
from agent.subscription_file.planning import ChannelSteps, steps
from agent.subscription_file.reading import bytes_of, declared
from agent.subscription_file.resolving import Answers, questions, wished
from agent.subscription_file.writing import written
from agent.subscription_file.wrong_file import WrongFileError
from agent.subscriptions.subscription import UnreadableWantsError
from shared.address import Address
from shared.clock import Clock

SLICE = 500
_CHANGED = (
    "Somebody has changed these subscriptions in the meantime, so nothing was changed. Look at the plan again, then "
    "apply it."
)
_UNREADABLE = "{error} `ghe-slack subscriptions list` shows which one it is."


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What has to be done so that the store has what a file says."""

    steps: tuple[ChannelSteps, ...]
    """Empty when nothing differs."""
    wished: tuple[WishedChannel, ...]
    prune: bool
    to_join: tuple[Address, ...]
    """Public channels that get something new, and that the app isn't in yet."""


async def listed(settings: Settings, filters: Mapping[str, str]) -> Sequence[Listed]:
    """All subscriptions that the filters let through, see `page`. Raises `Failure`."""
    found: list[Listed] = []
    async with opened(settings) as store:
        after: str | None = None
        while True:
            part = await store.read(partial(page, filters=filters, after=after, limit=SLICE))
            found += part.rows
            after = part.after
            if after is None:
                return found


async def exported(settings: Settings, *, names: bool = False, clock: Clock | None = None) -> str:
    """The file that changes nothing; with `names` Slack is asked what the channels are called. Raises `Failure`."""
    async with opened(settings) as store:
        found = await _held(store)
        shown = [each for each in found.channels.values() if each.says_something]
        called = {each.address: found.teams.get(each.address.team_id, "") for each in shown}
        if names:
            channels = await _channel_names(settings, store, list(called), clock or SystemClock())
            called = {address: f"{team} {channels.get(address, '')}".strip() for address, team in called.items()}
        return written(shown, called)


async def planned(settings: Settings, path: Path, *, prune: bool = False, clock: Clock | None = None) -> Planned:
    """What a file differs in; nothing is changed. Raises `WrongFileError` and `Failure`."""
    channels = declared(bytes_of(path), path, settings.ghes_url)
    async with opened(settings) as store:
        found = await _held(store)
        answers = await _answers(settings, store, channels, found, clock or SystemClock())
    meant = wished(channels, found.channels, found.teams, answers)
    if meant.problems:
        raise WrongFileError(path, meant.problems)
    differs = steps(meant.channels, found.channels, prune=prune)
    gaining = {each.address for each in differs if any(change.before is None for change in each.changes)}
    to_join = tuple(each for each in answers.to_join if each in gaining)
    return Planned(steps=differs, wished=meant.channels, prune=prune, to_join=to_join)


async def applied(settings: Settings, plan: Planned, clock: Clock | None = None) -> None:
    """Carry out a plan, all of it or nothing. Raises `Failure`, too where something has changed since it was made."""
    clock = clock or SystemClock()
    async with opened(settings) as store:
        confirming = partial(confirm, wished=plan.wished, planned=plan.steps, prune=plan.prune)
        applying = partial(apply, wished=plan.wished, planned=plan.steps, prune=plan.prune)
        try:
            if plan.to_join:  # seen by everybody in the channel, so not for a plan that can't be carried out
                await store.read(confirming)
                async with far_sides(settings, store, clock) as far:
                    await far.join(plan.to_join)
            await store.write(partial(applying, now=clock.now().timestamp()))
        except ConflictError:
            raise Failure(_CHANGED) from None
        except UnreadableWantsError as error:
            raise Failure(_UNREADABLE.format(error=error)) from None


async def _held(store: Store) -> Held:
    try:
        return await store.read(held)
    except UnreadableWantsError as error:
        raise Failure(_UNREADABLE.format(error=error)) from None


async def _answers(
    settings: Settings, store: Store, channels: Sequence[DeclaredChannel], found: Held, clock: Clock
) -> Answers:
    asked = questions(channels, found.channels, found.teams)
    if not asked.names and not asked.channels:
        return Answers()
    async with far_sides(settings, store, clock) as far:
        return await far.answers(asked)


async def _channel_names(
    settings: Settings, store: Store, addresses: Sequence[Address], clock: Clock
) -> Mapping[Address, str]:
    async with far_sides(settings, store, clock) as far:
        found = await far.described(addresses)
    return {
        address: f"#{channel.name}"
        for address, channel in found.items()
        if isinstance(channel, Channel) and channel.name
    }
