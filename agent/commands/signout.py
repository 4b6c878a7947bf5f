"""`/ghe signout`: forget the person's account on GHES and its tokens."""

from agent.people.ports import NotLinked, SignedOut
from agent.slash.call import Call
from agent.slash.ports import Ports
from agent.slash.reply import Button, Reply, to_person
from agent.slash.signing_in import CONNECT, profile
from agent.slash.tables import Usage, Verb
from shared.blockkit.mrkdwn import link

_BUTTON = Button(text="Connect GitHub account", action_id=CONNECT, anywhere=True)


async def _run(call: Call, _arguments: str, ports: Ports) -> Reply:
    match await ports.signing_in.sign_out(call.team_id, call.user_id):
        case NotLinked():
            return to_person("You aren't signed in, so there is nothing to end.", buttons=(_BUTTON,))
        case SignedOut(person=person, revoked=revoked):
            account = profile(person, ports, "") or "your account"
            says = f"You're signed out: {account} is no longer connected, and I've deleted its tokens."
            return to_person(says, _CONFIRMED if revoked else _unconfirmed(ports), buttons=(_BUTTON,))


def _unconfirmed(ports: Ports) -> str:
    page = link(f"{ports.ghes_url}/settings/apps/authorizations", "your authorized GitHub Apps")
    return f"GitHub Enterprise couldn't be told that they're void. To be sure, revoke this app among {page}."


_CONFIRMED = "GitHub Enterprise has confirmed that it no longer accepts them."

VERB = Verb(name="signout", usages=(Usage("signout", "disconnect your GitHub account"),), run=_run)
