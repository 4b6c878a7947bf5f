"""What must hold before a verb may change anything.

Each guard returns what it found, or the reply that says what is missing.
"""

from agent.ghes.answers import Unreachable
from agent.ghes.repositories import Found, NotFound, NotInstalled, Owner, Suspended
from agent.slash.call import Call
from agent.slash.ports import KEPT_S, Channel, ChannelKind, NotSetUp, Ports, SlackRefusal, Waiting
from agent.slash.reply import Button, Reply, to_person
from agent.subscriptions.parser import typed
from agent.subscriptions.request import Named
from agent.subscriptions.subscription import Scope, Target
from agent.subscriptions.words import code
from shared.blockkit.mrkdwn import escape, link, url

OPEN_URL = "open_url"
"""`action_id` of buttons that only open a page; Slack reports their clicks too."""


async def readable_target(named: Named, ports: Ports) -> Target | Reply:
    """The repository or owner of that name, if everybody on the server may read it.

    An owner's subscription is fine whatever its repositories are: routing keeps the private ones silent.
    """
    found: Found | Owner | NotInstalled | Suspended | NotFound | Unreachable | NotSetUp
    if named.repo:
        found = await ports.repositories.find(named.owner, named.repo)
    else:
        found = await ports.repositories.find_owner(named.owner)
    match found:
        case Found(repository=repository) if repository.open_to_all:
            return Target(scope=Scope.REPO, id=repository.id, name=repository.full_name)
        case Owner(id=id_, login=login):
            return Target(scope=Scope.OWNER, id=id_, name=login)
        case _:
            return _unreadable(named, found, ports)


def _unreadable(
    named: Named, found: Found | NotInstalled | Suspended | NotFound | Unreachable | NotSetUp, ports: Ports
) -> Reply:
    match found:
        case Found() | NotFound():  # one answer, by the name that was typed: nobody learns what is hidden, or its name
            return to_person(
                f"There is no repository {code(str(named))} that everybody on this server may read. Check its name; a "
                "private one can't be subscribed to yet."
            )
        case NotInstalled():
            return _not_installed(named, found, ports)
        case Suspended(owner=owner):
            return to_person(
                f"The GitHub App is suspended on {code(owner)}. Ask one of its owners to unsuspend it in the settings "
                "of their installed GitHub Apps, then type the command again."
            )
        case NotSetUp():
            return to_person(
                "I'm not connected to GitHub Enterprise yet: the GitHub App isn't set up, so nothing was changed. Ask "
                "whoever runs this app to finish its set-up."
            )
        case Unreachable(reason=reason):
            return to_person(f"{escape(reason.rstrip('.'))}. Nothing was changed; try again in a moment.")


def _not_installed(named: Named, found: NotInstalled, ports: Ports) -> Reply:
    address = found.settings_url or ports.install_url
    if found.settings_url:
        says = (
            f"The GitHub App is installed on {code(found.owner)}, but not for {code(str(named))}. Choose it on "
            f"{link(address, 'the page of its installation')}, then type the command again."
        )
    else:
        says = (
            f"I can't see {code(str(named))}: the GitHub App isn't installed on {code(found.owner)}, or there is no "
            f"such account. Install it at {url(address)}, then type the command again."
        )
    return to_person(says, buttons=(Button(text="Install GitHub App", action_id=OPEN_URL, url=address),))


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
        return _others() if call.channel_id.startswith("D") else await _invitation(call, ports)
    return to_person(
        f"Slack told me nothing about this channel ({code(refusal.reason)}), so nothing was changed. Try again in a "
        "moment; if it stays like this, tell whoever runs this app."
    )


async def _invitation(call: Call, ports: Ports) -> Reply:
    await ports.later.keep(call, Waiting.INVITE)
    what = code(f"{call.command} {typed(call.text)}")
    channel = await ports.channels.describe(call.address)
    if isinstance(channel, Channel) and channel.bot_is_member:
        # The invitation came before the call was kept, so no event of Slack's frees it any more.
        await ports.later.resume(call.address, Waiting.INVITE)
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
