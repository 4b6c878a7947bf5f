"""What must hold before a verb may change anything.

Each guard returns what it found, or the reply that says what is missing.
"""

import asyncio

from agent.ghes.answers import Refused, Unreachable
from agent.ghes.repositories import Found, NotFound, NotInstalled, Suspended
from agent.people.ports import Actor, MemberKind, NotLinked, NotSetUp, SlackSilent
from agent.slash.asked import Asked
from agent.slash.call import Call
from agent.slash.later import KEPT_S, installed, invited, signed_in
from agent.slash.ports import Channel, ChannelKind, Ports, SlackRefusal
from agent.slash.reply import OPEN_URL, Button, Reply, to_person
from agent.slash.shown import reason_of
from agent.slash.signing_in import offer
from agent.slash.submission import Typing
from agent.subscriptions.parser import typed
from agent.subscriptions.request import Named
from agent.subscriptions.words import code
from shared.blockkit.mrkdwn import link, url

_FIRST = (
    "Your GitHub Enterprise account isn't connected with Slack yet. Once it is, what you asked for goes on by itself."
)
_ENDED = "GitHub Enterprise no longer accepts your sign-in, so nothing was changed."
_NOT_SET_UP = (
    "I'm not connected to GitHub Enterprise yet: the GitHub App isn't set up, so nothing was changed. Ask whoever runs "
    "this app to finish its set-up."
)
_GUEST = (
    "Guests of this workspace can't do that, so nothing was changed. Ask somebody who is a full member of it to do it "
    "for you."
)
_STRANGER = (
    "Only people of the workspace that I'm installed in can do that, so nothing was changed. Ask one of them to do it "
    "for you."
)


async def actor(asked: Asked, ports: Ports) -> Actor | Reply:
    """Whoever asks, to act on GHES as themselves; without a linked account what was asked for waits for one."""
    match await ports.actors.of(asked.team_id, asked.user_id):
        case NotLinked(ended=ended):
            return await signing_in_first(asked, ports, why=_ENDED if ended else "")
        case Unreachable() as why:
            return unreachable(why, asked, ports)
        case NotSetUp():
            return to_person(_NOT_SET_UP)
        case found:
            return found


async def connected(asked: Asked, ports: Ports) -> Reply | None:
    """What somebody without a linked account is told, and what was asked for waits for one; None where nobody can link.

    It asks only the store, so that what GHES isn't needed for goes on without it.
    """
    if await ports.people.of(asked.team_id, asked.user_id):
        return None
    match await ports.actors.of(asked.team_id, asked.user_id):
        case NotLinked(ended=ended):
            return await signing_in_first(asked, ports, why=_ENDED if ended else "")
        case _:
            return None


async def signing_in_first(asked: Asked, ports: Ports, *, why: str = "") -> Reply:
    """Keep what was asked for until the person is signed in, and offer to; `why` is a sentence of ours."""
    step = signed_in(asked.team_id, asked.user_id)
    await ports.later.keep(asked, step)
    return await offer(asked, ports, why=why or _FIRST)


async def mistaken(asked: Asked | Typing, ports: Ports) -> Reply | None:
    """What somebody is told whose id is that of another person here; None for everybody else.

    Slack's user ids are sure to be unique only within a workspace. So whoever is at home elsewhere isn't taken for the
    person whom this workspace knows by the same id.
    """
    if asked.home_team_id in {"", asked.team_id}:
        return None
    member = await ports.members.of(asked.team_id, asked.user_id)
    if isinstance(member, SlackSilent):
        return _unknown(member)
    return None if asked.home_team_id in member.homes else to_person(_STRANGER)


async def full_member(asked: Asked, ports: Ports) -> Reply | None:
    """What guests, and strangers in a shared channel, are told; None for a full member of the workspace.

    An app that may not ask who people are can't tell guests apart. It takes everybody for a member, but not in a
    channel that is shared with another organisation. (Nobody can connect an account then, so nobody acts on GHES.)
    """
    member = await ports.members.of(asked.team_id, asked.user_id)
    if isinstance(member, SlackSilent):
        if not member.is_forbidden:
            return _unknown(member)
        channel = await ports.channels.describe(asked.address)
        return _unknown(member) if isinstance(channel, Channel) and channel.is_ext_shared else None
    match member.kind:
        case MemberKind.FULL:
            return None
        case MemberKind.GUEST:
            return to_person(_GUEST)
        case MemberKind.STRANGER:
            return to_person(_STRANGER)


def _unknown(silent: SlackSilent) -> Reply:
    return to_person(
        f"Slack told me nothing about your account ({code(silent.reason)}), so nothing was changed. Try again in a "
        "moment; if it stays like this, tell whoever runs this app."
    )


