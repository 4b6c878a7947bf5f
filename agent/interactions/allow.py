"""*Allow* and *Refuse*: whether a private repository may come into a channel that is shared with others.

*Take back* makes a yes a no, for as long as the message that told of the yes is there.
"""

from dataclasses import replace

from agent.audit import Entry
from agent.ghes.answers import Refused, Unreachable
from agent.people.ports import Actor
from agent.slash.changing import linked
from agent.slash.click import Click
from agent.slash.ports import Channel, Ports
from agent.slash.refusals import refusal
from agent.slash.reply import Button, Reply, to_person
from agent.slash.shown import joining
from agent.slash.who import acting_as
from agent.sponsors.notices import ALLOW, ANSWERED, QUESTION, REFUSE, about, asked_about, target_of
from agent.sponsors.ports import Answer
from agent.subscriptions.subscription import Target
from agent.subscriptions.words import code
from shared.address import Address
from shared.card import Label
from shared.event import text

TAKE_BACK = "take_back"
"""`action_id` of *Take back*; its value is that of the question."""
_WORDS = {ALLOW: "allow", REFUSE: "refuse", TAKE_BACK: "take back"}
"""As the audit log has them."""
_OLD = "This question can't be read any more. It comes again when somebody types the command again."


async def _question(click: Click, ports: Ports) -> Reply | None:
    """What an administrator gets, directly."""
    asker, _, value = click.value.partition(" ")
    asked = asked_about(click.team_id, value)
    if asked is None:
        return None
    address, target = asked
    where, what = f"<#{address.channel_id}>", linked(target, ports)
    risk = "The channel is shared with another organisation, whose people would see all of it."
    if asker == "-":
        says = f"{where} is subscribed to the private repository {what}, and is shared now: paused until you answer."
    else:
        says = f"<@{asker}> wants to subscribe {where} to the private repository {what}."
    allow = Button(text="Allow", action_id=ALLOW, value=about(address, target), style="primary", anywhere=True)
    refuse = Button(text="Refuse", action_id=REFUSE, value=about(address, target), style="danger", anywhere=True)
    return to_person(says, risk, buttons=(allow, refuse))


async def _allow(click: Click, ports: Ports) -> Reply:
    return await _answer(click, Answer.YES, ports)


async def _refuse(click: Click, ports: Ports) -> Reply:
    return await _answer(click, Answer.NO, ports)


async def _answer(click: Click, answer: Answer, ports: Ports) -> Reply:
    asked = await _asked(click, ports)
    if isinstance(asked, Reply):
        return asked
    address, target = asked
    counts = await ports.sponsoring.answer(address, target, answer, click.user_id)
    where, what = f"<#{address.channel_id}>", linked(target, ports)
    if counts is not answer:
        already = "allowed" if counts is Answer.YES else "refused"
        said = f"Another administrator has {already} {what} in {where} before you, and that counts."
    elif answer is Answer.YES:
        said = f"You allowed {what} in {where}. What waited for it goes on by itself."
    else:
        said = f"You refused {what} in {where}. Whoever asked is told."
    value = about(address, target)
    back = Button(text="Take back", action_id=TAKE_BACK, value=value, style="danger", anywhere=True)
    return replace(to_person(said, buttons=(back,) if counts is Answer.YES else ()), replaces=True)


async def _take_back(click: Click, ports: Ports) -> Reply:
    asked = await _asked(click, ports)
    if isinstance(asked, Reply):
        return asked
    address, target = asked
    # Where Slack doesn't describe the channel, it may be shared still.
    channel = await ports.channels.describe(address)
    is_shared = channel.is_ext_shared if isinstance(channel, Channel) else True
    taken = await ports.sponsoring.take_back(address, target, click.user_id, is_shared=is_shared)
    where, what = f"<#{address.channel_id}>", linked(target, ports)
    if not taken:
        said = f"{what} isn't allowed in {where} any more: somebody took it back before you."
    elif is_shared:
        said = (
            f"You took back that {what} is allowed in {where}: nothing of it arrives there any more. What is there "
            "already stays. To allow it again, have somebody type the subscription again."
        )
    else:
        said = (
            f"You took back that {what} is allowed in {where}. The channel isn't shared with another organisation at "
            "the moment, so what is subscribed there goes on; once it's shared, it pauses."
        )
    return replace(to_person(said), replaces=True)


async def _asked(click: Click, ports: Ports) -> tuple[Address, Target] | Reply:
    """What it is about, where an administrator clicked, who is one still."""
    person = await acting_as(click, ports)
    if isinstance(person, Reply):
        return person
    asked = asked_about(click.team_id, click.value)
    if asked is None:
        return to_person(_OLD)
    address, target = asked
    word = _WORDS[click.action_id]
    if not await ports.sponsoring.may_answer(click.team_id, click.user_id):
        await ports.audit.note(_refused(address, target, word, person, "not an administrator"))
        return to_person("Only administrators of this app can answer that. Ask whoever runs it to name you as one.")
    seen = await person.get("/user")
    if isinstance(seen, Refused | Unreachable):
        # An administrator whom GHES lets in no more, suspended for instance, decides nothing either.
        if isinstance(seen, Refused):
            await ports.audit.note(_refused(address, target, word, person, f"{seen.status} {seen.message}"[:200]))
        return await refusal(click, seen, ports, what="take your answer")
    if (login := text(seen, "login")).lower() != person.person.login.lower():
        await ports.audit.note(_refused(address, target, word, person, f"called {login} by now"))
        called = joining(Label.PEOPLE, code(login), click, ports) or "something else"
        return to_person(
            f"You're called {called} on GitHub Enterprise by now. Connect your account once more with "
            f"{code(f'{ports.command} signin')}, then answer again."
        )
    return asked


def _refused(address: Address, target: Target, word: str, person: Actor, why: str) -> Entry:
    return Entry(
        team_id=address.team_id,
        user_id=person.person.user_id,
        channel_id=address.channel_id,
        login=person.person.login,
        action=word,
        target=target.name,
        outcome=f"refused: {why}",
    )


async def _answered(click: Click, ports: Ports) -> Reply | None:
    """What whoever asked is told, where nothing goes on by itself."""
    answer, _, value = click.value.partition(" ")
    target = target_of(value)
    if target is None:
        return None
    what = linked(target, ports)
    if answer == Answer.YES:
        typed = code(f"{ports.command} subscribe {target.name}")
        return to_person(f"An administrator has allowed {what} in this channel. Type {typed} once more.")
    return to_person(
        f"An administrator has refused {what} in this channel, since it's shared with another organisation. Nothing "
        "was changed; talk to them, or subscribe a channel that isn't shared."
    )


ACTIONS = {QUESTION: _question, ALLOW: _allow, REFUSE: _refuse, TAKE_BACK: _take_back, ANSWERED: _answered}
