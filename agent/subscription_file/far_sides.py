"""Asking GHES and Slack what the store doesn't know, from a process beside the agent's."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from pydantic import SecretStr

from agent.cli_errors import Failure
from agent.ghes.answers import Unreachable
from agent.ghes.hosts import Hosts
from agent.ghes.in_time import InTime
from agent.ghes_side import ghes_side
from agent.net.outbound import network
from agent.net.proxy import Proxy
from agent.people.ports import NotSetUp
from agent.people_side import NoRepositories
from agent.secret_keys import load_or_make
from agent.settings import Settings, SettingsError
from agent.slack.channels import SlackChannels
from agent.slack.web_api import WebApi
from agent.slash.ports import ASKED_S, Channel, Channels, Repositories, SlackRefusal
from agent.store.configuration import SqlConfiguration
from agent.store.port import Store
from agent.store.secrets import Secrets, UnreadableSecretError
from agent.store.workspaces import load
from agent.stored_settings import effective_settings
from agent.subscription_file.resolving import Answers, Looked, Questions
from agent.subscriptions.request import Named
from shared.address import Address
from shared.clock import Clock

AT_ONCE = 8
"""Questions to GHES under way at the same time; Slack gets one after the other, 50 a minute at most."""
_UNKNOWN_CHANNEL = "channel_not_found"
_NOT_SET_UP = "The GitHub App isn't set up, so GitHub Enterprise can't be asked about {name}: set it up first."


@dataclass(frozen=True, slots=True, kw_only=True)
class FarSides:
    """Whom to ask."""

    repositories: Repositories
    channels: Channels

    async def answers(self, questions: Questions) -> Answers:
        """What they say. Raises `Failure` where one of them can't be asked."""
        names = sorted(questions.names, key=str)
        found: dict[Named, Looked] = {}
        for start in range(0, len(names), AT_ONCE):
            part = names[start : start + AT_ONCE]
            found |= zip(part, await asyncio.gather(*(self._looked(each) for each in part)), strict=True)
        return Answers(names=found, channels=await self.described(sorted(questions.channels, key=str)))

    async def described(self, addresses: Sequence[Address]) -> dict[Address, Channel | SlackRefusal]:
        """The channels as Slack shows them. Raises `Failure` where Slack can't be asked."""
        found: dict[Address, Channel | SlackRefusal] = {}
        for each in addresses:
            found[each] = await self.channels.describe(each)
            match found[each]:
                case SlackRefusal(reason=reason) if reason != _UNKNOWN_CHANNEL:
                    raise Failure(
                        f"Slack doesn't say anything about {each.channel_id} in {each.team_id} ({reason}), so nothing "
                        "was changed. Try again; if it stays like this, `ghe-slack doctor` says more."
                    )
        return found

    async def join(self, addresses: Sequence[Address]) -> None:
        """Join public channels. Raises `Failure` for one that can't be joined."""
        for each in addresses:
            if refusal := await self.channels.join(each):
                raise Failure(
                    f"The app can't join {each.channel_id} in {each.team_id} ({refusal.reason}), so nothing was "
                    "changed: invite it there, then try again."
                )

    async def _looked(self, named: Named) -> Looked:
        asking = (
            self.repositories.find(named.owner, named.repo) if named.repo else self.repositories.find_owner(named.owner)
        )
        match await asking:
            case Unreachable(reason=reason):
                raise Failure(f"GitHub Enterprise can't be asked about {named}, so nothing was changed. {reason}")
            case NotSetUp():
                raise Failure(_NOT_SET_UP.format(name=named))
            case found:
                return found


@asynccontextmanager
async def far_sides(given: Settings, store: Store, clock: Clock) -> AsyncIterator[FarSides]:
    """Both, by the settings in effect and the stored tokens. Raises `Failure` and `SettingsError`."""
    secrets = Secrets(load_or_make(given))
    try:
        settings = (await effective_settings(given, SqlConfiguration(store, secrets, clock))).settings
        workspaces = dict(await store.read(partial(load, secrets=secrets)))
    except UnreadableSecretError as error:
        raise Failure(str(error)) from None
    outward, inward = _proxy(settings.https_proxy, settings.no_proxy), _proxy(settings.ghes_proxy)
    async with AsyncExitStack() as stack:
        try:
            outside = await stack.enter_async_context(
                network(ca_file=settings.outbound_ca_file, proxy=outward, clock=clock)
            )
            inside = await stack.enter_async_context(network(ca_file=settings.ghes_ca_file, proxy=inward, clock=clock))
        except SettingsError as error:
            raise Failure(str(error)) from None
        ghes = ghes_side(settings, inside, clock)
        api = WebApi(network=outside, api_url=settings.slack_api_url, workspaces=workspaces, clock=clock)
        hosts = Hosts.of(settings.ghes_url)
        yield FarSides(
            repositories=InTime(ghes.repositories, hosts=hosts, clock=clock, within_s=ASKED_S)
            if ghes
            else NoRepositories(),
            channels=SlackChannels(api, clock, workspaces),
        )


def _proxy(url: SecretStr | None, no_proxy: str = "") -> Proxy:
    return Proxy(url=url.get_secret_value() if url else None, no_proxy=no_proxy)
