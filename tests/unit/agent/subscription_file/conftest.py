from collections.abc import Callable
from pathlib import Path

import pytest

from agent.slash.channel_settings import Chosen
from agent.subscription_file.declared import DeclaredChannel
from agent.subscription_file.held import HeldChannel, HeldSubscription
from agent.subscription_file.reading import declared
from agent.subscriptions.changes import subscribed
from agent.subscriptions.request import read
from agent.subscriptions.subscription import Scope, Target, Wants
from shared.address import Address

GHES = "https://ghes.example.com"


@pytest.fixture
def read_file() -> Callable[[str | bytes], tuple[DeclaredChannel, ...]]:
    """What a file of this text declares; it is called `roster.toml`."""

    def made(text: str | bytes) -> tuple[DeclaredChannel, ...]:
        content = text if isinstance(text, bytes) else text.encode()
        return declared(content, Path("roster.toml"), GHES)

    return made


@pytest.fixture
def wants() -> Callable[[str], Wants]:
    """What words mean in a new subscription."""
    return lambda words: subscribed(None, read(f"acme/docs {words}", GHES))


@pytest.fixture
def target() -> Callable[[str, int], Target]:
    """A repository, or an owner, by its name."""
    return lambda name, id_: Target(scope=Scope.REPO if "/" in name else Scope.OWNER, id=id_, name=name)


@pytest.fixture
def held(
    wants: Callable[[str], Wants], target: Callable[[str, int], Target]
) -> Callable[..., dict[Address, HeldChannel]]:
    """The channel T1/C1, with these subscriptions: their words by name, their ids from 1 on."""

    def made(
        subscriptions: dict[str, str], *, chosen: Chosen | None = None, allowed: tuple[str, ...] = ()
    ) -> dict[Address, HeldChannel]:
        address = Address(team_id="T1", channel_id="C1")
        each = tuple(
            HeldSubscription(target=target(name, id_), wants=wants(words), allowed=name in allowed)
            for id_, (name, words) in enumerate(subscriptions.items(), start=1)
        )
        return {address: HeldChannel(address=address, subscriptions=each, chosen=chosen or Chosen())}

    return made