async def readable(named: Named, asked: Asked, actor: Actor, ports: Ports) -> Found | Reply:
    """The repository of that name, if this person may read it and the GitHub App is installed there.

    A repository that is hidden from the person and one that isn't there are refused in the same words.
    """
    names = {"owner": named.owner, "repo": named.repo}
    seen, found = await asyncio.gather(
        actor.get("/repos/{owner}/{repo}", names), ports.repositories.find(named.owner, named.repo)
    )
    match seen:
        case Refused(status=401):
            return await signing_in_first(asked, ports, why=_ENDED)
        case Refused(is_missing=False) as refused:
            return unreachable(refused.as_unreachable, asked, ports)
        case Unreachable() as why:
            return unreachable(why, asked, ports)
        case Refused():
            hidden = True
        case _:
            hidden = False
    if isinstance(found, Found | NotFound):
        return found if isinstance(found, Found) and not hidden else _hidden(named)
    return await missing_step(named, found, asked, ports)


async def missing_step(
    named: Named, found: NotInstalled | Suspended | Unreachable | NotSetUp, asked: Asked, ports: Ports
) -> Reply:
    """What keeps the GitHub App from seeing what was named; where somebody can do something, it waits for them."""
    match found:
        case NotInstalled(owner=owner):
            await ports.later.keep(asked, installed(owner))
            return _not_installed(named, found, asked, ports)
        case Suspended(owner=owner):
            await ports.later.keep(asked, installed(owner))
            return to_person(
                f"The GitHub App is suspended on {code(owner)}. Ask one of its owners to unsuspend it in the settings "
                f"of their installed GitHub Apps within {KEPT_S // 60} minutes: {_goes_on(asked)}"
            )
        case NotSetUp():
            return to_person(_NOT_SET_UP)
        case Unreachable() as why:
            return unreachable(why, asked, ports)


def _not_installed(named: Named, found: NotInstalled, asked: Asked, ports: Ports) -> Reply:
    address, minutes = found.settings_url or ports.install_url, KEPT_S // 60
    if found.settings_url:
        says = (
            f"The GitHub App is installed on {code(found.owner)}, but not for {code(str(named))}. Choose it on "
            f"{link(address, 'the page of its installation')} within {minutes} minutes: {_goes_on(asked)}"
        )
    else:
        says = (
            f"I can't see {code(str(named))}: the GitHub App isn't installed on {code(found.owner)}, or there is no "
            f"such account. Install it at {url(address)} within {minutes} minutes: {_goes_on(asked)}"
        )
    install = Button(text="Install GitHub App", action_id=OPEN_URL, url=address, style="primary", anywhere=True)
    return to_person(says, buttons=(install,))


def _goes_on(asked: Asked) -> str:
    return f"then I carry out {command(asked)} by myself."


def command(asked: Asked) -> str:
    """What was asked for, in words."""
    return code(f"{asked.command} {typed(asked.text)}") if isinstance(asked, Call) else "what you asked for"


def _hidden(named: Named) -> Reply:
    return to_person(
        f"There is no repository {code(str(named))} that you may read on GitHub Enterprise. Check its name, or ask one "
        "of its owners to let you in."
    )


def unreachable(why: Unreachable, asked: Asked, ports: Ports) -> Reply:
    """What is told when GHES could not be asked."""
    return to_person(f"{reason_of(why, asked.team_id, ports)}. Nothing was changed; try again in a moment.")


async def joined_channel(call: Call, ports: Ports) -> Channel | Reply:
    """The call's channel, with the bot in it: a public one is joined; for another the call waits for an invitation."""
    channel = await ports.channels.describe(call.address)
    if isinstance(channel, SlackRefusal):
        return await _undescribed(channel, call, ports)
    if channel.is_archived:
        return to_person("This channel is archived, so nothing can be posted here. Use another channel.")
    if channel.bot_is_member:
        return channel
    match channel.kind:
        case ChannelKind.PUBLIC:
            refusal = await ports.channels.join(call.address)
            return await _invitation(call, ports) if refusal else channel
        case ChannelKind.PRIVATE:
            return await _invitation(call, ports)
        case ChannelKind.IM | ChannelKind.MPIM:
            return _others()


async def _undescribed(refusal: SlackRefusal, call: Call, ports: Ports) -> Reply:
    if refusal.reason == "channel_not_found":
        among_people = call.channel_id.startswith("D") or call.channel_name.startswith("mpdm")
        return _others() if among_people else await _invitation(call, ports)
    return to_person(
        f"Slack told me nothing about this channel ({code(refusal.reason)}), so nothing was changed. Try again in a "
        "moment; if it stays like this, tell whoever runs this app."
    )


async def _invitation(call: Call, ports: Ports) -> Reply:
    await ports.later.keep(call, invited(call.address))
    what = command(call)
    channel = await ports.channels.describe(call.address)
    if isinstance(channel, Channel) and channel.bot_is_member:
        # The invitation came before the call was kept, so no event of Slack's frees it any more.
        await ports.later.resume(invited(call.address))
        return to_person(f"I have just been invited to this channel: now I carry out {what}.")
    return to_person(
        f"I'm not in this channel yet. Type `/invite @ghe` here within {KEPT_S // 60} minutes: then I carry out {what} "
        "by myself."
    )


def _others() -> Reply:
    return to_person(
        "I can't post in a conversation that I'm not part of and can't be invited to. Use a channel, or a direct "
        "message with me."
    )
