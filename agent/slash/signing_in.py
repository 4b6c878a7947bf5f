"""The reply that offers signing in."""

from typing import assert_never

from agent.people.person import Person
from agent.people.ports import DeviceCode, Link, MemberKind, NotSetUp, SlackSilent
from agent.slash.asked import Asked
from agent.slash.ports import Ports
from agent.slash.reply import OPEN_URL, Button, Reply, bullets, to_person
from agent.subscriptions.words import code
from shared.blockkit.mrkdwn import escape, link
from shared.card import SHOWN, Label

CONNECT = "connect"
"""`action_id` of a button that leads to this offer."""
ENTER_CODE = "enter_code"
"""`action_id` of *Enter code*, and `callback_id` of its form."""
CONNECTED, NOT_CONNECTED = "connected", "not_connected"
"""What the end of a device flow is told by: no button has these, they come from `agent.people.devices`."""
CODE = "code"
BUTTON = "Connect GitHub account"
_NOT_CONNECTED_YET = "Your GitHub Enterprise account isn't connected with Slack yet."
_NOT_SET_UP = (
    "Nobody can sign in yet: the GitHub App's client id and secret aren't set up. Ask whoever runs this app to finish "
    "its set-up."
)
_NOT_A_MEMBER = (
    "Only full members of this workspace can connect a GitHub account: you're a guest here, or belong to another "
    "organisation. Ask a member of this workspace to do it for you."
)


async def begin(asked: Asked, ports: Ports) -> Reply:
    """What *Connect GitHub account* and `signin` lead to: an offer, also for who is linked already."""
    person = await ports.people.of(asked.team_id, asked.user_id)
    if person is None:
        return await offer(asked, ports)
    already = f"You're connected{profile(person, ports)}. To connect another account instead, go on here."
    return await offer(asked, ports, why=already)


async def offer(asked: Asked, ports: Ports, *, why: str = "") -> Reply:
    """A fresh way to link the accounts; `why` (mrkdwn) stands before it."""
    reasons = (why or _NOT_CONNECTED_YET,)
    match await ports.members.of(asked.team_id, asked.user_id):
        case SlackSilent(reason=reason):
            return to_person(*reasons, f"Slack didn't tell me who you are ({code(reason)}). Try again in a moment.")
        case member if member.kind is not MemberKind.FULL:
            return to_person(_NOT_A_MEMBER)
    match await ports.signing_in.offer(asked.team_id, asked.user_id):
        case Link(url=address):
            says = (
                f"Press *{BUTTON}* and go on in the browser: its last page shows a verification code. Bring it back "
                "with *Enter code*. The link is for you alone; it works once, within 15 minutes."
            )
            enter = Button(text="Enter code", action_id=ENTER_CODE, anywhere=True)
            return to_person(*reasons, says, buttons=(_connect(address), enter))
        case DeviceCode(url=address, user_code=user_code):
            says = (
                f"Press *{BUTTON}* and enter this code on the page of GitHub Enterprise: {code(user_code)}. The code "
                "is for you alone; it works once, within 15 minutes. I tell you when your accounts are connected."
            )
            return to_person(*reasons, says, buttons=(_connect(address),))
        case NotSetUp():
            return to_person(*reasons, _NOT_SET_UP)
        case never:
            assert_never(never)


def welcome(person: Person, ports: Ports) -> Reply:
    """Who is linked with whom, and what that is good for."""

    def typed(words: str) -> str:
        return code(f"{ports.command} {words}")

    lines = [
        f"{typed('subscribe owner/repo')} brings what happens in a repository to a channel.",
        f"{typed('open')} opens an issue; {typed('close')} and {typed('reopen')} take its address.",
        "The buttons of my messages, like *Comment* and *Close*, act as you on GitHub Enterprise from now on.",
        f"{typed('help')} lists everything, and {typed('signout')} ends the connection.",
    ]
    who = f"<@{person.user_id}>"
    return to_person(
        f"Success! {who} is now connected{profile(person, ports, ' to ')} on GitHub Enterprise.",
        bullets("What you can do now:", lines),
    )


def profile(person: Person, ports: Ports, words: str = " as ") -> str:
    """The person on GHES, as a link behind `words`; nothing where people are hidden."""
    if Label.PEOPLE not in SHOWN[ports.data_class(person.team_id)]:
        return ""
    return f"{words}{link(f'{ports.ghes_url}/{person.login}', escape(person.login))}"


def _connect(address: str) -> Button:
    return Button(text=BUTTON, action_id=OPEN_URL, url=address, style="primary")
